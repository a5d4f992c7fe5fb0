import { Construct } from 'constructs';
import type { ExternalSecretsValues } from '../../imports/external-secrets.values.js';
import type { Problem } from '../errors.js';
import {
  atLeast,
  brokenRules,
  conflict,
  leftOut,
  mergeValues,
  noSelectorLabel,
  only,
  overDefaults,
  valueAt,
} from './chart-values.js';
import { type ChartSource, HelmRelease, sourceOf } from './helm-release.js';
import { addCheck } from './validation.js';

/** Name of the Helm release, which is also the label `app.kubernetes.io/instance` of its pods. */
export const operatorRelease = 'external-secrets';

/** Input of an `ExternalSecretsRelease`; the chart is `oci://ghcr.io/external-secrets/charts/external-secrets`. */
export interface ExternalSecretsReleaseProps extends ChartSource {
  /** Namespace of the operator. */
  readonly namespace: string;
  /**
   * Whether a Prometheus operator is installed. `false` renders the ServiceMonitor only if its CRD exists at install
   * time; `true` always renders it, so that it also appears in a release that is older than the CRD.
   *
   * @default false
   */
  readonly monitoring?: boolean;
  /** Labels by which Prometheus selects ServiceMonitors. @default - none */
  readonly monitorLabels?: { readonly [key: string]: string };
  /** ServiceAccount, in `namespace`, that Flux impersonates to install the release. @default - Flux's own */
  readonly serviceAccountName?: string;
  /** Additional values of the chart. @default - none */
  readonly values?: ExternalSecretsValues;
  /** The name of `values` in messages. @default - the path of the construct */
  readonly valuesName?: string;
}

const probe = { livenessProbe: { enabled: true }, readinessProbe: { enabled: true } };
const small = { requests: { cpu: '10m', memory: '32Mi' } };

/**
 * Defaults that `values` may override. There are no limits: an OOM-killed operator serves nobody.
 *
 * No ExternalSecret can change while the webhook is down, so it has two replicas, spread over nodes, and a drain takes
 * one at a time.
 */
export const operatorDefaults = {
  certController: { ...probe, resources: small },
  concurrent: 5,
  ...probe,
  resources: { requests: { cpu: '10m', memory: '64Mi' } },
  webhook: {
    ...probe,
    podDisruptionBudget: { enabled: true, minAvailable: 1 },
    replicaCount: 2,
    resources: small,
    topologySpreadConstraints: [
      {
        labelSelector: {
          matchLabels: {
            'app.kubernetes.io/instance': operatorRelease,
            'app.kubernetes.io/name': 'external-secrets-webhook',
          },
        },
        maxSkew: 1,
        topologyKey: 'kubernetes.io/hostname',
        whenUnsatisfiable: 'ScheduleAnyway',
      },
    ],
  },
} satisfies ExternalSecretsValues;

/** Values with which the operator would not run, would not serve the store, or would fail silently. */
export const operatorRules = {
  'certController.podLabels': noSelectorLabel,
  commonLabels: noSelectorLabel,
  concurrent: atLeast(1),
  controllerClass: only(''),
  'crds.createClusterSecretStore': only(true),
  createOperator: only(true),
  'extraArgs.controller-class': leftOut,
  'extraArgs.enable-cluster-store-reconciler': leftOut,
  'extraArgs.enable-flood-gate': leftOut,
  'extraArgs.namespace': leftOut,
  'extraArgs.store-requeue-interval': leftOut,
  'extraArgs.template-left-delimiter': leftOut,
  'extraArgs.template-right-delimiter': leftOut,
  fullnameOverride: only(''),
  'global.podLabels': noSelectorLabel,
  nameOverride: only(''),
  namespaceOverride: only(''),
  podLabels: noSelectorLabel,
  processClusterStore: only(true),
  'rbac.create': only(true),
  replicaCount: atLeast(1),
  scopedNamespace: only(''),
  scopedRBAC: only(false),
  'webhook.podLabels': noSelectorLabel,
};

/** Values that are fine on their own, but not combined. */
function togetherProblems(values: object, where: string): Problem[] {
  const of = (path: string) => valueAt(values, path);
  const problems: Problem[] = [];
  const refuse = (path: string, needed: string) =>
    problems.push(conflict(`${where}.${path}`, of(path), needed));
  if (Number(of('replicaCount')) > 1 && of('leaderElect') !== true) {
    refuse('replicaCount', 'be 1 unless leaderElect is true, so that only one replica is active');
  }
  const makesCertificate = of('webhook.certManager.enabled') === true || of('webhook.create') === false;
  if (of('certController.create') === false && !makesCertificate) {
    refuse(
      'certController.create',
      'be true unless webhook.certManager is enabled, so that the webhook has a certificate',
    );
  }
  for (const of1 of ['', 'webhook.', 'certController.']) {
    const egress = of(`${of1}networkPolicy.egress`);
    if (of(`${of1}networkPolicy.enabled`) === true && !(Array.isArray(egress) && egress.length > 0)) {
      refuse(
        `${of1}networkPolicy.enabled`,
        `be false unless ${of1}networkPolicy.egress is set, or nothing gets out`,
      );
    }
  }
  const least = of('webhook.podDisruptionBudget.minAvailable');
  const most = of('webhook.podDisruptionBudget.maxUnavailable');
  const budget = of('webhook.podDisruptionBudget.enabled') !== false && most === undefined;
  if (budget && typeof least === 'number' && least >= Number(of('webhook.replicaCount'))) {
    refuse(
      'webhook.replicaCount',
      'be more than webhook.podDisruptionBudget.minAvailable, or no node can be drained',
    );
  }
  return problems;
}

/**
 * External Secrets Operator, from its chart.
 *
 * - The CRDs survive an uninstall. The chart templates them, so otherwise an uninstall would delete every
 *   ExternalSecret, and with it every Secret.
 * - A broken store is noticed within a minute (chart default: 5).
 * - Five ExternalSecrets are synced at a time (chart default: 1), so that hundreds of them take seconds.
 * - ServiceMonitor and Grafana dashboard are on.
 * - Probes, modest requests, and a webhook that survives the drain of a node; `values` may override these.
 *
 * Other `values` that contradict this are an error at synth.
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { ExternalSecretsRelease } from 'cluster-secrets';
 *
 * const chart = new Chart(new App(), 'operator');
 * new ExternalSecretsRelease(chart, 'operator', { namespace: 'external-secrets', version: '2.9.0' });
 */
export class ExternalSecretsRelease extends Construct {
  /**
   * @param scope The chart or unit to add it to.
   * @param id Name in the scope.
   * @param props Namespace, chart version and values.
   */
  constructor(scope: Construct, id: string, props: ExternalSecretsReleaseProps) {
    super(scope, id);
    const where = props.valuesName ?? `${this.node.path}: values`;
    const asked = overDefaults<ExternalSecretsValues>(operatorDefaults, props.values ?? {});
    const { values, problems } = mergeValues<ExternalSecretsValues>(
      {
        crds: { annotations: { 'helm.sh/resource-policy': 'keep' } },
        grafanaDashboard: { enabled: true },
        installCRDs: true,
        serviceMonitor: {
          enabled: true,
          renderMode: props.monitoring ? 'alwaysRender' : 'skipIfMissing',
          ...(props.monitorLabels && { additionalLabels: props.monitorLabels }),
        },
        storeRequeueInterval: '1m',
      },
      asked,
      where,
    );
    addCheck(this, () => [
      ...problems,
      ...brokenRules(props.values ?? {}, operatorRules, where),
      ...togetherProblems(asked, where),
    ]);
    new HelmRelease(this, 'release', {
      name: operatorRelease,
      namespace: props.namespace,
      chart: { url: 'oci://ghcr.io/external-secrets/charts/external-secrets', ...sourceOf(props) },
      // The chart's CRDs are templates, part of every upgrade; this is for its (empty) crds/ folder.
      crds: 'CreateReplace',
      values,
      ...(props.serviceAccountName !== undefined && { serviceAccountName: props.serviceAccountName }),
    });
  }
}
