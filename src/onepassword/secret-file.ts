import type { AppSecretProps } from '../constructs/app-secret.js';
import { isReservedKey } from '../tree.js';

/** The label of a field, or the name of an attached file. */
export type NewSource = string | { readonly file: string };

/** The app secret that `npm run add-secret` writes: fields and files of one item, or the whole item. */
export type NewSecret = Pick<AppSecretProps, 'namespace' | 'name' | 'type'> & {
  readonly item: string;
  /** The keys with their sources. */
  readonly keys: 'all' | Readonly<Record<string, NewSource>>;
};

/** Renders an app secret as a TypeScript file for `src/secrets/`, one property per line. */
export function secretFile({ namespace, name, item, keys, type }: NewSecret): string {
  return [
    "import { appSecret } from '#cluster-secrets';",
    '',
    'export default appSecret({',
    property('  ', 'namespace', namespace),
    property('  ', 'name', name),
    property('  ', 'item', item),
    ...(keys === 'all'
      ? [property('  ', 'keys', 'all')]
      : [
          '  keys: {',
          ...Object.entries(keys).map(([key, source]) => keyProperty('    ', key, source)),
          '  },',
        ]),
    ...(type === undefined ? [] : [property('  ', 'type', type)]),
    '});',
    '',
  ].join('\n');
}

function keyProperty(indent: string, key: string, source: NewSource): string {
  if (typeof source === 'string') return property(indent, key, source);
  return `${indent}${propertyName(key)}: { file: ${literal(source.file)} },`;
}

function property(indent: string, key: string, value: string): string {
  return `${indent}${propertyName(key)}: ${literal(value)},`;
}

function propertyName(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : literal(key);
}

/** Characters that an editor does not show, or that end a line. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}|\p{M}/gu;

/** A TypeScript string literal, in single quotes unless double quotes need fewer escapes. */
function literal(text: string): string {
  const body = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replace(unseen, escapeOf);
  const count = (quote: string) => body.split(quote).length - 1;
  const quote = count("'") > count('"') ? '"' : "'";
  return quote + body.replaceAll(quote, `\\${quote}`) + quote;
}

function escapeOf(character: string): string {
  return [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');
}

/**
 * Parses a typed source: a label, or `file:NAME` for an attached file.
 *
 * @returns undefined if the label or the name is empty.
 */
export function typedSource(text: string): NewSource | undefined {
  const [, file] = /^file:(.*)$/s.exec(text) ?? [];
  if (file === undefined) return text || undefined;
  return file === '' ? undefined : { file };
}

/**
 * Makes keys of a Secret from labels and file names: characters other than letters, digits, `-`, `_` and `.`
 * become `_`, accents are dropped, and a duplicate key gets a number.
 *
 * @returns The keys with their sources, in the order of the sources.
 */
export function keysFor(sources: readonly NewSource[]): Record<string, NewSource> {
  const keys: Record<string, NewSource> = {};
  for (const source of sources) {
    const base = keyFromLabel(typeof source === 'string' ? source : source.file);
    let key = base;
    for (let number = 2; Object.hasOwn(keys, key) || isReservedKey(key); number += 1) {
      key = `${base}_${number}`;
    }
    keys[key] = source;
  }
  return keys;
}

function keyFromLabel(label: string): string {
  const key = label
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^-._a-zA-Z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .replace(/^\.\.+/, '.')
    .slice(0, 240);
  return key === '' || key === '.' ? 'key' : key;
}

/** A valid file name under `src/secrets/`, without `.ts`. */
export const fileName = /^[a-z0-9]([a-z0-9-]{0,53}[a-z0-9])?$/;

/** The default file name for a Secret, without `.ts`. */
export function fileNameFor(secretName: string): string {
  return secretName.replaceAll('.', '-').slice(0, 55).replace(/-+$/, '');
}
