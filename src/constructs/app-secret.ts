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
import type { ExternalUnit } from './external-unit.js';
import { fileLookUps, lookUps, sourceName, templateNames } from './look-ups.js';

/** A field of a 1Password item, by its label as 1Password shows it. */
export interface FieldReference {
  /** Alias of the item; only, and always, where `items` is used. */
  readonly item?: string;
  readonly field: string;
}

/** A file attached to a 1Password item, by its name. */
export interface FileReference {
  /** Alias of the item; only, and always, where `items` is used. */
  readonly item?: string;
  readonly file: string;
}

/** What a key of the Secret holds; a plain string is the label of a field of the one item. */
export type KeySource = string | FieldReference | FileReference;

/** An app secret, as the operator says it. */
export interface AppSecretProps {
  /** Namespace of the Secret. It must exist; this project does not make it. */
  readonly namespace: string;
  /** Name of the Secret, and of the ExternalSecret that makes it. */
  readonly name: string;
  /**
   * The 1Password item, by its title or its 26-character ID; an ID is looked for in the first vault only.
   * Either this or `items`.
   */
  readonly item?: string;
  /** Several items, each with an alias of your own: `{ db: 'Postgres', app: 'Grafana' }`. */
  readonly items?: { readonly [alias: string]: string };
  /**
   * The keys of the Secret and where each comes from: `{ password: 'password', user: 'admin user' }`. A
   * field that is missing in 1Password makes the ExternalSecret fail with its name.
   *
   * `'all'` takes every field of the item, each under its label (characters that a key can't have become
   * `_`; with `items`, behind `alias_`; with templates, also in labels and annotations, `-` and `.` become
   * `_` too). It can't notice that a field is missing.
   */
  readonly keys?: 'all' | { readonly [key: string]: KeySource };
  /**
   * More keys, written as ESO templates (https://external-secrets.io/latest/guides/templating/). A field
   * is `{{ .label }}`, with `items` `{{ .alias_label }}`; every character of a label other than a letter
   * of A-Z, a digit or `_` is a `_` there, and a label that begins with a digit gets a `_` in front. A
   * file of `keys` is `{{ .file_name }}`, or `{{ .alias_file_name }}`.
   */
  readonly template?: { readonly [key: string]: string };
  /** Type of the Secret. @default Opaque */
  readonly type?: string;
  /** Labels of the Secret. @default - none */
  readonly labels?: { readonly [key: string]: string };
  /** Annotations of the Secret. @default - none */
  readonly annotations?: { readonly [key: string]: string };
  /** How often ESO reads 1Password: a Go duration from 10s to 1h. @default - the setting, 1h */
  readonly refreshInterval?: string;
  /** Flux Kustomizations, made elsewhere, that must be Ready first. @default - none */
  readonly waitsFor?: readonly ExternalUnit[];
}

/** What an `AppSecret` needs beside the operator's words. */
export interface AppSecretContext {
  /** Name of the ClusterSecretStore. */
  readonly storeName: string;
  /** Go duration for secrets that do not say one. */
  readonly refreshInterval: string;
}

function template(props: AppSecretProps): ExternalSecretSpecTargetTemplate {
  const { keys, labels, annotations, type } = props;
  const names = templateNames(props);
  const asked = typeof keys === 'object' ? Object.entries(keys) : [];
  const data = {
    ...Object.fromEntries(asked.map(([key, source]) => [key, `{{ .${sourceName(source, names)} }}`])),
    ...props.template,
  };
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
 * access, because that is the one spelling in which a missing field is an error that names it: no Secret
 * is written then, and an existing one stays as it is (`deletionPolicy: Retain`).
 */
export class AppSecret extends Construct {
  constructor(
    scope: Construct,
    id: string,
    readonly props: AppSecretProps,
    context: AppSecretContext,
  ) {
    super(scope, id);
    const dataFrom = lookUps(props);
    const data = fileLookUps(props);
    new ExternalSecret(this, 'external-secret', {
      metadata: { name: props.name, namespace: props.namespace },
      spec: {
        ...(data.length > 0 && { data }),
        ...(dataFrom.length > 0 && { dataFrom }),
        refreshInterval: props.refreshInterval ?? context.refreshInterval,
        secretStoreRef: {
          kind: ExternalSecretSpecSecretStoreRefKind.CLUSTER_SECRET_STORE,
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
