import type { Construct } from 'constructs';
import { ConnectNetworkPolicy } from '../constructs/connect-network-policy.js';
import { ConnectRelease, connectRelease } from '../constructs/connect-release.js';
import { operatorRelease } from '../constructs/external-secrets-release.js';
import type { UnitReference } from '../constructs/external-unit.js';
import { sourceOf } from '../constructs/helm-release.js';
import { ReleaseServiceAccount, releaseServiceAccount } from '../constructs/release-service-account.js';
import { Unit } from '../constructs/unit.js';
import { helmReleaseHealth, nameIn, operatorNamespace, type PlatformContext } from './context.js';
import { isExisting } from './existing.js';
import { settingsFile } from './settings.js';
import type { ResolvedChart } from './settings-schema.js';

/**
 * The unit `onepassword-connect`: the 1Password Connect server.
 *
 * @param dependsOn The units of External Secrets Operator and of the credentials.
 * @param credentialsDigest Digest of the encrypted credentials; undefined before the first bootstrap.
 */
export function onepasswordConnect(
  scope: Construct,
  { settings, flux }: PlatformContext,
  chart: ResolvedChart,
  dependsOn: readonly (UnitReference | undefined)[],
  credentialsDigest: string | undefined,
): Unit {
  const { monitoring, namespace } = settings;
  const unit = new Unit(scope, nameIn(settings, 'onepassword-connect'), {
    flux,
    title: '1Password Connect',
    dependsOn,
    timeout: '3m',
    healthChecks: [helmReleaseHealth(connectRelease, namespace)],
  });
  new ConnectRelease(unit, 'onepassword-connect', {
    namespace,
    ...sourceOf(chart),
    credentialsSecret: settings.credentialsSecret,
    ...(credentialsDigest !== undefined && { credentialsDigest }),
    serviceMonitor: monitoring !== undefined,
    ...(monitoring?.labels && { monitorLabels: monitoring.labels }),
    ...(flux.serviceAccountName !== undefined && { serviceAccountName: releaseServiceAccount }),
    values: chart.values,
    valuesName: `${settingsFile}: connect.values`,
  });
  if (flux.serviceAccountName !== undefined && isExisting(settings.externalSecrets)) {
    new ReleaseServiceAccount(unit, 'service-account', { namespace });
  }
  if (settings.networkPolicy ?? true) {
    new ConnectNetworkPolicy(unit, 'network-policy', {
      namespace,
      // The release name of an operator that something else installs is unknown.
      ...(isExisting(settings.externalSecrets)
        ? { operatorNamespace: operatorNamespace(settings) }
        : { operatorRelease }),
      ...(monitoring && { scraperNamespace: monitoring.namespace }),
    });
  }
  return unit;
}
