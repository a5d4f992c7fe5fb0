import { Construct } from 'constructs';
import {
  ExternalSecret,
  ExternalSecretSpecSecretStoreRefKind,
  ExternalSecretSpecTargetCreationPolicy,
  ExternalSecretSpecTargetDeletionPolicy,
  type ExternalSecretSpecTargetTemplate,
  ExternalSecretSpecTargetTemplateEngineVersion,
  ExternalSecretSpecTargetTemplateMergePolicy,
} from '../../imports/external-secrets.io.js';
import { keyTemplates } from '../external-secret/key-templates.js';
import { lookUps, type Provider, singleLookUps } from '../external-secret/look-ups.js';
import type { SecretSource } from '../external-secret/source.js';
import type { ExternalUnit } from './external-unit.js';

/** An app secret, as the operator says it. */
export interface AppSecretProps extends SecretSource {
  /** Namespace of the Secret. It must exist; this project does not make it. */
  readonly namespace: string;
  /** Name of the Secret, and of the ExternalSecret that makes it. */
  readonly name: string;
  /** Type of the Secret. @default Opaque */
  readonly type?: string;
  /** How often ESO reads 1Password: a Go duration from 10s to 1h. @default - the setting, 1h */
  readonly refreshInterval?: string;
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
  const hasData = Object.keys(data).length > 0;
  return {
    ...(hasData && {
      data,
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
    new ExternalSecret(this, 'external-secret', {
      metadata: {
        name: props.name,
        namespace: props.namespace,
        ...(context.handOver && { annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' } }),
      },
      spec: {
        ...(data.length > 0 && { data }),
        ...(dataFrom.length > 0 && { dataFrom }),
        refreshInterval: props.refreshInterval ?? context.refreshInterval,
        secretStoreRef: {
          kind: storeKinds[context.storeKind ?? 'ClusterSecretStore'],
          name: context.storeName,
        },
        target: {
          creationPolicy: ExternalSecretSpecTargetCreationPolicy.OWNER,
          deletionPolicy: ExternalSecretSpecTargetDeletionPolicy.RETAIN,
          name: props.name,
          // Without a template Flux's labels and every annotation would be copied to the Secret.
          template: template(props),
        },
      },
    });
  }
}
