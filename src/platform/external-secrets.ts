import type { Construct } from 'constructs';
import { ExternalSecretsRelease, operatorRelease } from '../constructs/external-secrets-release.js';
import { sourceOf } from '../constructs/helm-release.js';
import { ReleaseServiceAccount, releaseServiceAccount } from '../constructs/release-service-account.js';
import { Unit } from '../constructs/unit.js';
import { helmReleaseHealth, nameIn, type PlatformContext } from './context.js';
import { settingsFile } from './settings.js';
import type { ResolvedChart } from './settings-schema.js';

/**
 * The unit `external-secrets`: External Secrets Operator.
 */
export function externalSecrets(
  scope: Construct,
  { settings, flux }: PlatformContext,
  chart: ResolvedChart,
): Unit {
  const unit = new Unit(scope, nameIn(settings, 'external-secrets'), {
    flux,
    title: 'External Secrets Operator',
    timeout: '3m',
    healthChecks: [helmReleaseHealth(operatorRelease, settings.namespace)],
  });
  new ExternalSecretsRelease(unit, 'external-secrets', {
    namespace: settings.namespace,
    ...sourceOf(chart),
    monitoring: settings.monitoring !== undefined,
    ...(settings.monitoring?.labels && { monitorLabels: settings.monitoring.labels }),
    ...(flux.serviceAccountName !== undefined && { serviceAccountName: releaseServiceAccount }),
    values: chart.values,
    valuesName: `${settingsFile}: externalSecrets.values`,
  });
  // Connect's release uses it as well; its unit waits for this one.
  if (flux.serviceAccountName !== undefined) {
    new ReleaseServiceAccount(unit, 'service-account', { namespace: settings.namespace });
  }
  return unit;
}
