import type { Construct } from 'constructs';
import { BootstrapSecret } from '../constructs/bootstrap-secret.js';
import { Unit } from '../constructs/unit.js';
import { nameIn, type PlatformContext } from './context.js';
import type { Credentials } from './credentials-file.js';

/**
 * The unit `onepassword-credentials`: the bootstrap Secret, decrypted by Flux.
 *
 * Without the file the unit is empty, and its health check reports within half a minute that the Secret is missing.
 * Connect waits for it either way.
 *
 * @param credentials The SOPS file; undefined before the first `npm run bootstrap`.
 * @returns The unit, and the digest of the file for Connect's pods.
 */
export function onepasswordCredentials(
  scope: Construct,
  { settings, flux }: PlatformContext,
  credentials: Credentials | undefined,
): { unit: Unit; digest: string | undefined } {
  const { namespace, credentialsSecret: name } = settings;
  const unit = new Unit(scope, nameIn(settings, 'onepassword-credentials'), {
    flux,
    title: 'Connect credentials, decrypted by Flux',
    timeout: '30s',
    healthChecks: [{ apiVersion: 'v1', kind: 'Secret', name, namespace }],
    ...(credentials && { decryptionSecret: settings.flux.sopsSecret }),
  });
  if (!credentials) return { unit, digest: undefined };
  const { digest } = new BootstrapSecret(unit, 'onepassword-secret', { name, namespace, ...credentials });
  return { unit, digest };
}
