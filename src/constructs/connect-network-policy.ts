import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { connectName, connectPorts } from './connect-release.js';

/** Input of a `ConnectNetworkPolicy`. */
export interface ConnectNetworkPolicyProps {
  /** Namespace of Connect and of External Secrets Operator. */
  readonly namespace: string;
  /**
   * Helm release of External Secrets Operator in this namespace; every pod of it has the name as a label.
   * @default - `operatorNamespace` tells
   */
  readonly operatorRelease?: string;
  /**
   * Namespace of an External Secrets Operator that is installed by whatever release: each pod that its chart's
   * label calls by its name gets in. @default - that of Connect
   */
  readonly operatorNamespace?: string;
  /** Namespace of Prometheus, which may read Connect's metrics. @default - nobody but the operator gets in */
  readonly scraperNamespace?: string;
}

const port = (number: number, protocol: 'TCP' | 'UDP' = 'TCP') => ({
  port: k8s.IntOrString.fromNumber(number),
  protocol,
});

/**
 * Lets only External Secrets Operator, and Prometheus, reach Connect, and Connect only DNS and HTTPS. It
 * needs a network plugin that enforces policies; elsewhere it does nothing.
 *
 * The rules for going out name ports and no addresses: 1Password's change, and some network plugins do
 * not count the cluster's DNS among the addresses of an `ipBlock`. Probes come from the node, which a
 * policy never stops: https://kubernetes.io/docs/concepts/services-networking/network-policies/
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { ConnectNetworkPolicy } from 'cluster-secrets';
 *
 * const chart = new Chart(new App(), 'connect');
 * new ConnectNetworkPolicy(chart, 'policy', {
 *   namespace: 'external-secrets',
 *   operatorRelease: 'external-secrets',
 * });
 */
export class ConnectNetworkPolicy extends Construct {
  constructor(scope: Construct, id: string, props: ConnectNetworkPolicyProps) {
    super(scope, id);
    const { operatorRelease, operatorNamespace = props.namespace } = props;
    const operator =
      operatorRelease === undefined
        ? {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': operatorNamespace } },
            podSelector: { matchLabels: { 'app.kubernetes.io/name': 'external-secrets' } },
          }
        : { podSelector: { matchLabels: { 'app.kubernetes.io/instance': operatorRelease } } };
    const scraper = props.scraperNamespace;
    new k8s.KubeNetworkPolicy(this, 'policy', {
      metadata: { name: connectName, namespace: props.namespace },
      spec: {
        podSelector: { matchLabels: { app: connectName } },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [
          {
            from: [
              operator,
              ...(scraper === undefined
                ? []
                : [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': scraper } } }]),
            ],
            ports: [port(connectPorts.container)],
          },
        ],
        egress: [{ ports: [port(53, 'UDP'), port(53)] }, { ports: [port(443)] }],
      },
    });
  }
}
