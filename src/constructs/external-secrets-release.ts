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

/** Name of the Helm release, and so the label `app.kubernetes.io/instance` of its pods. */
export const operatorRelease = 'external-secrets';

/** Input of an `ExternalSecretsRelease`; the chart is `oci://ghcr.io/external-secrets/charts/external-secrets`. */
export interface ExternalSecretsReleaseProps extends ChartSource {
  readonly namespace: string;
  /**
   * Whether a Prometheus operator is there. `false` renders the ServiceMonitor only where its CRD exists,
   * which costs nothing until then; `true` renders it always, which is what makes it appear in a release
   * that was installed before the CRD.
   *
   * @default false
   */
  readonly monitoring?: boolean;
  /** Labels by which Prometheus picks ServiceMonitors. @default - none */
  readonly monitorLabels?: { readonly [key: string]: string };
  /** ServiceAccount, in the namespace, as which Flux installs the release. @default - Flux's own */
  readonly serviceAccountName?: string;
  /** More values of the chart. @default - none */
  readonly values?: ExternalSecretsValues;
  /** What messages call `values`. @default - the path of the construct */
  readonly valuesName?: string;
}

const probe = { livenessProbe: { enabled: true }, readinessProbe: { enabled: true } };
const small = { requests: { cpu: '10m', memory: '32Mi' } };

/**
 * What `values` may say otherwise. Nothing has a limit: an operator that is killed for its memory serves nobody.
 *
 * The webhook refuses every change of an ExternalSecret while it is away, so there are two of it, on two nodes
 * where there are two, and a drain takes one at a time.
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

/** Values with which the operator would not run, not serve the store, or fail in silence. */
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

/** Values that are fine alone, and not beside others. */
function togetherProblems(values: object, where: string): Problem[] {
  const of = (path: string) => valueAt(values, path);
  const problems: Problem[] = [];
  const refuse = (path: string, needed: string) =>
    problems.push(conflict(`${where}.${path}`, of(path), needed));
  if (Number(of('replicaCount')) > 1 && of('leaderElect') !== true) {
    refuse('replicaCount', '1, or leaderElect: true beside it, so that only one of them works');
  }
  const makesCertificate = of('webhook.certManager.enabled') === true || of('webhook.create') === false;
  if (of('certController.create') === false && !makesCertificate) {
    refuse('certController.create', 'true, or webhook.certManager, so that the webhook has a certificate');
  }
  for (const of1 of ['', 'webhook.', 'certController.']) {
    const egress = of(`${of1}networkPolicy.egress`);
    if (of(`${of1}networkPolicy.enabled`) === true && !(Array.isArray(egress) && egress.length > 0)) {
      refuse(`${of1}networkPolicy.enabled`, 'false, or an egress beside it: without one nothing gets out');
    }
  }
  const least = of('webhook.podDisruptionBudget.minAvailable');
  const most = of('webhook.podDisruptionBudget.maxUnavailable');
  const budget = of('webhook.podDisruptionBudget.enabled') !== false && most === undefined;
  if (budget && typeof least === 'number' && least >= Number(of('webhook.replicaCount'))) {
    refuse(
      'webhook.replicaCount',
      'more than webhook.podDisruptionBudget.minAvailable, or no node can be drained',
    );
  }
  return problems;
}

/**
 * External Secrets Operator, from its chart.
 *
 * - The CRDs survive an uninstall: the chart templates them, so that an uninstall would take every
 *   ExternalSecret, and with it every Secret, along.
 * - A store that breaks is seen within a minute (the chart's default is 5).
 * - Five ExternalSecrets are synced at a time (the chart's default is 1), so that hundreds of new ones, or all of
 *   them after a restart, take seconds.
 * - ServiceMonitor and Grafana dashboard are on.
 * - Probes, modest requests, and a webhook that a drained node does not stop; `values` may say otherwise.
 *
 * `values` that contradict this are an error at synth.
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { ExternalSecretsRelease } from 'cluster-secrets';
 *
 * const chart = new Chart(new App(), 'operator');
 * new ExternalSecretsRelease(chart, 'operator', { namespace: 'external-secrets', version: '2.9.0' });
 */
export class ExternalSecretsRelease extends Construct {
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
      // The chart's CRDs are templates and go with every upgrade; this is for its (empty) crds/ folder.
      crds: 'CreateReplace',
      values,
      ...(props.serviceAccountName !== undefined && { serviceAccountName: props.serviceAccountName }),
    });
  }
}
