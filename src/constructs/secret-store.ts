import { Construct } from 'constructs';
import { ClusterSecretStore } from '../../imports/external-secrets.io.js';

/** Input of a `SecretStore`. */
export interface SecretStoreProps {
  /** `metadata.name`; what an ExternalSecret's `secretStoreRef` names. */
  readonly name: string;
  /** Address of the Connect server. */
  readonly connectHost: string;
  /** The Secret with Connect's access token, and the key that has it. @default - key: token */
  readonly tokenSecret: { readonly name: string; readonly namespace: string; readonly key?: string };
  /** Vaults by title or ID, searched in this order. At least one. */
  readonly vaults: readonly string[];
  /** The only namespaces whose ExternalSecrets may use the store. @default - all */
  readonly namespaces?: readonly string[];
}

/**
 * The ClusterSecretStore that reads 1Password through Connect. ESO numbers the vaults and searches the
 * lowest number first: https://external-secrets.io/latest/provider/1password-automation/
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
  readonly storeName: string;

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
