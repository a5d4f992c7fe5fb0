import { Construct } from 'constructs';
import { ClusterSecretStore } from '../../imports/external-secrets.io.js';

/** Input of a `SecretStore`. */
export interface SecretStoreProps {
  /** `metadata.name`, for the `secretStoreRef` of ExternalSecrets. */
  readonly name: string;
  /** Address of the Connect server. */
  readonly connectHost: string;
  /** The Secret with Connect's access token, and its key (default: token). */
  readonly tokenSecret: { readonly name: string; readonly namespace: string; readonly key?: string };
  /** At least one vault, by title or ID; searched in this order. */
  readonly vaults: readonly string[];
  /** The only namespaces whose ExternalSecrets may use the store. @default - all */
  readonly namespaces?: readonly string[];
}

/**
 * A ClusterSecretStore that reads 1Password through Connect. It numbers the vaults, and External Secrets Operator
 * searches the lowest number first: https://external-secrets.io/latest/provider/1password-automation/
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { SecretStore } from 'cluster-secrets';
 *
 * const chart = new Chart(new App(), 'store');
 * new SecretStore(chart, 'store', {
 *   name: 'onepassword',
 *   connectHost: 'http://onepassword.external-secrets.svc.cluster.local',
 *   tokenSecret: { name: 'onepassword-secret', namespace: 'external-secrets' },
 *   vaults: ['Kubernetes'],
 * });
 */
export class SecretStore extends Construct {
  /** Name of the ClusterSecretStore. */
  readonly storeName: string;

  /**
   * @param scope The chart or unit to add it to.
   * @param id Name in the scope.
   * @param props Address and token of Connect, and the vaults.
   */
  constructor(scope: Construct, id: string, props: SecretStoreProps) {
    super(scope, id);
    this.storeName = props.name;
    new ClusterSecretStore(this, 'store', {
      metadata: { name: props.name },
      spec: {
        ...(props.namespaces && { conditions: [{ namespaces: [...props.namespaces] }] }),
        provider: {
          onepassword: {
            auth: {
              secretRef: {
                connectTokenSecretRef: {
                  name: props.tokenSecret.name,
                  namespace: props.tokenSecret.namespace,
                  key: props.tokenSecret.key ?? 'token',
                },
              },
            },
            connectHost: props.connectHost,
            vaults: Object.fromEntries(props.vaults.map((vault, index) => [vault, index + 1])),
          },
        },
      },
    });
  }
}
