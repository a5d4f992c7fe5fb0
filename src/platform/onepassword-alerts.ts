import type { Construct } from 'constructs';
import { type Alert, AlertRules } from '../constructs/alert-rules.js';
import { type AppSecretProps, externalSecretNameOf } from '../constructs/app-secret.js';
import { connectName } from '../constructs/connect-release.js';
import { Dashboard, type Panel } from '../constructs/dashboard.js';
import { operatorRelease } from '../constructs/external-secrets-release.js';
import { Unit } from '../constructs/unit.js';
import { groupBy } from '../group-by.js';
import { isTree } from '../tree.js';
import { hasNamespace, nameIn, operatorNamespace, type PlatformContext, valuesOf } from './context.js';
import { isExisting } from './existing.js';
import type { ResolvedSettings } from './settings-schema.js';

/**
 * The unit `onepassword-alerts`: alerts on the store, the ExternalSecrets, the webhook and Connect, and a dashboard.
 * It waits for the Prometheus operator, and nothing waits for it, so that secrets never depend on monitoring.
 *
 * @param monitoring The setting `monitoring`.
 * @param tokenExpires When Connect's token expires; undefined if unknown.
 */
export function onepasswordAlerts(
  scope: Construct,
  { settings, flux }: PlatformContext,
  monitoring: NonNullable<ResolvedSettings['monitoring']>,
  tokenExpires: Date | undefined,
): Unit {
  const { store } = settings;
  const namespace = alertsNamespace(settings);
  const unit = new Unit(scope, nameIn(settings, 'onepassword-alerts'), {
    flux,
    title: 'PrometheusRule',
    dependsOn: [monitoring.unit],
    timeout: '1m',
  });
  new AlertRules(unit, 'onepassword', {
    name: nameIn(settings, 'onepassword'),
    namespace,
    ...(monitoring.labels && { labels: monitoring.labels }),
    alerts: [
      ...(store.isExisting ? [] : [storeAlert(store.name)]),
      ...secretAlerts(operatorNamespace(settings)),
      ...(isExisting(settings.connect) ? [] : [connectAlert(namespace)]),
      ...(hasWebhook(settings) ? [webhookAlert(namespace)] : []),
      ...(tokenExpires === undefined ? [] : [tokenAlert(tokenExpires)]),
    ],
  });
  new Dashboard(unit, 'dashboard', {
    name: nameIn(settings, 'onepassword-dashboard'),
    namespace,
    ...dashboardLabel(valuesOf(settings.externalSecrets)),
    title: nameIn(settings, '1Password secrets'),
    uid: nameIn(settings, 'cluster-secrets'),
    panels: panels(settings),
  });
  return unit;
}

/**
 * Adds one alert per namespace with app secrets, for ExternalSecrets that report no state at all: nothing else notices
 * one that is missing from the cluster.
 *
 * @param unit The unit of the alerts.
 */
export function appSecretAlerts(
  unit: Unit,
  { settings }: PlatformContext,
  secrets: readonly Pick<AppSecretProps, 'namespace' | 'name' | 'externalSecretName'>[],
): void {
  const labels = namespaceLabels(settings);
  const groups = [...groupBy(secrets, ({ namespace }) => namespace)].sort(([a], [b]) => (a < b ? -1 : 1));
  if (groups.length === 0) return;
  new AlertRules(unit, 'secrets', {
    name: nameIn(settings, 'onepassword-secrets'),
    namespace: alertsNamespace(settings),
    ...(settings.monitoring?.labels && { labels: settings.monitoring.labels }),
    alerts: groups.map(([namespace, group]): Alert => {
      const names = [...new Set(group.map(externalSecretNameOf))].sort();
      // The dot is the only character of a name that is special in the pattern, and PromQL strings need `\\` for `\`.
      const pattern = names.map((name) => name.replaceAll('.', '\\\\.')).join('|');
      const series = labels
        .map(
          (label) =>
            `externalsecret_status_condition{condition="Ready",status="True",${label}="${namespace}",name=~"${pattern}"}`,
        )
        .join(' or ');
      return {
        name: 'ExternalSecretNotReported',
        expression: `(count(max by (name) (${series})) or vector(0)) < ${names.length}`,
        for: '15m',
        severity: 'warning',
        labels: { secrets_namespace: namespace },
        summary: `Only {{ $value }} of ${names.length} app secrets in ${namespace} report a state.`,
        description:
          'The others are not in the cluster, or External Secrets Operator is down or not scraped. `npm run status` shows which.',
      };
    }),
  });
}

/**
 * What ESO's own label `namespace` is called in Prometheus: it clashes with that of the scrape target, unless the
 * ServiceMonitor honours labels. Both names if the ServiceMonitor is not ours.
 */
function namespaceLabels({ externalSecrets }: ResolvedSettings): string[] {
  if (isExisting(externalSecrets)) return ['exported_namespace', 'namespace'];
  const { serviceMonitor } = externalSecrets.values;
  return isTree(serviceMonitor) && serviceMonitor['honorLabels'] === true
    ? ['namespace']
    : ['exported_namespace'];
}

/** Where the alerts are: a namespace that is there. */
function alertsNamespace(settings: ResolvedSettings): string {
  return hasNamespace(settings) ? settings.namespace : operatorNamespace(settings);
}

/** The label by which Grafana's sidecar finds dashboards: the same as on the chart's own dashboard. */
function dashboardLabel({ grafanaDashboard }: { readonly [key: string]: unknown }) {
  const { sidecarLabel, sidecarLabelValue } = isTree(grafanaDashboard) ? grafanaDashboard : {};
  return {
    label: typeof sidecarLabel === 'string' ? sidecarLabel : 'grafana_dashboard',
    labelValue: typeof sidecarLabelValue === 'string' ? sidecarLabelValue : '1',
  };
}

/**
 * The metrics are those of External Secrets Operator 2.9. `absent` also fires when nothing reports: an operator that
 * is down must not look like a healthy store.
 */
function storeAlert(store: string): Alert {
  return {
    name: 'OnePasswordStoreNotReady',
    expression: `absent(clustersecretstore_status_condition{name="${store}",condition="Ready",status="True"} == 1)`,
    for: '5m',
    severity: 'critical',
    summary: `The ClusterSecretStore ${store} is not Ready, or External Secrets Operator does not report it.`,
    description: 'Existing Secrets stay, but none is created or refreshed. `npm run status` shows why.',
  };
}

/** @param namespace The namespace of the operator. */
function secretAlerts(namespace: string): Alert[] {
  // The namespace of the ExternalSecret is `exported_namespace`, unless the ServiceMonitor honours labels.
  const by = 'exported_namespace, namespace, name';
  const notReady = `max by (${by}) (externalsecret_status_condition{condition="Ready",status="False"}) == 1`;
  const place = '{{ or $labels.exported_namespace $labels.namespace }}/{{ $labels.name }}';
  return [
    {
      name: 'ExternalSecretNotReady',
      expression: notReady,
      for: '15m',
      severity: 'warning',
      summary: `The ExternalSecret ${place} is not Ready.`,
      description:
        'Its Secret was not created, or keeps the data of the last good refresh. `npm run status` shows why.',
    },
    {
      name: 'ExternalSecretSyncErrors',
      expression: `sum by (${by}) (increase(externalsecret_sync_calls_error[1h])) > 3 unless on (${by}) ${notReady}`,
      for: '5m',
      severity: 'warning',
      summary: `The ExternalSecret ${place} keeps failing and recovering.`,
      description: `Check \`kubectl -n ${namespace} logs deployment/${operatorRelease}\` and Connect's log.`,
    },
  ];
}

function connectAlert(namespace: string): Alert {
  return {
    name: 'OnePasswordConnectDown',
    expression: `absent(up{namespace="${namespace}",service="${connectName}"} == 1)`,
    for: '5m',
    severity: 'critical',
    summary: '1Password Connect is down, or Prometheus does not scrape it.',
    description: `Existing Secrets stay, but none is created or refreshed. Check \`kubectl -n ${namespace} get pods,events\`.`,
  };
}

function webhookAlert(namespace: string): Alert {
  return {
    name: 'ExternalSecretsWebhookDown',
    expression: `absent(up{namespace="${namespace}",service="${operatorRelease}-webhook"} == 1)`,
    for: '5m',
    severity: 'critical',
    summary: 'The webhook of External Secrets Operator is down, or Prometheus does not scrape it.',
    description: `No ExternalSecret can be created, changed or deleted. Check \`kubectl -n ${namespace} get pods,events\`.`,
  };
}

/** Whether this project installs the webhook. */
function hasWebhook({ externalSecrets }: ResolvedSettings): boolean {
  if (isExisting(externalSecrets)) return false;
  const { webhook } = externalSecrets.values;
  return !isTree(webhook) || webhook['create'] !== false;
}

function tokenAlert(expires: Date): Alert {
  const early = Math.floor(expires.getTime() / 1000) - 30 * 24 * 3600;
  return {
    name: 'OnePasswordConnectTokenExpires',
    expression: `vector(time()) > ${early}`,
    for: '5m',
    severity: 'warning',
    summary: `Connect's token expires on ${expires.toISOString().slice(0, 10)}.`,
    description: 'After that no Secret is created or refreshed. Run `npm run bootstrap -- --rotate`.',
  };
}

/** The panels of the dashboard; ESO's own does not show the state of ExternalSecrets. */
function panels({ namespace, store, connect, externalSecrets }: ResolvedSettings): Panel[] {
  const state = (status: string) => `externalsecret_status_condition{condition="Ready",status="${status}"}`;
  const up = (service: string) => `max(up{namespace="${namespace}",service="${service}"}) or vector(0)`;
  const by = 'exported_namespace, namespace, name';
  const synced = 'increase(externalsecret_sync_calls_total[2m]) > 0';
  return [
    {
      title: `Store ${store.name}`,
      kind: 'state',
      expression: `max(${store.kind.toLowerCase()}_status_condition{name="${store.name}",condition="Ready",status="True"}) or vector(0)`,
    },
    ...(isExisting(connect)
      ? []
      : [{ title: 'Connect', kind: 'state', expression: up(connectName) } as const]),
    ...(isExisting(externalSecrets)
      ? []
      : ([
          { title: 'Operator', kind: 'state', expression: up(`${operatorRelease}-metrics`) },
          { title: 'Webhook', kind: 'state', expression: up(`${operatorRelease}-webhook`) },
        ] as const)),
    { title: 'Ready', kind: 'number', expression: `sum(max by (${by}) (${state('True')})) or vector(0)` },
    { title: 'Not ready', kind: 'bad', expression: `sum(max by (${by}) (${state('False')})) or vector(0)` },
    {
      title: 'ExternalSecrets not ready',
      kind: 'table',
      expression: `max by (${by}) (${state('False')}) == 1`,
    },
    {
      title: 'Time since the last sync attempt',
      kind: 'ages',
      expression: `time() - max by (${by}) (max_over_time(timestamp(${synced})[3h:1m]))`,
    },
    {
      title: 'ExternalSecrets by state',
      kind: 'lines',
      expression: `sum by (status) (max by (${by}, status) (externalsecret_status_condition{condition="Ready"}))`,
      legend: 'Ready={{status}}',
    },
    {
      title: 'Sync errors in the last hour',
      kind: 'lines',
      expression: `sum by (${by}) (increase(externalsecret_sync_calls_error[1h])) > 0`,
      legend: '{{exported_namespace}}/{{name}}',
    },
  ];
}
