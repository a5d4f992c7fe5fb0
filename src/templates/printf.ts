import type { Type } from './functions.js';
import { lists, type Value } from './typed-value.js';

/** Types that a verb of `printf` takes; `a`, of which nothing is known, is not among them. */
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
 * What Go would write of a call of `printf` instead of an error: `%!d(string=443)`, `%!s(MISSING)`.
 * https://pkg.go.dev/fmt#hdr-Format_errors
 *
 * @param given Format and arguments.
 * @param named What a type is called.
 * @returns undefined where each verb has an argument that it takes.
 */
export function printfFault(
  [format, ...given]: readonly Value[],
  named: Readonly<Record<Type, string>>,
): [what: string, todo: string] | undefined {
  if (format?.text === undefined) {
    return ['gives printf a format that is not a text of the template', 'write the format in quotes'];
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
      return [`gives printf ${whole} no argument, and Go writes %!${letter}(MISSING)`, 'add the argument'];
    }
    if (!takes(letter, value)) {
      return [
        `gives printf ${whole} ${named[value.type]}, and Go writes %!${letter}(...) when it does not fit`,
        value.type === 's' ? 'write %s: a field is always text' : 'write %v',
      ];
    }
  }
  return at < given.length
    ? [
        `gives printf ${given.length} arguments for ${at} verbs, and Go writes %!(EXTRA ...)`,
        'write a verb for each',
      ]
    : undefined;
}

function takes(letter: string, { type, element }: Value): boolean {
  if (verbs[letter]?.includes(type)) return true;
  return lists.has(type) && element !== undefined && (verbs[letter]?.includes(element) ?? false);
}
