/**
 * The public API. `src/settings.ts` and `src/secrets/*.ts` use `defineSettings`, `appSecret`, `existing` and
 * `externalUnit`; `main.ts` uses `Cluster` and `run`; any cdk8s app can use the constructs on their own.
 */
import type { AppSecretDeclaration, AppSecretInNamespaces, AppSecretProps } from './constructs/app-secret.js';
import type { Settings } from './platform/settings.js';

export { AppSecret } from './app-secret.js';
export { type Alert, AlertRules, type AlertRulesProps } from './constructs/alert-rules.js';
export type {
  AppSecretContext,
  AppSecretDeclaration,
  AppSecretInNamespaces,
  AppSecretProps,
} from './constructs/app-secret.js';
export { BootstrapSecret, type BootstrapSecretProps } from './constructs/bootstrap-secret.js';
export { ConnectNetworkPolicy, type ConnectNetworkPolicyProps } from './constructs/connect-network-policy.js';
export { ConnectRelease, type ConnectReleaseProps } from './constructs/connect-release.js';
export {
  ExternalSecretsRelease,
  type ExternalSecretsReleaseProps,
} from './constructs/external-secrets-release.js';
export { ExternalUnit, externalUnit, type UnitReference } from './constructs/external-unit.js';
export { HelmRelease, type HelmReleaseProps, type OciChart } from './constructs/helm-release.js';
export { SecretStore, type SecretStoreProps } from './constructs/secret-store.js';
export { type Flux, type FluxSource, Unit, type UnitProps } from './constructs/unit.js';
export type {
  ConfigMapTemplates,
  FieldReference,
  FileReference,
  KeySource,
  SecretSource,
} from './external-secret/source.js';
export type { AppSecretsFile } from './platform/app-secrets.js';
export { Cluster, type ClusterProps } from './platform/cluster.js';
export {
  type Existing,
  type ExistingConnect,
  type ExistingOperator,
  type ExistingStore,
  existing,
} from './platform/existing.js';
export type { Compose, PlatformInput } from './platform/platform.js';
export type { ChartSettings, Settings, StoreSettings } from './platform/settings.js';
export type { ResolvedSettings } from './platform/settings-schema.js';
export { run } from './run.js';

/**
 * Declares an app secret. The default export of a file under `src/secrets/` is one of these, or a list.
 *
 * @param props Its namespace or namespaces, name, 1Password item and keys; see the fields.
 * @returns The declaration, unchanged; synth checks it, so that it can report every mistake at once.
 *
 * @example
 * import { appSecret } from 'cluster-secrets';
 *
 * export default appSecret({
 *   namespace: 'monitoring',
 *   name: 'grafana',
 *   item: 'Grafana',
 *   keys: { 'admin-user': 'username', 'admin-password': 'password' },
 * });
 */
export function appSecret(props: AppSecretProps): AppSecretProps;
export function appSecret(props: AppSecretInNamespaces): AppSecretInNamespaces;
export function appSecret(props: AppSecretDeclaration): AppSecretDeclaration {
  return props;
}

/**
 * Declares the settings, the default export of `src/settings.ts`.
 *
 * @param settings The settings that differ from the defaults.
 * @returns The settings, unchanged; synth checks them.
 *
 * @example
 * import { defineSettings } from 'cluster-secrets';
 *
 * export default defineSettings({ vaults: ['Kubernetes'], refreshInterval: '30m' });
 */
export function defineSettings(settings: Settings): Settings {
  return settings;
}
