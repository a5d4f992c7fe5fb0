import type { Construct } from 'constructs';
import { ExternalSecretsRelease, operatorRelease } from '../constructs/external-secrets-release.js';
import { sourceOf } from '../constructs/helm-release.js';
import { ReleaseServiceAccount, releaseServiceAccount } from '../constructs/release-service-account.js';
import { Unit } from '../constructs/unit.js';
import { helmReleaseHealth, type PlatformContext } from './context.js';
import { settingsFile } from './settings.js';

/** The unit `external-secrets`: External Secrets Operator. */
export function externalSecrets(scope: Construct, { settings, flux }: PlatformContext): Unit {
  const unit = new Unit(scope, 'external-secrets', {
    flux,
    timeout: '3m',
    healthChecks: [helmReleaseHealth(operatorRelease, settings.namespace)],
  });
  new ExternalSecretsRelease(unit, 'external-secrets', {
    namespace: settings.namespace,
    ...sourceOf(settings.externalSecrets),
    monitoring: settings.monitoring !== undefined,
    ...(settings.monitoring?.labels && { monitorLabels: settings.monitoring.labels }),
    ...(flux.serviceAccountName !== undefined && { serviceAccountName: releaseServiceAccount }),
    values: settings.externalSecrets.values,
    valuesName: `${settingsFile}: externalSecrets.values`,
  });
  // What needs one here needs one for Connect, too, and its unit waits for this.
  if (flux.serviceAccountName !== undefined) {
    new ReleaseServiceAccount(unit, 'service-account', { namespace: settings.namespace });
  }
  return unit;
}
