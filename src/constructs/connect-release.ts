import { Construct } from 'constructs';
import type { ConnectValues } from '../../imports/connect.values.js';
import { brokenRules, leftOut, mergeValues, only, overDefaults, type ValueRule } from './chart-values.js';
import { type ChartSource, HelmRelease, sourceOf } from './helm-release.js';
import { addCheck } from './validation.js';

/** Input of a `ConnectRelease`; the chart is `oci://ghcr.io/1password/connect`. */
export interface ConnectReleaseProps extends ChartSource {
  /** Namespace of Connect. */
  readonly namespace: string;
  /** Name of the Secret, in the same namespace, with the key `1password-credentials.json`. */
  readonly credentialsSecret: string;
  /**
   * Digest of the encrypted credentials file, for an annotation on the pod: Connect reads the Secret once, through a
   * `subPath` mount, so only a new pod sees rotated credentials.
   *
   * @default - no annotation
   */
  readonly credentialsDigest?: string;
  /** Whether to create a ServiceMonitor; the chart does not check that its CRD exists. @default false */
  readonly serviceMonitor?: boolean;
  /** Labels by which Prometheus selects ServiceMonitors. @default - none */
  readonly monitorLabels?: { readonly [key: string]: string };
  /** ServiceAccount, in `namespace`, that Flux impersonates to install the release. @default - Flux's own */
  readonly serviceAccountName?: string;
  /** Additional values of the chart. @default - none */
  readonly values?: ConnectValues;
  /** The name of `values` in messages. @default - the path of the construct */
  readonly valuesName?: string;
}

/** Name of the Helm release. */
export const connectRelease = 'onepassword-connect';

/** Name of Connect's Service and Deployment, and value of its pods' label `app`. */
export const connectName = 'onepassword';

/** Connect's ports: of the Service, of the API container and of the sync container. */
export const connectPorts = { service: 80, container: 8080, sync: 8081 } as const;

// The chart has one value for the port of both Service and container, and on some nodes a non-root process can't
// listen on 80. Deleting by port does not depend on the order of the list.
const servicePatch = `apiVersion: v1
kind: Service
metadata:
  name: ${connectName}
spec:
  ports:
    - $patch: delete
      port: ${connectPorts.container}
    - name: connect-api
      port: ${connectPorts.service}
      targetPort: ${connectPorts.container}
`;

// The chart has no value for the labels of its ServiceMonitor. The target selects it; the name is ignored.
const monitorPatch = (labels: object) => `apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata:
  name: ${connectName}
  labels: ${JSON.stringify(labels)}
`;

// The chart has no value for the strategy.
const deploymentPatch = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${connectName}
spec:
  strategy:
    type: RollingUpdate
    rollingUpdate:
      maxSurge: 1
      maxUnavailable: 0
`;

/** Rules that keep Connect a single pod behind plain HTTP that reads the bootstrap Secret. */
export const connectRules: Readonly<Record<string, ValueRule>> = {
  'connect.api.name': only('connect-api'),
  'connect.credentials': leftOut,
  'connect.credentials_base64': leftOut,
  'connect.customEnvVars': {
    fine: (list) => !/"OP_(HTTPS?_PORT|SESSION|BUS_\w+)"/.test(JSON.stringify(list)),
    needed: 'not contain OP_HTTP_PORT, OP_HTTPS_PORT, OP_SESSION or OP_BUS_*',
  },
  'connect.hpa.enabled': only(false),
  'connect.ingress.enabled': only(false),
  'connect.podLabels.app': leftOut,
  'connect.tls.enabled': only(false),
};

/** Defaults that `values` may override; the probes of both containers are the chart's. */
export const connectDefaults: ConnectValues = {
  connect: {
    api: { resources: { requests: { memory: '64Mi' } } },
    sync: { resources: { requests: { cpu: '10m', memory: '64Mi' } } },
  },
};

/**
 * A 1Password Connect server, from 1Password's chart: one replica, replaced only once the new one is ready, behind
 * port 80 of the Service `onepassword`. It installs no 1Password operator, no CRDs and no test pod.
 *
 * `values` that contradict this are an error at synth.
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { ConnectRelease } from 'cluster-secrets';
 *
 * const chart = new Chart(new App(), 'connect');
 * new ConnectRelease(chart, 'connect', {
 *   namespace: 'external-secrets',
 *   version: '2.4.1',
 *   credentialsSecret: 'onepassword-secret',
 * });
 */
export class ConnectRelease extends Construct {
  /**
   * @param scope The chart or unit to add it to.
   * @param id Name in the scope.
   * @param props Namespace, chart version, credentials and values.
   */
  constructor(scope: Construct, id: string, props: ConnectReleaseProps) {
    super(scope, id);
    const { credentialsDigest, monitorLabels } = props;
    const where = props.valuesName ?? `${this.node.path}: values`;
    const { values, problems } = mergeValues<ConnectValues>(
      {
        acceptanceTests: { enabled: false, healthCheck: { enabled: false } },
        connect: {
          api: {
            httpPort: connectPorts.container,
            ...(props.serviceMonitor && { serviceMonitor: { enabled: true } }),
          },
          applicationName: connectName,
          create: true,
          credentialsKey: '1password-credentials.json',
          credentialsName: props.credentialsSecret,
          ...(credentialsDigest !== undefined && {
            podAnnotations: { 'cluster-secrets/credentials-digest': credentialsDigest },
          }),
          replicas: 1,
        },
        operator: { create: false },
      },
      overDefaults<ConnectValues>(connectDefaults, props.values ?? {}),
      where,
    );
    const monitorRule = props.serviceMonitor ? {} : { 'connect.api.serviceMonitor.enabled': only(false) };
    addCheck(this, () => [
      ...problems,
      ...brokenRules(props.values ?? {}, { ...connectRules, ...monitorRule }, where),
    ]);
    new HelmRelease(this, 'release', {
      name: connectRelease,
      namespace: props.namespace,
      chart: { url: 'oci://ghcr.io/1password/connect', ...sourceOf(props) },
      crds: 'Skip',
      values,
      ...(props.serviceAccountName !== undefined && { serviceAccountName: props.serviceAccountName }),
      patches: [
        { target: { kind: 'Service', name: connectName }, patch: servicePatch },
        { target: { kind: 'Deployment', name: connectName }, patch: deploymentPatch },
        ...(monitorLabels
          ? [{ target: { kind: 'ServiceMonitor' }, patch: monitorPatch(monitorLabels) }]
          : []),
      ],
    });
  }
}
