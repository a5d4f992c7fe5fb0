import type { Construct } from 'constructs';
import { type Alert, AlertRules } from '../constructs/alert-rules.js';
import { connectName } from '../constructs/connect-release.js';
import { Unit } from '../constructs/unit.js';
import type { PlatformContext } from './context.js';
import type { ResolvedSettings } from './settings.js';

/**
 * The unit `onepassword-alerts`: alerts on the store, the ExternalSecrets and Connect. It waits for the
 * Prometheus operator, and nothing waits for it, so that secrets never depend on monitoring.
 *
 * @param monitoring The operator's monitoring; without it there is no such unit.
 */
export function onepasswordAlerts(
  scope: Construct,
  { settings, flux }: PlatformContext,
  monitoring: NonNullable<ResolvedSettings['monitoring']>,
): Unit {
  const { namespace, store } = settings;
  const unit = new Unit(scope, 'onepassword-alerts', { flux, dependsOn: [monitoring.unit], timeout: '1m' });
  new AlertRules(unit, 'onepassword', {
    name: 'onepassword',
    namespace,
    ...(monitoring.labels && { labels: monitoring.labels }),
    alerts: alerts(namespace, store.name),
  });
  return unit;
}

/**
 * The metrics are those of External Secrets Operator 2.9. `absent` fires also when nothing reports: an
 * operator that is down must not look like a store that is fine.
 */
function alerts(namespace: string, store: string): Alert[] {
  return [
    {
      name: 'OnePasswordStoreNotReady',
      expression: `absent(clustersecretstore_status_condition{name="${store}",condition="Ready",status="True"} == 1)`,
      for: '5m',
      severity: 'critical',
      summary: `The ClusterSecretStore ${store} is not Ready, or External Secrets Operator does not report it.`,
      description: 'Secrets stay as they are, and none is made or refreshed. `npm run status` says why.',
    },
    {
      name: 'ExternalSecretNotReady',
      // The namespace of the ExternalSecret is `exported_namespace`, unless the ServiceMonitor honours labels.
      expression:
        'max by (exported_namespace, namespace, name) (externalsecret_status_condition{condition="Ready",status="False"}) == 1',
      for: '15m',
      severity: 'warning',
      summary:
        'The ExternalSecret {{ or $labels.exported_namespace $labels.namespace }}/{{ $labels.name }} is not Ready.',
      description: 'Its Secret is not made, or stays as at the last good refresh. `npm run status` says why.',
    },
    {
      name: 'OnePasswordConnectDown',
      expression: `absent(up{namespace="${namespace}",service="${connectName}"} == 1)`,
      for: '5m',
      severity: 'critical',
      summary: '1Password Connect is down, or Prometheus does not scrape it.',
      description: `Secrets stay as they are. Look at \`kubectl -n ${namespace} get pods,events\`.`,
    },
  ];
}
