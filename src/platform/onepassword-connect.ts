import type { Construct } from 'constructs';
import { ConnectNetworkPolicy } from '../constructs/connect-network-policy.js';
import { ConnectRelease, connectRelease } from '../constructs/connect-release.js';
import { operatorRelease } from '../constructs/external-secrets-release.js';
import { sourceOf } from '../constructs/helm-release.js';
import { releaseServiceAccount } from '../constructs/release-service-account.js';
import { Unit } from '../constructs/unit.js';
import { helmReleaseHealth, type PlatformContext } from './context.js';
import { settingsFile } from './settings.js';

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
): Unit {
  const { monitoring, namespace } = settings;
  const unit = new Unit(scope, 'onepassword-connect', {
    flux,
    dependsOn,
    timeout: '3m',
    healthChecks: [helmReleaseHealth(connectRelease, namespace)],
  });
  new ConnectRelease(unit, 'onepassword-connect', {
    namespace,
    ...sourceOf(settings.connect),
    credentialsSecret: settings.credentialsSecret,
    ...(credentialsDigest !== undefined && { credentialsDigest }),
    serviceMonitor: monitoring !== undefined,
    ...(monitoring?.labels && { monitorLabels: monitoring.labels }),
    ...(flux.serviceAccountName !== undefined && { serviceAccountName: releaseServiceAccount }),
    values: settings.connect.values,
    valuesName: `${settingsFile}: connect.values`,
  });
  if (settings.networkPolicy) {
    new ConnectNetworkPolicy(unit, 'network-policy', {
      namespace,
      operatorRelease,
      ...(monitoring && { scraperNamespace: monitoring.namespace }),
    });
  }
  return unit;
}
