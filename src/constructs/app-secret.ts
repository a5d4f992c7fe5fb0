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
import { goDuration, refreshBounds } from '../duration.js';
import { keyTemplates } from '../external-secret/key-templates.js';
import { lookUps, type Provider, singleLookUps } from '../external-secret/look-ups.js';
import type { SecretSource } from '../external-secret/source.js';
import type { ExternalUnit } from './external-unit.js';

/** An app secret. */
export interface AppSecretProps extends SecretSource {
  /** Namespace of the Secret. It must exist; this project does not create it. */
  readonly namespace: string;
  /** Name of the Secret. */
  readonly name: string;
  /** Name of the ExternalSecret. @default - that of the Secret */
  readonly externalSecretName?: string;
  /** Type of the Secret. @default Opaque */
  readonly type?: string;
  /** How often External Secrets Operator reads 1Password: a Go duration from 10s to 1h. @default - the setting, 1h */
  readonly refreshInterval?: string;
  /**
   * `'CreatedOnce'`: External Secrets Operator reads 1Password only to create the Secret. Later changes in 1Password,
   * or to this declaration, never arrive. If somebody deletes or changes the Secret, it is written again from
   * 1Password.
   *
   * @default - 1Password is read at every refresh
   */
  readonly refreshPolicy?: 'CreatedOnce';
  /**
   * Who owns the Secret. By default External Secrets Operator creates it, reverts changes to it, and deletes it along
   * with this app secret.
   *
   * - `'Orphan'`: the Secret stays when this app secret is deleted. If somebody deletes or changes the Secret, it is
   *   restored only at the next refresh; meanwhile the ExternalSecret stays Ready.
   * - `'Merge'`: the keys are added to a Secret that something else creates. Until that exists, this app secret is not
   *   ready; the operator retries only at the next refresh. A key that you remove from this declaration is removed
   *   from the Secret; if you delete the whole app secret, its keys stay.
   *
   * @default - Owner
   */
  readonly creationPolicy?: 'Orphan' | 'Merge';
  /**
   * Flux Kustomizations outside this project that must have been Ready once before this app secret is applied. App
   * secrets of a namespace with the same list share the unit `secrets-<namespace>-after-<name>`.
   *
   * @default - none
   */
  readonly waitsFor?: readonly ExternalUnit[];
  /**
   * Puts it into a separate unit, `secrets-<namespace>-<unit>`, with other app secrets of the namespace that set the
   * same value. An app can then wait for that unit without waiting for the namespace's other app secrets.
   *
   * @default - `secrets-<namespace>`, or the unit that follows from `waitsFor`
   */
  readonly unit?: string;
  /**
   * Folder of the app's manifests, relative to the top of the repository: `kubernetes/apps/media/radarr/app`. Synth
   * writes the ExternalSecret there, as `externalsecret-<name>.yaml`; it then belongs to the app's Flux Kustomization
   * instead of a unit. Only for files under `src/secrets/`.
   *
   * @default - in a unit in `dist/`
   */
  readonly beside?: string;
}

/** One app secret for several namespaces, in a file under `src/secrets/`. */
export interface AppSecretInNamespaces extends Omit<AppSecretProps, 'namespace'> {
  /** The namespaces; each gets its own ExternalSecret and Secret. They must exist. */
  readonly namespaces: readonly string[];
  /** Not allowed together with `namespaces`. */
  readonly namespace?: never;
}

/** What a file under `src/secrets/` declares: an app secret for one namespace or for several. */
export type AppSecretDeclaration = (AppSecretProps & { readonly namespaces?: never }) | AppSecretInNamespaces;

/** Name of the ExternalSecret of an app secret. Together with the namespace it identifies the app secret. */
export function externalSecretNameOf({
  externalSecretName,
  name,
}: Pick<AppSecretProps, 'externalSecretName' | 'name'>): string {
  return externalSecretName ?? name;
}

/** What an `AppSecret` needs to know about its surroundings. */
export interface AppSecretContext {
  /** Name of the store. */
  readonly storeName: string;
  /** Kind of the store; a SecretStore must be in the namespace of the app secret. @default ClusterSecretStore */
  readonly storeKind?: 'ClusterSecretStore' | 'SecretStore';
  /** How the store reads 1Password: through Connect, or with a service account. @default onepassword */
  readonly provider?: Provider;
  /** Refresh interval of app secrets that set none, as a Go duration. */
  readonly refreshInterval: string;
  /** Whether the app secret moves to another unit, so that Flux must not prune it from this one. @default false */
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
      // Replace: the Secret gets only the declared keys.
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

/** `templateAs: Values` turns each key of the ConfigMap into one key of the Secret, so that its keys are known. */
function configMapTemplates({
  templateFrom = [],
}: AppSecretProps): ExternalSecretSpecTargetTemplateTemplateFrom[] {
  const templateAs = ExternalSecretSpecTargetTemplateTemplateFromConfigMapItemsTemplateAs.VALUES;
  return templateFrom.map(({ configMap, keys }) => ({
    configMap: { name: configMap, items: keys.map((key) => ({ key, templateAs })) },
  }));
}

const creationPolicies = {
  Owner: ExternalSecretSpecTargetCreationPolicy.OWNER,
  Orphan: ExternalSecretSpecTargetCreationPolicy.ORPHAN,
  Merge: ExternalSecretSpecTargetCreationPolicy.MERGE,
} as const;

/**
 * An ExternalSecret that reads 1Password items and creates one Secret.
 *
 * One `dataFrom.extract` reads the fields of an item. A template with dot access writes the keys, because only then is
 * a missing field an error that names it. On an error, including an empty field, no Secret is written and an existing
 * one stays unchanged (`deletionPolicy: Retain`).
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
    // An ExternalSecret that never refreshes should not change along with the setting.
    const refreshInterval = once ? '1h' : (props.refreshInterval ?? context.refreshInterval);
    const annotations = {
      ...((goDuration(refreshInterval) ?? 0) > refreshBounds.max && {
        'cluster-secrets/refresh-interval': `longer than 1h, because the store ${context.storeName} reads with a service account, which is rate limited`,
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
