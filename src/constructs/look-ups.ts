/** How an app secret reads its items: the look-ups, and the names that they give to fields and files. */
import type {
  ExternalSecretSpecData,
  ExternalSecretSpecDataFrom,
  ExternalSecretSpecDataFromRewrite,
} from '../../imports/external-secrets.io.js';
import { escapeRegExp } from '../regexp.js';
import type { AppSecretProps, KeySource } from './app-secret.js';

/** An item of 1Password as the template sees it. */
interface Item {
  /** Put before each of its names: `alias_`, or nothing when it is the only one. */
  readonly prefix: string;
  readonly title: string;
}

/**
 * What a template calls a field or a file: the rewrite below in TypeScript.
 *
 * @param label Label of the field, as 1Password has it.
 * @returns A name that can follow a dot in a Go template, unless it begins with a digit.
 */
export function templateName(label: string): string {
  return label.replace(/[^A-Za-z0-9_]/gu, '_');
}

const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The items of a secret, each with the prefix of its names. */
export function itemsOf(props: AppSecretProps): Item[] {
  return props.items
    ? Object.entries(props.items).map(([alias, title]) => ({ prefix: `${alias}_`, title }))
    : [{ prefix: '', title: props.item ?? '' }];
}

/** Where the keys come from, one by one; none for `'all'`. */
export function sourcesOf({ keys }: AppSecretProps): KeySource[] {
  return typeof keys === 'object' ? Object.values(keys) : [];
}

/** The prefix of the item that a key comes from. */
export function prefixOf(source: KeySource): string {
  return typeof source !== 'string' && source.item !== undefined ? `${source.item}_` : '';
}

/** The label of a key's source, when it is a field. */
function labelOf(source: KeySource): string | undefined {
  if (typeof source === 'string') return source;
  return 'field' in source ? source.field : undefined;
}

/** Every name that the templates may read, `.name` or `$.name`, alias in front; some may be none of the data. */
export function templateNames({ template, labels, annotations }: AppSecretProps): ReadonlySet<string> {
  const texts = [template, labels, annotations].flatMap((entries) => Object.values(entries ?? {}));
  const actions = texts.flatMap((text) => text.match(/\{\{[\s\S]*?\}\}/g) ?? []);
  return new Set(
    actions.flatMap((action) =>
      [...action.matchAll(/(?:\.|index\s+\$?\.?\s*")(\w+)/g)].map(([, name = '']) => name),
    ),
  );
}

/** What a template of the operator calls a key's source, alias in front. */
export function nameInTemplates(source: KeySource): string {
  const prefix = prefixOf(source);
  if (typeof source !== 'string' && 'file' in source) return `${prefix}file_${templateName(source.file)}`;
  const name = templateName(labelOf(source) ?? '');
  return prefix === '' && /^[0-9]/.test(name) ? `_${name}` : `${prefix}${name}`;
}

/**
 * What the template of a key calls its source.
 *
 * A label that another one could look like is taken by its exact text, and gets a name of its own; one that
 * the operator's templates read, too, has to have the name that they use.
 *
 * @param names The `templateNames` of the app secret.
 */
export function sourceName(source: KeySource, names: ReadonlySet<string>): string {
  const label = labelOf(source);
  if (label === undefined || !isExact(source, label, names)) return nameInTemplates(source);
  return `${prefixOf(source)}field_${templateName(label)}`;
}

function isExact(source: KeySource, label: string, names: ReadonlySet<string>): boolean {
  if (names.size === 0) return !plainName.test(label);
  // Only a name with a `_` can be that of two labels.
  return templateName(label).includes('_') && !names.has(nameInTemplates(source));
}

function replace(source: string, target: string): ExternalSecretSpecDataFromRewrite {
  return { regexp: { source, target } };
}

/** Takes one label by its exact text. */
function replaceExactly(label: string): ExternalSecretSpecDataFromRewrite {
  return replace(`^${escapeRegExp(label)}$`, `field_${templateName(label)}`);
}

/** Makes every label one that a dot reaches, so that a missing one is an error that names it. */
const plainNames = replace('[^A-Za-z0-9_]', '_');
/** Labels that nobody asked for: out of the way of those that `plainNames` would make them look like. */
const unused = replace('^([\\s\\S]*[^A-Za-z0-9_][\\s\\S]*)$', 'unused_$1');
/** What ESO does to labels where there is no rewrite: only characters that a Secret's key may have. */
const validKeys = replace('[^-._A-Za-z0-9]', '_');
/** A template can't name what begins with a digit. */
const noDigitFirst = replace('^([0-9])', '_$1');

/** The look-ups of the ExternalSecret that take fields: one for each item. */
export function lookUps(props: AppSecretProps): ExternalSecretSpecDataFrom[] {
  const sources = sourcesOf(props);
  const names = templateNames(props);
  return itemsOf(props).flatMap(({ prefix, title }) => {
    const fields = sources.filter((source) => prefixOf(source) === prefix && labelOf(source) !== undefined);
    const open = [...names].some((name) => name.startsWith(prefix));
    const filesOnly = props.template === undefined && fields.length === 0 && !open;
    if (props.keys !== 'all' && filesOnly) return [];
    const exact = fields.flatMap((source) => {
      const label = labelOf(source);
      return label !== undefined && isExact(source, label, names) ? [label] : [];
    });
    const rewrite = rewritesOf(prefix, new Set(exact), open, props.keys === 'all');
    return [{ extract: { key: title }, ...(rewrite.length > 0 && { rewrite }) }];
  });
}

/**
 * Any rewrite turns ESO's own conversion off, so that the labels nobody asked for must be made valid, too.
 *
 * @param labels Those that are taken by their exact text.
 * @param open Whether templates read names of this item.
 * @param all Whether every field becomes a key.
 */
function rewritesOf(
  prefix: string,
  labels: ReadonlySet<string>,
  open: boolean,
  all: boolean,
): ExternalSecretSpecDataFromRewrite[] {
  const exact = [...labels].map(replaceExactly);
  const withPrefix = prefix === '' ? [] : [replace('^', prefix)];
  if (open) return [...exact, plainNames, ...(prefix === '' ? [noDigitFirst] : []), ...withPrefix];
  if (all) return prefix === '' ? [] : [validKeys, ...withPrefix];
  return exact.length > 0 || prefix !== '' ? [...exact, unused, plainNames, ...withPrefix] : [];
}

/**
 * The look-ups that take a file, one for each. An `extract` of a file that is not there finds nothing, and
 * ESO calls that Ready; this is an error that names item and file.
 */
export function fileLookUps(props: AppSecretProps): ExternalSecretSpecData[] {
  const titles = new Map(itemsOf(props).map(({ prefix, title }) => [prefix, title]));
  const files = new Map<string, ExternalSecretSpecData>();
  for (const source of sourcesOf(props)) {
    if (typeof source === 'string' || !('file' in source)) continue;
    const secretKey = nameInTemplates(source);
    const key = titles.get(prefixOf(source)) ?? '';
    files.set(secretKey, { secretKey, remoteRef: { key, property: `file/${source.file}` } });
  }
  return [...files.values()];
}
