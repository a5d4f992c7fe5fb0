import { type ReadFields, readFields } from '../templates/fields.js';

/** A field of a 1Password item, by its label as 1Password shows it. */
export interface FieldReference {
  /** Alias of the item; required with `items`, not allowed without. */
  readonly item?: string;
  /** Label of the field. */
  readonly field: string;
  /** Whether the field may be empty; otherwise an empty field makes the ExternalSecret fail. @default false */
  readonly mayBeEmpty?: boolean;
  /** Decodes the field from standard, padded base64; anything else makes the ExternalSecret fail. @default - not decoded */
  readonly decode?: 'base64';
}

/** A file attached to a 1Password item, by its name. */
export interface FileReference {
  /** Alias of the item; required with `items`, not allowed without. */
  readonly item?: string;
  /** Name of the file. */
  readonly file: string;
  /** Whether the file may be empty; otherwise an empty file makes the ExternalSecret fail. @default false */
  readonly mayBeEmpty?: boolean;
}

/** Where a key of the Secret comes from; a plain string is the label of a field of `item`. */
export type KeySource = string | FieldReference | FileReference;

/** Templates in a ConfigMap in the namespace of the Secret. */
export interface ConfigMapTemplates {
  /** Name of the ConfigMap. */
  readonly configMap: string;
  /** The keys that hold templates; each becomes a key of the same name in the Secret. */
  readonly keys: readonly string[];
}

/** What a Secret is made from. */
export interface SecretSource {
  /**
   * The 1Password item, by its title or its 26-character ID; an ID is only looked up in the first vault.
   * Use either this or `items`.
   */
  readonly item?: string;
  /**
   * Several items, each with an alias of your own: `{ db: 'Postgres', app: 'Grafana' }`.
   *
   * With `keys: 'all'` it may be a list of titles, `['Radarr', 'Cloudflare']`: then labels have no alias prefix, in
   * keys and in templates. If two items have the same label, the later item silently wins; `npm run check-items`
   * refuses that.
   */
  readonly items?: { readonly [alias: string]: string } | readonly string[];
  /**
   * The keys of the Secret and where each comes from: `{ password: 'password', user: 'admin user' }`. A field that
   * is missing or empty in 1Password makes the ExternalSecret fail with an error that names it;
   * `{ field: 'user', mayBeEmpty: true }` allows it to be empty.
   *
   * `'all'` takes every field of the item, each under its label. Characters that are not valid in a key become `_`;
   * with templates, including those in labels and annotations, so do `-` and `.`. With aliases in `items`, `alias_`
   * is the prefix. A missing field goes unnoticed.
   */
  readonly keys?: 'all' | { readonly [key: string]: KeySource };
  /**
   * More keys, as templates of External Secrets Operator (https://external-secrets.io/latest/guides/templating/). A
   * field is `{{ .label }}`, or `{{ .alias_label }}` with `items`; every character of the label except A-Z, a-z, digits
   * and `_` becomes `_`, and a label that starts with a digit gets the prefix `_`. A file in `keys` is
   * `{{ .file_name }}`, or `{{ .alias_file_name }}`. A field outside `if`, `with` and `range` must not be empty, unless
   * the template handles that, for example with `default`. `''` makes an empty key.
   */
  readonly template?: { readonly [key: string]: string };
  /**
   * More keys, from templates in ConfigMaps: `[{ configMap: 'app-templates', keys: ['config.yaml'] }]`. Fields have
   * the same names as in `template`. A missing ConfigMap, key or field makes the ExternalSecret fail with an error
   * that names it; an empty field is written as is, because the template is not known here. The operator reads
   * the ConfigMap at each refresh and does not notice changes in between.
   */
  readonly templateFrom?: readonly ConfigMapTemplates[];
  /** Labels of the Secret. @default - none */
  readonly labels?: { readonly [key: string]: string };
  /** Annotations of the Secret. @default - none */
  readonly annotations?: { readonly [key: string]: string };
}

/** A 1Password item and its prefix in templates. */
export interface Item {
  /** The prefix of its fields: `alias_`, or '' without an alias. */
  readonly prefix: string;
  readonly title: string;
}

/** The items of an app secret, each with the prefix of its fields. */
export function itemsOf({ item, items }: SecretSource): Item[] {
  if (isTitles(items)) return items.map((title) => ({ prefix: '', title }));
  return items
    ? Object.entries(items).map(([alias, title]) => ({ prefix: `${alias}_`, title }))
    : [{ prefix: '', title: item ?? '' }];
}

/** Whether items are a list of titles, which have no prefixes. */
export function isTitles(items: SecretSource['items']): items is readonly string[] {
  return Array.isArray(items);
}

/** The keys of the Secret; undefined with `'all'`, where they depend on the fields of the items. */
export function keysOf({ keys, template = {}, templateFrom = [] }: SecretSource): string[] | undefined {
  if (keys === 'all') return undefined;
  return [...Object.keys(keys ?? {}), ...Object.keys(template), ...templateFrom.flatMap((one) => one.keys)];
}

/** The sources of the keys; none for `'all'`. */
export function sourcesOf({ keys }: SecretSource): KeySource[] {
  return typeof keys === 'object' ? Object.values(keys) : [];
}

/** The prefix of the item that a key comes from. */
export function prefixOf(source: KeySource): string {
  return typeof source !== 'string' && source.item !== undefined ? `${source.item}_` : '';
}

/** The label of a key's source, if it is a field. */
export function labelOf(source: KeySource): string | undefined {
  if (typeof source === 'string') return source;
  return 'field' in source ? source.field : undefined;
}

/** Whether a key's source is a field that a look-up decodes. */
export function isDecoded(source: KeySource): source is FieldReference {
  return typeof source !== 'string' && 'field' in source && source.decode !== undefined;
}

const known = new WeakMap<SecretSource, ReadFields>();

/**
 * The fields that the user's templates read in keys, labels and annotations, by name with prefix. Templates in a
 * ConfigMap may read anything.
 */
export function fieldsRead(secret: SecretSource): ReadFields {
  const before = known.get(secret);
  if (before) return before;
  const { template, labels, annotations } = secret;
  const texts = [template, labels, annotations].flatMap((entries) => Object.values(entries ?? {}));
  const found = readFields(texts.filter((text) => text.includes('{{')));
  const read = secret.templateFrom ? { ...found, everything: true } : found;
  known.set(secret, read);
  return read;
}
