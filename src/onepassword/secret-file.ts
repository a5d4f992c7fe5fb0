import type { AppSecretProps } from '../constructs/app-secret.js';

/** What `npm run add-secret` writes: one item, by fields or as a whole. */
export type NewSecret = Pick<AppSecretProps, 'namespace' | 'name' | 'type'> & {
  readonly item: string;
  /** Keys with the labels of their fields. */
  readonly keys: 'all' | Readonly<Record<string, string>>;
};

/** The formatter's width of a line. */
const lineWidth = 110;

/**
 * Writes an app secret as the TypeScript of a file under `src/secrets/`, as the project's formatter would
 * leave it.
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
      : ['  keys: {', ...Object.entries(keys).map(([key, label]) => property('    ', key, label)), '  },']),
    ...(type === undefined ? [] : [property('  ', 'type', type)]),
    '});',
    '',
  ].join('\n');
}

function property(indent: string, key: string, value: string): string {
  const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : literal(key);
  const fits = (text: string) => `${indent}${name}: ${text},`.length <= lineWidth;
  const plain = literal(value);
  // A character of another script may be two columns wide; near the edge its escape says how wide it is.
  const written = fits(plain.replace(/[^\x20-\x7e]/gu, '--')) ? plain : literal(value, /[^\x20-\x7e]/g);
  // Behind a name this short a line break would gain nothing, and the formatter makes none.
  const oneLine = fits(written) || name.length <= 4;
  return oneLine ? `${indent}${name}: ${written},` : `${indent}${name}:\n${indent}  ${written},`;
}

/** What would not be seen in an editor, or would end a line. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}]|(?! )\p{Zs}|\p{M}/gu;

/**
 * Writes a text as a string of TypeScript: in single quotes, unless the other ones need fewer escapes.
 *
 * @param escaped The characters that are written as escapes.
 */
function literal(text: string, escaped: RegExp = unseen): string {
  const body = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replace(escaped, escapeOf);
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
 * Makes keys of a Secret from labels: other characters than letters, digits, `-`, `_` and `.` become `_`,
 * accents are dropped, and a second key of the same name gets a number.
 *
 * @returns Keys with their labels, in the order of the labels.
 */
export function keysFromLabels(labels: readonly string[]): Record<string, string> {
  const keys: Record<string, string> = {};
  for (const label of labels) {
    const base = keyFromLabel(label);
    let key = base;
    for (let number = 2; Object.hasOwn(keys, key); number += 1) key = `${base}_${number}`;
    keys[key] = label;
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

/** The file's name for a Secret's name: without what a Flux Kustomization's name can't have. */
export function fileNameFor(secretName: string): string {
  return secretName.replaceAll('.', '-').slice(0, 55).replace(/-+$/, '');
}
