import type { AppSecretProps } from '../constructs/app-secret.js';
import { goDuration } from '../duration.js';
import type { Problem } from '../errors.js';
import { lookUps, singleLookUps } from '../external-secret/look-ups.js';
import type { ResolvedSettings } from '../platform/settings.js';

/** What a look-up of one item by its title, or of one thing in it, costs on Connect. */
const requestsPerLookUp = 4;

/** One Connect pod with 0.2 CPU, asked by an operator that refreshes one ExternalSecret at a time. */
const maxRequestsPerSecond = 20;

/** Refresh intervals that are fine one by one, and together more than Connect and ESO can keep up with. */
export function loadProblems(secrets: readonly AppSecretProps[], settings: ResolvedSettings): Problem[] {
  if (settings.store.provider !== 'onepassword') return [];
  const requests = requestsPerLookUp * lookUpsPerSecond(secrets, settings);
  if (requests <= maxRequestsPerSecond) return [];
  return [
    {
      where: 'src/secrets',
      what: `all refresh intervals together ask Connect ${Math.ceil(requests)} times a second, over ${maxRequestsPerSecond}`,
      todo: 'lengthen the shortest of them',
    },
  ];
}

/** A look-up of the SDK lists the items of the vault and reads one. */
const readsPerExtract = 2;

/** What a service account may read in an hour on 1Password's smallest plans. */
const readsPerHour = 1000;

/** Refresh intervals that a service account of the smallest plans has not enough reads for. */
export function loadWarnings(secrets: readonly AppSecretProps[], settings: ResolvedSettings): Problem[] {
  if (settings.store.provider !== 'onepasswordSDK') return [];
  const reads = Math.ceil(readsPerExtract * lookUpsPerSecond(secrets, settings) * 3600);
  if (reads <= readsPerHour) return [];
  return [
    {
      where: 'src/secrets',
      what: `all refresh intervals together read 1Password about ${reads} times an hour, and a service account may do so ${readsPerHour} times on Families plans`,
      todo: 'lengthen them: with this store they may be longer than 1h',
    },
  ];
}

function lookUpsPerSecond(secrets: readonly AppSecretProps[], settings: ResolvedSettings): number {
  const refreshed = secrets.filter(({ refreshPolicy }) => refreshPolicy !== 'CreatedOnce');
  return refreshed.reduce((sum, secret) => {
    const seconds = (goDuration(secret.refreshInterval ?? settings.refreshInterval) ?? 0) / 1000;
    return sum + (lookUps(secret).length + singleLookUps(secret).length) / seconds;
  }, 0);
}
