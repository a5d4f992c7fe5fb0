import { Construct } from 'constructs';
import {
  ExternalSecret,
  ExternalSecretSpecRefreshPolicy,
  ExternalSecretSpecSecretStoreRefKind,
  ExternalSecretSpecTargetCreationPolicy,
  ExternalSecretSpecTargetDeletionPolicy,
  type ExternalSecretSpecTargetTemplate,
  ExternalSecretSpecTargetTemplateEngineVersion,
  ExternalSecretSpecTargetTemplateMergePolicy,
  type ExternalSecretSpecTargetTemplateTemplateFrom,
  ExternalSecretSpecTargetTemplateTemplateFromConfigMapItemsTemplateAs,
} from '../../imports/external-secrets.io.js';
import { goDuration } from '../duration.js';
import { keyTemplates } from '../external-secret/key-templates.js';
import { lookUps, type Provider, singleLookUps } from '../external-secret/look-ups.js';
import type { SecretSource } from '../external-secret/source.js';
import type { ExternalUnit } from './external-unit.js';

/** An app secret, as the operator says it. */
export interface AppSecretProps extends SecretSource {
  /** Namespace of the Secret. It must exist; this project does not make it. */
  readonly namespace: string;
  /** Name of the Secret. */
  readonly name: string;
  /** Name of the ExternalSecret that makes it. @default - that of the Secret */
  readonly externalSecretName?: string;
  /** Type of the Secret. @default Opaque */
  readonly type?: string;
  /** How often ESO reads 1Password: a Go duration from 10s to 1h. @default - the setting, 1h */
  readonly refreshInterval?: string;
  /**
   * `'CreatedOnce'`: 1Password is read when the Secret is made, and not again. An update in 1Password never
   * arrives, and neither does a change of this declaration; a Secret that somebody deletes or changes is
   * written anew from what is in 1Password then.
   *
   * @default - it is read at every refresh
   */
  readonly refreshPolicy?: 'CreatedOnce';
  /**
   * What ESO does with the Secret; by default it makes it, puts it right, and it goes with this app secret.
   *
   * - `'Orphan'`: the Secret stays when this app secret goes. One that somebody deletes or changes is made
   *   again at the next refresh only, and the ExternalSecret is Ready all the while.
   * - `'Merge'`: the keys are added to a Secret that something else makes, and ESO makes none: until it is
   *   there this app secret is not ready, and ESO looks again at the next refresh only. Keys that go from
   *   this declaration go from the Secret; when the app secret itself goes, its keys stay there.
   *
   * @default - Owner
   */
  readonly creationPolicy?: 'Orphan' | 'Merge';
  /**
   * Flux Kustomizations, made elsewhere, that must have been Ready once before this one is applied. The app
   * secrets of the namespace that wait for the same are a unit, `secrets-<namespace>-after-<name>`.
   *
   * @default - none
   */
  readonly waitsFor?: readonly ExternalUnit[];
  /**
   * Puts it into a unit apart, `secrets-<namespace>-<unit>`, alone or with those of the namespace that say the
   * same. An app that waits for that unit does not wait for the other secrets of the namespace.
   *
   * @default - `secrets-<namespace>`, or what `waitsFor` says
   */
  readonly unit?: string;
  /**
   * Folder of the app's manifests, from the top of the repository, such as `kubernetes/apps/media/radarr/app`. Its
   * ExternalSecret is written there, as `externalsecret-<name>.yaml`, and belongs to the Flux Kustomization of the
   * app instead of a unit of `dist/`. For files under `src/secrets/`.
   *
   * @default - a unit of `dist/`
   */
  readonly beside?: string;
}

/** One app secret for several namespaces; a file under `src/secrets/` may say so. */
export interface AppSecretInNamespaces extends Omit<AppSecretProps, 'namespace'> {
  /** Namespaces that each get the Secret, from an ExternalSecret of their own. They must exist. */
  readonly namespaces: readonly string[];
  readonly namespace?: never;
}

/** What a file under `src/secrets/` declares. */
export type AppSecretDeclaration = (AppSecretProps & { readonly namespaces?: never }) | AppSecretInNamespaces;

/** Name of the ExternalSecret of an app secret; with the namespace it is what tells app secrets apart. */
export function externalSecretNameOf({
  externalSecretName,
  name,
}: Pick<AppSecretProps, 'externalSecretName' | 'name'>): string {
  return externalSecretName ?? name;
}

/** What an `AppSecret` needs beside the operator's words. */
export interface AppSecretContext {
  /** Name of the store. */
  readonly storeName: string;
  /** Its kind; a SecretStore is in the namespace of the app secret. @default ClusterSecretStore */
  readonly storeKind?: 'ClusterSecretStore' | 'SecretStore';
  /** How the store reads 1Password: through Connect, or with a service account. @default onepassword */
  readonly provider?: Provider;
  /** Go duration for secrets that do not say one. */
  readonly refreshInterval: string;
  /** Whether another unit takes it over, so that Flux must not prune it from this one. @default false */
  readonly handOver?: boolean;
}

const storeKinds = {
  ClusterSecretStore: ExternalSecretSpecSecretStoreRefKind.CLUSTER_SECRET_STORE,
  SecretStore: ExternalSecretSpecSecretStoreRefKind.SECRET_STORE,
} as const;

function template(props: AppSecretProps): ExternalSecretSpecTargetTemplate {
  const { keys, labels, annotations, type } = props;
  const data = keyTemplates(props);
  const templateFrom = configMapTemplates(props);
  const hasData = Object.keys(data).length > 0;
  return {
    ...(hasData && { data }),
    ...(templateFrom.length > 0 && { templateFrom }),
    ...((hasData || templateFrom.length > 0) && {
      // Replace: only the keys that were asked for reach the Secret.
      mergePolicy:
        keys === 'all'
          ? ExternalSecretSpecTargetTemplateMergePolicy.MERGE
          : ExternalSecretSpecTargetTemplateMergePolicy.REPLACE,
    }),
    engineVersion: ExternalSecretSpecTargetTemplateEngineVersion.V2,
    ...((labels || annotations) && {
      metadata: { ...(labels && { labels }), ...(annotations && { annotations }) },
    }),
    ...(type !== undefined && { type }),
  };
}

/** Values: a key of the ConfigMap is a key of the Secret, so that it is known what the Secret holds. */
function configMapTemplates({
  templateFrom = [],
}: AppSecretProps): ExternalSecretSpecTargetTemplateTemplateFrom[] {
  const templateAs = ExternalSecretSpecTargetTemplateTemplateFromConfigMapItemsTemplateAs.VALUES;
  return templateFrom.map(({ configMap, keys }) => ({
    configMap: { name: configMap, items: keys.map((key) => ({ key, templateAs })) },
  }));
}

const hour = 3_600_000;

const creationPolicies = {
  Owner: ExternalSecretSpecTargetCreationPolicy.OWNER,
  Orphan: ExternalSecretSpecTargetCreationPolicy.ORPHAN,
  Merge: ExternalSecretSpecTargetCreationPolicy.MERGE,
} as const;

/**
 * An ExternalSecret that reads 1Password items and makes one Secret.
 *
 * The fields of an item come by one `dataFrom.extract`. The keys are written by a template with dot
 * access, because that is the one spelling in which a missing field is an error that names it, and an empty
 * one fails: no Secret is written then, and an existing one stays as it is (`deletionPolicy: Retain`).
 *
 * @example
 * import { App, Chart } from 'cdk8s';
 * import { AppSecret } from 'cluster-secrets';
 *
 * const chart = new Chart(new App(), 'grafana');
 * new AppSecret(
 *   chart,
 *   'grafana',
 *   { namespace: 'monitoring', name: 'grafana', item: 'Grafana', keys: { password: 'password' } },
 *   { storeName: 'onepassword', refreshInterval: '1h' },
 * );
 */
export class AppSecret extends Construct {
  constructor(
    scope: Construct,
    id: string,
    readonly props: AppSecretProps,
    context: AppSecretContext,
  ) {
    super(scope, id);
    const dataFrom = lookUps(props, context.provider);
    const data = singleLookUps(props, context.provider);
    const once = props.refreshPolicy === 'CreatedOnce';
    // What never refreshes is not to change with the setting.
    const refreshInterval = once ? '1h' : (props.refreshInterval ?? context.refreshInterval);
    const annotations = {
      ...((goDuration(refreshInterval) ?? 0) > hour && {
        'cluster-secrets/refresh-interval': `longer than 1h, because the store ${context.storeName} reads with a service account, which has a limit of reads`,
      }),
      ...(context.handOver && { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' }),
    };
    new ExternalSecret(this, 'external-secret', {
      metadata: {
        name: externalSecretNameOf(props),
        namespace: props.namespace,
        ...(Object.keys(annotations).length > 0 && { annotations }),
      },
      spec: {
        ...(data.length > 0 && { data }),
        ...(dataFrom.length > 0 && { dataFrom }),
        ...(once && { refreshPolicy: ExternalSecretSpecRefreshPolicy.CREATED_ONCE }),
        refreshInterval,
        secretStoreRef: {
          kind: storeKinds[context.storeKind ?? 'ClusterSecretStore'],
          name: context.storeName,
        },
        target: {
          creationPolicy: creationPolicies[props.creationPolicy ?? 'Owner'],
          deletionPolicy: ExternalSecretSpecTargetDeletionPolicy.RETAIN,
          name: props.name,
          // Without a template Flux's labels and every annotation would be copied to the Secret.
          template: template(props),
        },
      },
    });
  }
}
