import type { ConnectValues } from '../../imports/connect.values.js';
import type { ExternalSecretsValues } from '../../imports/external-secrets.values.js';
import type { ExternalUnit } from '../constructs/external-unit.js';
import type { FluxSource } from '../constructs/unit.js';
import type { Existing, ExistingConnect, ExistingOperator, ExistingStore } from './existing.js';

/** The file with the settings, relative to the project. */
export const settingsFile = 'src/settings.ts';

/** A Helm chart that this project installs. */
export interface ChartSettings<Values> {
  /** Exact version of the chart. @default - that of this release */
  readonly version?: string;
  /** Digest of that version, `sha256:...`; requires `version`. @default - none */
  readonly digest?: string;
  /** The keyless cosign signature that the chart must have. @default - not checked */
  readonly verify?: {
    /** Regular expression of the OIDC issuer. */
    readonly issuer: string;
    /** Regular expression of the subject. */
    readonly subject: string;
  };
  /** Additional values of the chart; synth refuses those that would break this project. @default - none */
  readonly values?: Values;
}

/** The ClusterSecretStore that this project creates. */
export interface StoreSettings {
  /** Name of the ClusterSecretStore. @default onepassword */
  readonly name?: string;
  /** The only namespaces that may use it. @default - all */
  readonly namespaces?: readonly string[];
}

/** The settings in `src/settings.ts`. Every field is optional. */
export interface Settings {
  /**
   * Name of the project, the prefix of its Flux Kustomizations' names. If a cluster has several projects, all but one
   * need a name. @default - none
   */
  readonly name?: string;
  /** Namespace of External Secrets Operator and Connect. @default external-secrets */
  readonly namespace?: string;
  /** DNS domain of the cluster's Services. @default cluster.local */
  readonly clusterDomain?: string;
  /** 1Password vaults, by title or ID, searched in this order. @default ['Kubernetes'] */
  readonly vaults?: readonly string[];
  /**
   * The ClusterSecretStore; or `existing({ name: 'onepassword' })`, if the cluster already has one.
   * @default - a ClusterSecretStore named onepassword
   */
  readonly store?: StoreSettings | Existing<ExistingStore>;
  /** Name of the Secret with Connect's credentials file and token. @default onepassword-secret */
  readonly credentialsSecret?: string;
  /**
   * How often External Secrets Operator reads 1Password: a Go duration from 10s to 1h, or longer with an existing
   * store whose provider is onepasswordSDK. @default 1h
   */
  readonly refreshInterval?: string;
  /** How this cluster's Flux is set up. */
  readonly flux?: {
    /** Namespace of the Flux Kustomizations. @default - that of the repository's root, or flux-system */
    readonly namespace?: string;
    /** The Flux source of this repository. @default - that of the repository's root, or GitRepository flux-system */
    readonly source?: FluxSource;
    /** Folder of this project in the repository, '.' for its top. @default - found by means of git */
    readonly path?: string;
    /**
     * Secret, in `namespace`, with the key that decrypts the bootstrap Secret; 'none' if kustomize-controller has a
     * key of its own. @default - that of the repository's Flux Kustomizations, or sops-age
     */
    readonly sopsSecret?: string;
    /**
     * ServiceAccount, in `namespace`, that Flux impersonates to apply the units; needed under multi-tenancy lockdown.
     * @default - that of the repository's root, or none
     */
    readonly serviceAccountName?: string;
    /** How often Flux corrects drift, such as 10m or 1h30m. @default 10m */
    readonly interval?: string;
    /** How soon Flux retries after a failure. @default 30s */
    readonly retryInterval?: string;
    /**
     * Whether Flux deletes what a unit no longer contains. Set it to `false` in a push of its own before you remove
     * this project or hand over what it created, so that everything stays. @default true
     */
    readonly prune?: boolean;
  };
  /**
   * External Secrets Operator: version and values of its chart; or `existing()`, if the cluster already has it.
   * @default - the chart, unless `store` is `existing()`
   */
  readonly externalSecrets?: ChartSettings<ExternalSecretsValues> | Existing<ExistingOperator>;
  /**
   * 1Password Connect: version and values of its chart; or `existing({ host, token })`, if you already run a server.
   * @default - the chart, unless `store` is `existing()`
   */
  readonly connect?: ChartSettings<ConnectValues> | Existing<ExistingConnect>;
  /**
   * Whether a NetworkPolicy restricts Connect: only External Secrets Operator (and Prometheus, with `monitoring`) may
   * reach it, and it may reach only DNS and HTTPS. @default true
   */
  readonly networkPolicy?: boolean;
  /**
   * Set it once a Prometheus operator runs: adds ServiceMonitors for External Secrets Operator and Connect, and alerts
   * in a unit of their own.
   *
   * @default - none: the chart of External Secrets Operator creates its ServiceMonitor only if the CRD exists
   */
  readonly monitoring?: {
    /** The Flux Kustomization that installs the Prometheus operator; only the alerts wait for it. */
    readonly unit: ExternalUnit;
    /** Namespace of Prometheus, for the network policy. @default monitoring */
    readonly namespace?: string;
    /**
     * Labels by which Prometheus selects ServiceMonitors and PrometheusRules, such as
     * `{ release: 'kube-prometheus-stack' }`. @default - none
     */
    readonly labels?: { readonly [key: string]: string };
  };
  /**
   * Folders of the repository, relative to its top, that belong to other clusters; synth ignores them when it looks
   * for clashes. @default - none
   */
  readonly otherClusters?: readonly string[];
  /**
   * Secrets in the repository that share an app secret's name but not its namespace, in cases where synth can't tell.
   * @default - none
   */
  readonly allowSameName?: readonly {
    /** The app secret: `namespace/name`. */
    readonly secret: string;
    /** The file of the other Secret, relative to the top of the repository. */
    readonly file: string;
    /** Why they are different Secrets. */
    readonly reason: string;
  }[];
}
