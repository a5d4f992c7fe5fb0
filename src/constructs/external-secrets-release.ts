import { Construct } from 'constructs';
import type { ExternalSecretsValues } from '../../imports/external-secrets.values.js';
import { atLeast, brokenRules, leftOut, mergeValues, only } from './chart-values.js';
import { HelmRelease } from './helm-release.js';
import { addCheck } from './validation.js';

/** Name of the Helm release, and so the label `app.kubernetes.io/instance` of its pods. */
export const operatorRelease = 'external-secrets';

/** Input of an `ExternalSecretsRelease`. */
export interface ExternalSecretsReleaseProps {
  readonly namespace: string;
  /** Version of the chart `oci://ghcr.io/external-secrets/charts/external-secrets`. */
  readonly version: string;
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

/** How many ExternalSecrets are synced at a time; `values` may say another number. */
const concurrent = 5;

/** Values with which the operator would not run, not serve the store, or fail in silence. */
export const operatorRules = {
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
  nameOverride: only(''),
  namespaceOverride: only(''),
  processClusterStore: only(true),
  'rbac.create': only(true),
  replicaCount: atLeast(1),
  scopedNamespace: only(''),
  scopedRBAC: only(false),
};

/**
 * External Secrets Operator, from its chart.
 *
 * - The CRDs survive an uninstall: the chart templates them, so that an uninstall would take every
 *   ExternalSecret, and with it every Secret, along.
 * - A store that breaks is seen within a minute (the chart's default is 5).
 * - Five ExternalSecrets are synced at a time (the chart's default is 1), so that hundreds of new ones, or all of
 *   them after a restart, take seconds.
 * - ServiceMonitor and Grafana dashboard are on.
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
    const { values, problems } = mergeValues<ExternalSecretsValues>(
      {
        ...(props.values?.concurrent === undefined && { concurrent }),
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
      props.values ?? {},
      where,
    );
    addCheck(this, () => [...problems, ...brokenRules(props.values ?? {}, operatorRules, where)]);
    new HelmRelease(this, 'release', {
      name: operatorRelease,
      namespace: props.namespace,
      chart: { url: 'oci://ghcr.io/external-secrets/charts/external-secrets', version: props.version },
      // The chart's CRDs are templates and go with every upgrade; this is for its (empty) crds/ folder.
      crds: 'CreateReplace',
      values,
      ...(props.serviceAccountName !== undefined && { serviceAccountName: props.serviceAccountName }),
    });
  }
}
