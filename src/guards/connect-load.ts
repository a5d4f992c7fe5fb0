import type { AppSecretProps } from '../constructs/app-secret.js';
import { goDuration } from '../duration.js';
import type { Problem } from '../errors.js';
import { lookUps, singleLookUps } from '../external-secret/look-ups.js';
import type { ResolvedSettings } from '../platform/settings-schema.js';

/** The requests to Connect for one look-up of an item by its title, or of one field or file in it. */
const requestsPerLookUp = 4;

/** What one Connect pod with 0.2 CPU can serve an operator that refreshes one ExternalSecret at a time. */
const maxRequestsPerSecond = 20;

/** Refresh intervals that are fine one by one, but together more than Connect and ESO can keep up with. */
export function loadProblems(secrets: readonly AppSecretProps[], settings: ResolvedSettings): Problem[] {
  if (settings.store.provider !== 'onepassword') return [];
  const requests = requestsPerLookUp * lookUpsPerSecond(secrets, settings);
  if (requests <= maxRequestsPerSecond) return [];
  return [
    {
      where: 'src/secrets',
      what: `the refresh intervals add up to ${Math.ceil(requests)} requests to Connect per second, over ${maxRequestsPerSecond}`,
      todo: 'lengthen the shortest ones',
    },
  ];
}

/** A look-up of the SDK lists the items of the vault and reads one. */
const readsPerExtract = 2;

/** The hourly limit of a service account on 1Password's smallest plans. */
const readsPerHour = 1000;

/** Refresh intervals that exceed the hourly limit of a service account on the smallest plans. */
export function loadWarnings(secrets: readonly AppSecretProps[], settings: ResolvedSettings): Problem[] {
  if (settings.store.provider !== 'onepasswordSDK') return [];
  const reads = Math.ceil(readsPerExtract * lookUpsPerSecond(secrets, settings) * 3600);
  if (reads <= readsPerHour) return [];
  return [
    {
      where: 'src/secrets',
      what: `the refresh intervals add up to about ${reads} reads of 1Password per hour, but a service account on a Families plan may do only ${readsPerHour}`,
      todo: 'lengthen them: with this store they may exceed 1h',
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
