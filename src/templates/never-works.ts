import type { Type } from './functions.js';
import { lists, type Value } from './typed-value.js';

type Fault = readonly [what: string, todo: string];

/** Functions whose result can't hold a certificate, a key or a JSON object. */
export const unreadable = new Set(
  `adler32sum b32enc camelcase duration durationRound hello initials kebabcase kindOf lower quote sha1sum
   sha256sum sha512sum snakecase swapcase title toDecimal typeOf unixEpoch upper`.split(/\s+/),
);

/** Positions of the arguments that must hold PEM or PKCS#12. */
const pem: ReadonlyMap<string, readonly number[]> = new Map([
  ['certSANs', [0]],
  ['filterCertChain', [1]],
  ['fullPemToPkcs12', [0, 1]],
  ['fullPemToPkcs12Pass', [0, 1]],
  ['pemToPkcs12', [0, 1]],
  ['pemToPkcs12Pass', [0, 1]],
  ['pemTruststoreToPKCS12', [0]],
  ['pemTruststoreToPKCS12Pass', [0]],
]);
const pkcs12: ReadonlyMap<string, number> = new Map([
  ['pkcs12cert', 0],
  ['pkcs12certPass', 1],
  ['pkcs12key', 0],
  ['pkcs12keyPass', 1],
]);

/**
 * Why a call fails whatever the fields hold, judged by its constants and by types that sprig checks.
 *
 * @returns undefined if it may work.
 */
export function neverWorks(name: string, given: readonly Value[]): Fault | undefined {
  const [first, second, third] = given;
  const correct = 'correct the call';
  if (name === 'len' && first && !/[asdmSlLwnN]/.test(first.type)) {
    return ['uses len on something without a length, which fails', correct];
  }
  if (/^(?:lt|le|gt|ge)$/.test(name)) {
    const bad = given.find(({ type }) => !/[asiIuf]/.test(type));
    if (bad) return [`uses ${name} on something without an order, which fails`, 'compare numbers or strings'];
  }
  if (/^(?:repeat|n?indent)$/.test(name) && (first?.number ?? 0) < 0) {
    return [`gives ${name} a negative number, which fails`, correct];
  }
  if (name === 'substr') {
    const [start, end] = [first?.number, second?.number];
    const isOut = start !== undefined && end !== undefined && (start < 0 ? end < 0 : end >= 0 && start > end);
    if (isOut) return [`uses substr from ${start} to ${end}, which fails`, correct];
  }
  if ((name === 'div' || name === 'mod') && second && isZero(second)) {
    return [`divides by 0 with ${name}, which fails`, correct];
  }
  if (name === 'divf' && given.slice(1).some(isZero)) return ['divides by 0 with divf, which fails', correct];
  if (/^(?:mustC|c)hunk$/.test(name) && first?.number === 0)
    return [`gives ${name} the size 0, which fails`, correct];
  if (/^(?:mustS|s)lice$/.test(name) && second?.number !== undefined && first?.most !== undefined) {
    const end = third?.number ?? first.most;
    if (
      first.least === first.most &&
      first.most > 0 &&
      (second.number > end || second.number < 0 || end > first.most)
    ) {
      return [`uses ${name} beyond the end, which fails`, correct];
    }
  }
  for (const at of pem.get(name) ?? []) {
    if (isUnreadable(given[at], (text) => text.includes('-----BEGIN'))) {
      return [
        `gives ${name} something that is never PEM, which fails`,
        'give it the field that holds the PEM',
      ];
    }
  }
  const file = pkcs12.get(name);
  if (file !== undefined && isUnreadable(given[file], (text) => text.length > 200)) {
    return [
      `gives ${name} something that is never PKCS#12, which fails`,
      'give it the field that holds the file',
    ];
  }
  if (/^jwk/.test(name) && isUnreadable(first, (text) => /^\s*\{/.test(text) && isJson(text))) {
    return [
      `gives ${name} something that is never a JWK, which fails`,
      'give it the field that holds the JWK',
    ];
  }
  return ofConstant(name, given);
}

function ofConstant(name: string, given: readonly Value[]): Fault | undefined {
  const texts = given.map(({ text }) => text);
  const [first, second] = texts;
  const fault = (what: string): Fault => [`gives ${name} ${JSON.stringify(what)}, which fails`, 'correct it'];
  switch (name) {
    case 'mustFromJson':
      return first !== undefined && !isJson(first) ? fault(first) : undefined;
    case 'urlParse':
      return first !== undefined && /\p{Cc}|^:|%(?![\da-fA-F]{2})/u.test(first) ? fault(first) : undefined;
    case 'semver':
      return first !== undefined && !/^\s*[v=]*\d+/.test(first) ? fault(first) : undefined;
    case 'semverCompare':
      if (first !== undefined && !/[\dxX*]/.test(first)) return fault(first);
      return second !== undefined && !/^\s*[v=]*\d+/.test(second) ? fault(second) : undefined;
    case 'mustDateModify':
    case 'must_date_modify':
      return first !== undefined && !isDuration(first) ? fault(first) : undefined;
    case 'mustToDate':
      return first !== undefined && second !== undefined && !/[\d_JMPZp-]/.test(first) && first !== second
        ? fault(second)
        : undefined;
    case 'rsaDecrypt':
      return (
        schemeFault(first, ['None', 'RSA-OAEP'], fault) ??
        (first === 'None' ? undefined : schemeFault(second, ['None', 'SHA1', 'SHA256', 'SHA512'], fault))
      );
    case 'decryptAES':
      return second !== undefined && !isBase64(second, 16) ? fault(second) : undefined;
    case 'buildCustomCert':
      return [first, second]
        .map((text) => (text !== undefined && !isBase64(text, 100) ? fault(text) : undefined))
        .find((one) => one !== undefined);
    case 'filterPEM':
      return second !== undefined && second !== '' && !second.includes('-----BEGIN')
        ? fault(second)
        : undefined;
    case 'fail':
      return undefined;
  }
  if (/^(?:mustR|r)egex(?!QuoteMeta)/.test(name) && first !== undefined && isBadRegex(first)) {
    return [
      `gives ${name} the regular expression ${JSON.stringify(first)}, which Go does not accept`,
      'correct it',
    ];
  }
  return undefined;
}

function schemeFault(
  text: string | undefined,
  good: readonly string[],
  fault: (what: string) => Fault,
): Fault | undefined {
  return text !== undefined && !good.includes(text) ? fault(text) : undefined;
}

/** Whether sprig reads a value as 0. */
function isZero({ type, text, number, literal, id }: Value): boolean {
  if (number !== undefined) return Math.trunc(number) === 0;
  if (text !== undefined)
    return !/^\s*[+-]?(?:0[xXoObB])?0*[1-9a-fA-F]/.test(text) || !/^[\s\d+-]/.test(text);
  if (type === 'b') return literal === true && id === 'false';
  return lists.has(type) || /[dmSxcvt]/.test(type);
}

function isUnreadable(value: Value | undefined, reads: (text: string) => boolean): boolean {
  if (!value) return false;
  if (value.text !== undefined) return !reads(value.text);
  return value.unreadable === true;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function isBase64(text: string, least: number): boolean {
  return text.length >= least && /^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text);
}

function isDuration(text: string): boolean {
  return /^[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+)$/.test(text);
}

/** Whether RE2 refuses an expression, as far as we can tell without it. https://github.com/google/re2/wiki/Syntax */
export function isBadRegex(source: string): boolean {
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(source)) return true;
  const plain = source
    .replace(/\\Q[\s\S]*?(?:\\E|$)/g, 'q')
    .replace(/\\(?:[1-9])/g, '(?=')
    .replace(/\\[\s\S]/g, 'e')
    .replace(/\[\^?\]?(?:\[:\^?\w+:\]|[^\]])*\]/g, 'c');
  const groups = plain.replace(/\(\?(?:[a-zA-Z-]*:|P?<\w+>)/g, '(').replace(/\(\?[a-zA-Z-]*\)/g, '');
  if (groups.includes('[') || /(?:^|[(|])[*+?]/.test(groups)) return true;
  let depth = 0;
  for (const sign of groups) {
    if (sign === '(') depth += 1;
    if (sign === ')') depth -= 1;
    if (depth < 0) return true;
  }
  return depth !== 0;
}

/** The type that all values share; undefined if they don't, or if it isn't known. */
export function commonType(values: readonly Value[]): Type | undefined {
  const [first] = values;
  return first && first.type !== 'a' && values.every(({ type }) => type === first.type)
    ? first.type
    : undefined;
}
