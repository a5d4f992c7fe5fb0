import { type ReadFields, readFields } from '../templates/fields.js';

/** A field of a 1Password item, by its label as 1Password shows it. */
export interface FieldReference {
  /** Alias of the item; only, and always, where `items` is used. */
  readonly item?: string;
  readonly field: string;
  /** Lets the key be empty. Otherwise an empty field makes the ExternalSecret fail with its name. @default false */
  readonly mayBeEmpty?: boolean;
  /** Decodes the field (standard alphabet, padded). What is no base64 makes the ExternalSecret fail. @default - as it is */
  readonly decode?: 'base64';
}

/** A file attached to a 1Password item, by its name. */
export interface FileReference {
  /** Alias of the item; only, and always, where `items` is used. */
  readonly item?: string;
  readonly file: string;
  /** Lets the key be empty. Otherwise an empty file makes the ExternalSecret fail with its name. @default false */
  readonly mayBeEmpty?: boolean;
}

/** What a key of the Secret holds; a plain string is the label of a field of the one item. */
export type KeySource = string | FieldReference | FileReference;

/** Templates in a ConfigMap of the Secret's namespace. */
export interface ConfigMapTemplates {
  /** Name of the ConfigMap. */
  readonly configMap: string;
  /** Its keys that are templates; each becomes the key of the Secret of the same name. */
  readonly keys: readonly string[];
}

/** What a Secret is made from, as the operator says it. */
export interface SecretSource {
  /**
   * The 1Password item, by its title or its 26-character ID; an ID is looked for in the first vault only.
   * Either this or `items`.
   */
  readonly item?: string;
  /**
   * Several items, each with an alias of your own: `{ db: 'Postgres', app: 'Grafana' }`.
   *
   * With `keys: 'all'` it may be a list of titles, `['Radarr', 'Cloudflare']`: then no alias stands in front
   * of the labels, in keys and in templates. A label that two of them have is the later item's, and nothing
   * in the cluster says so; `npm run check-items` refuses it.
   */
  readonly items?: { readonly [alias: string]: string } | readonly string[];
  /**
   * The keys of the Secret and where each comes from: `{ password: 'password', user: 'admin user' }`. A
   * field that is missing in 1Password, or empty, makes the ExternalSecret fail with its name;
   * `{ field: 'user', mayBeEmpty: true }` lets it be empty.
   *
   * `'all'` takes every field of the item, each under its label (characters that a key can't have become
   * `_`; with aliases in `items`, behind `alias_`; with templates, also in labels and annotations, `-` and `.`
   * become `_` too). It can't notice that a field is missing.
   */
  readonly keys?: 'all' | { readonly [key: string]: KeySource };
  /**
   * More keys, written as ESO templates (https://external-secrets.io/latest/guides/templating/). A field
   * is `{{ .label }}`, with `items` `{{ .alias_label }}`; every character of a label other than a letter
   * of A-Z, a digit or `_` is a `_` there, and a label that begins with a digit gets a `_` in front. A
   * file of `keys` is `{{ .file_name }}`, or `{{ .alias_file_name }}`. A field that is read outside `if`,
   * `with` and `range` must not be empty, unless the template says what then, as `default` does. `''` is a
   * key that is empty.
   */
  readonly template?: { readonly [key: string]: string };
  /**
   * More keys, from templates in ConfigMaps: `[{ configMap: 'app-templates', keys: ['config.yaml'] }]`. Fields
   * are called as in `template`. A ConfigMap, a key or a field that is missing makes the ExternalSecret fail
   * with its name; a field that is empty is written as it is, because the text is not known here. ESO reads the
   * ConfigMap at each refresh, and does not notice its changes in between.
   */
  readonly templateFrom?: readonly ConfigMapTemplates[];
  /** Labels of the Secret. @default - none */
  readonly labels?: { readonly [key: string]: string };
  /** Annotations of the Secret. @default - none */
  readonly annotations?: { readonly [key: string]: string };
}

/** An item of 1Password as the template sees it. */
export interface Item {
  /** Put before each of its names: `alias_`, or nothing when it is the only one. */
  readonly prefix: string;
  readonly title: string;
}

/** The items of a secret, each with the prefix of its names. */
export function itemsOf({ item, items }: SecretSource): Item[] {
  if (isTitles(items)) return items.map((title) => ({ prefix: '', title }));
  return items
    ? Object.entries(items).map(([alias, title]) => ({ prefix: `${alias}_`, title }))
    : [{ prefix: '', title: item ?? '' }];
}

/** Whether items are a list of titles, whose fields get no prefix. */
export function isTitles(items: SecretSource['items']): items is readonly string[] {
  return Array.isArray(items);
}

/** The keys that the Secret gets; undefined where every field becomes one, whatever it is called. */
export function keysOf({ keys, template = {}, templateFrom = [] }: SecretSource): string[] | undefined {
  if (keys === 'all') return undefined;
  return [...Object.keys(keys ?? {}), ...Object.keys(template), ...templateFrom.flatMap((one) => one.keys)];
}

/** Where the keys come from, one by one; none for `'all'`. */
export function sourcesOf({ keys }: SecretSource): KeySource[] {
  return typeof keys === 'object' ? Object.values(keys) : [];
}

/** The prefix of the item that a key comes from. */
export function prefixOf(source: KeySource): string {
  return typeof source !== 'string' && source.item !== undefined ? `${source.item}_` : '';
}

/** The label of a key's source, when it is a field. */
export function labelOf(source: KeySource): string | undefined {
  if (typeof source === 'string') return source;
  return 'field' in source ? source.field : undefined;
}

/** Whether a key's source is a field that a look-up of its own decodes. */
export function isDecoded(source: KeySource): source is FieldReference {
  return typeof source !== 'string' && 'field' in source && source.decode !== undefined;
}

const known = new WeakMap<SecretSource, ReadFields>();

/**
 * What the operator's templates read, in keys, labels and annotations; the names have the alias in front. Those
 * in a ConfigMap may read anything.
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
