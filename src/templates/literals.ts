/**
 * Reads a Go string or character literal.
 *
 * @param quoted With its quotes: `"..."`, `` `...` `` or `'...'`.
 * @returns undefined if Go would refuse it.
 */
export function unquote(quoted: string): string | undefined {
  const quote = quoted[0] ?? '';
  const inner = quoted.slice(1, -1);
  if (quote === '`') return inner.replaceAll('\r', '');
  let good = true;
  const text = inner.replace(
    /\\(?:([abfnrtv\\"'])|([0-7]{3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|)/g,
    (_, letter?: string, octal?: string, ...hex: (string | undefined)[]) => {
      if (letter === '"' || letter === "'") {
        good &&= letter === quote;
        return letter;
      }
      if (letter) return { a: '\x07', v: '\v', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }[letter] ?? '\\';
      const digits = hex.slice(0, 3).find((part) => part !== undefined);
      const code = octal ? Number.parseInt(octal, 8) : Number.parseInt(digits ?? '', 16);
      good &&= octal ? code < 256 : code < 0xd800 || (code > 0xdfff && code <= 0x10ffff);
      return good ? String.fromCodePoint(code) : '';
    },
  );
  if (quote === "'") good &&= [...text].length === 1;
  return good ? text : undefined;
}

const integer = /^[+-]?(?:0[xX](?:_?[\da-fA-F])+|0[bB](?:_?[01])+|0[oO]?(?:_?[0-7])+|0|[1-9](?:_?\d)*)$/;
const float =
  /^[+-]?(?:(?:\d(?:_?\d)*\.?(?:\d(?:_?\d)*)?|\.\d(?:_?\d)*)(?:[eE][+-]?\d(?:_?\d)*)?|0[xX](?:[\da-fA-F](?:_?[\da-fA-F])*\.?(?:[\da-fA-F](?:_?[\da-fA-F])*)?|\.[\da-fA-F](?:_?[\da-fA-F])*)[pP][+-]?\d(?:_?\d)*)$/;
/**
 * What kind of number a literal is to Go.
 *
 * @param text A number or a character in a template: `5`, `0x1F`, `1.5`, `'a'`.
 * @returns undefined if Go would refuse it: `08`, `1__0`, `'ab'`, more than 64 bits.
 */
export function numberKind(text: string): 'integer' | 'float' | 'complex' | undefined {
  if (text.startsWith("'")) return unquote(text) === undefined ? undefined : 'integer';
  if (text.endsWith('i')) return float.test(text.slice(0, -1)) ? 'complex' : undefined;
  if (integer.test(text)) {
    const digits = text.replaceAll('_', '').replace(/^[+-]/, '');
    const size = BigInt(/^0\d/.test(digits) ? `0o${digits.slice(1)}` : digits);
    return size < 2n ** 63n + (text.startsWith('-') ? 1n : 0n) ? 'integer' : undefined;
  }
  if (!float.test(text) || !/[.eEpP]/.test(text)) return undefined;
  return /[pP]/.test(text) || Number.isFinite(Number(text.replaceAll('_', ''))) ? 'float' : undefined;
}

/** The value of a number or character that `numberKind` accepts; undefined for a complex number. */
export function valueOfNumber(text: string): number | undefined {
  if (text.startsWith("'")) return unquote(text)?.codePointAt(0);
  const digits = text.replaceAll('_', '');
  const sign = digits.startsWith('-') ? -1 : 1;
  const plain = digits.replace(/^[+-]/, '');
  const value = /^0\d+$/.test(plain) ? Number(`0o${plain}`) : Number(plain);
  return Number.isNaN(value) ? undefined : sign * value;
}
