import type { Construct } from 'constructs';
import { ConnectRelease } from '../constructs/connect-release.js';
import { Unit } from '../constructs/unit.js';
import type { Problem } from '../errors.js';
import { conflictProblems, helmReleaseHealth, type PlatformContext } from './context.js';

/**
 * The unit `onepassword-connect`: the 1Password Connect server.
 *
 * @param dependsOn The units of External Secrets Operator and of the credentials.
 * @param credentialsDigest Digest of the encrypted credentials; undefined while there are none.
 */
export function onepasswordConnect(
  scope: Construct,
  { settings, flux }: PlatformContext,
  dependsOn: readonly Unit[],
  credentialsDigest: string | undefined,
): { unit: Unit; problems: Problem[] } {
  const unit = new Unit(scope, 'onepassword-connect', {
    flux,
    dependsOn,
    timeout: '3m',
    healthChecks: [helmReleaseHealth('onepassword-connect', settings.namespace)],
  });
  const release = new ConnectRelease(unit, 'onepassword-connect', {
    namespace: settings.namespace,
    version: settings.connect.version,
    credentialsSecret: settings.credentialsSecret,
    ...(credentialsDigest !== undefined && { credentialsDigest }),
    serviceMonitor: settings.monitoring !== undefined,
    values: settings.connect.values,
  });
  return { unit, problems: conflictProblems('connect', release.conflicts) };
}
