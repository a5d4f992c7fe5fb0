import type { AppSecretProps } from '../constructs/app-secret.js';
import { isReservedKey } from '../tree.js';

/** The label of a field, or the name of an attached file. */
export type NewSource = string | { readonly file: string };

/** What `npm run add-secret` writes: one item, by fields and files or as a whole. */
export type NewSecret = Pick<AppSecretProps, 'namespace' | 'name' | 'type'> & {
  readonly item: string;
  /** Keys with what each holds. */
  readonly keys: 'all' | Readonly<Record<string, NewSource>>;
};

/**
 * Writes an app secret as the TypeScript of a file under `src/secrets/`, one property a line.
 */
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

/** What would not be seen in an editor, or would end a line. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}|\p{M}/gu;

/** Writes a text as a string of TypeScript: in single quotes, unless the other ones need fewer escapes. */
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
 * Reads a source as it is typed: a label, or `file:NAME` for an attached file.
 *
 * @returns undefined when there is none.
 */
export function typedSource(text: string): NewSource | undefined {
  const [, file] = /^file:(.*)$/s.exec(text) ?? [];
  if (file === undefined) return text || undefined;
  return file === '' ? undefined : { file };
}

/**
 * Makes keys of a Secret from labels and names of files: other characters than letters, digits, `-`, `_` and
 * `.` become `_`, accents are dropped, and a second key of the same name gets a number.
 *
 * @returns Keys with their sources, in the order of the sources.
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

/** What a file that is written here is called, without `.ts`. */
export const fileName = /^[a-z0-9]([a-z0-9-]{0,53}[a-z0-9])?$/;

/** The file's name for a Secret's name. */
export function fileNameFor(secretName: string): string {
  return secretName.replaceAll('.', '-').slice(0, 55).replace(/-+$/, '');
}
