import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { connectName, connectPorts } from './connect-release.js';

/** Input of a `ConnectNetworkPolicy`. */
export interface ConnectNetworkPolicyProps {
  /** Namespace of Connect and of External Secrets Operator. */
  readonly namespace: string;
  /**
   * Helm release of External Secrets Operator in the same namespace; its pods are selected by this name.
   * @default - pods are selected in `operatorNamespace`
   */
  readonly operatorRelease?: string;
  /**
   * Namespace of an External Secrets Operator whose release name is unknown; its pods are selected by the chart's
   * label `app.kubernetes.io/name`. @default - that of Connect
   */
  readonly operatorNamespace?: string;
  /** Namespace of Prometheus, which may scrape Connect. @default - only the operator may reach Connect */
  readonly scraperNamespace?: string;
}

const port = (number: number, protocol: 'TCP' | 'UDP' = 'TCP') => ({
  port: k8s.IntOrString.fromNumber(number),
  protocol,
});

/**
 * Lets only External Secrets Operator and Prometheus reach Connect, and lets Connect reach only DNS and HTTPS. It has
 * no effect without a network plugin that enforces policies.
 *
 * The egress rules list ports instead of addresses: 1Password's addresses change, and some network plugins do not
 * match the cluster's DNS by `ipBlock`. Policies never block probes, which come from the node:
 * https://kubernetes.io/docs/concepts/services-networking/network-policies/
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
  /**
   * @param scope The chart or unit to add it to.
   * @param id Name in the scope.
   * @param props Who may reach Connect.
   */
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
