import type { Type } from './functions.js';
import { lists, type Value } from './typed-value.js';

/** The types that each verb of `printf` accepts, by their letters. */
const verbs: Readonly<Record<string, string>> = {
  v: 'abcdfiIlLmnNsStuvwx',
  T: 'abcdfiIlLmnNsStuvwx',
  s: 'asStwv',
  q: 'asSwiIuv',
  x: 'sSwiIufn',
  X: 'sSwiIufn',
  t: 'b',
  d: 'iIun',
  c: 'iIun',
  o: 'iIun',
  O: 'iIun',
  U: 'iIun',
  b: 'iIufn',
  e: 'f',
  E: 'f',
  f: 'f',
  F: 'f',
  g: 'f',
  G: 'f',
};

const verb = /%(?:[-+# 0]*)(\*|\d+)?(?:\.(\*|\d+)?)?(\[\d+\])?(.|$)/gsu;

/**
 * What Go would write into the result of a `printf` instead of failing: `%!d(string=443)`, `%!s(MISSING)`.
 * https://pkg.go.dev/fmt#hdr-Format_errors
 *
 * @param given Format and arguments.
 * @param named The types as messages name them.
 * @returns undefined if each verb has an argument that it accepts.
 */
export function printfFault(
  [format, ...given]: readonly Value[],
  named: Readonly<Record<Type, string>>,
): [what: string, todo: string] | undefined {
  if (format?.text === undefined) {
    return ['gives printf a format that is not a literal', 'write the format in quotes'];
  }
  let at = 0;
  for (const [whole, width, precision, index, letter = ''] of format.text.matchAll(verb)) {
    if (letter === '%') continue;
    if (width === '*' || precision === '*' || index !== undefined) {
      return [`gives printf ${whole}, which takes a number from an argument`, 'write the number itself'];
    }
    const value = given[at];
    at += 1;
    if (!verbs[letter]) return [`gives printf ${whole}, which Go does not know`, 'write %s, or %% for a %'];
    if (!value) {
      return [`gives printf ${whole} no argument, so Go writes %!${letter}(MISSING)`, 'add the argument'];
    }
    if (!takes(letter, value)) {
      return [
        `gives printf ${whole} ${named[value.type]}, and Go writes %!${letter}(...) if it does not fit`,
        value.type === 's' ? 'write %s: a field is always a string' : 'write %v',
      ];
    }
  }
  return at < given.length
    ? [
        `gives printf ${given.length} arguments for ${at} verbs, so Go writes %!(EXTRA ...)`,
        'write a verb for each',
      ]
    : undefined;
}

function takes(letter: string, { type, element }: Value): boolean {
  if (verbs[letter]?.includes(type)) return true;
  return lists.has(type) && element !== undefined && (verbs[letter]?.includes(element) ?? false);
}
