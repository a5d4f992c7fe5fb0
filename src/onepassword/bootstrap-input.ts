import { z } from 'zod';
import type { Problem } from '../errors.js';

/** The two values of the bootstrap Secret, in plaintext: only ever in memory. */
export interface BootstrapValues {
  /** Connect's credentials file: JSON, as 1Password wrote it. */
  readonly credentials: string;
  /** A Connect access token. */
  readonly token: string;
}

const filled = z.string().min(1);

/** What Connect reads of `1password-credentials.json`; more may be in it. */
const credentialsShape = z.looseObject({
  version: z.literal('2'),
  deviceUuid: filled,
  verifier: z.looseObject({ salt: filled, localHash: filled }),
  encCredentials: z.looseObject({ kid: filled, enc: filled, iv: filled, data: filled }),
  uniqueKey: z.looseObject({ alg: filled, k: filled, kty: filled, kid: filled }),
});

/** JSON.parse without its message, which quotes the text. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads the bytes of an input file as text, without the byte order mark that some editors put in front.
 *
 * @param where What to call it.
 */
export function inputText(bytes: Uint8Array, where: string): { text: string } | { problems: Problem[] } {
  const refuse = (what: string) => ({ problems: [{ where, what, todo: 'save it as UTF-8' }] });
  // Neither of the two inputs has a zero byte, and in UTF-16 every other one is.
  if (bytes.includes(0)) return refuse('is UTF-16, or no text');
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return refuse('is no UTF-8 text');
  }
}

/**
 * Decodes credentials that were base64-encoded once, as guides for Kubernetes Secrets have it.
 *
 * @returns The JSON, or undefined when the text is not base64 of a JSON object.
 */
export function decodeOnce(text: string): string | undefined {
  const packed = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(packed)) return undefined;
  const decoded = new TextDecoder().decode(Buffer.from(packed, 'base64'));
  return isObject(parseJson(decoded)) ? decoded : undefined;
}

/**
 * Checks the shape of a Connect credentials file, version 2. No value is in what it says.
 *
 * @param text The file.
 * @param where What to call it.
 */
export function credentialsProblems(text: string, where: string): Problem[] {
  const todo = 'give the 1password-credentials.json that `op connect server create` wrote';
  if (text.trim() === '') return [{ where, what: 'is empty', todo }];
  const json = parseJson(text);
  if (json === undefined && decodeOnce(text) !== undefined) {
    return [
      { where, what: 'is base64 of the credentials JSON, and Connect wants the JSON', todo: 'add --decode' },
    ];
  }
  if (!isObject(json)) return [{ where, what: 'is no JSON object', todo }];
  const result = credentialsShape.safeParse(json);
  if (result.success) return [];
  return result.error.issues.map(({ path, code }) => ({
    where: `${where}: ${path.join('.')}`,
    what: code === 'invalid_value' ? "is not '2', the version that Connect reads" : 'is missing, or no text',
    todo,
  }));
}

/**
 * Checks that a text is a Connect access token: a JWT that has not expired. No value is in what it says.
 * Its signature is for 1Password to check.
 *
 * @param text The token, without white space around it.
 * @param where What to call it.
 * @param now The time, for a token that says when it ends.
 */
export function tokenProblems(text: string, where: string, now: Date): Problem[] {
  const todo = 'give the token that `op connect token create` printed';
  if (text === '') return [{ where, what: 'is empty', todo }];
  const parts = text.split('.');
  if (parts.length !== 3) {
    return [{ where, what: `is no JWT: it has ${parts.length} parts, not 3`, todo }];
  }
  const broken = parts.findIndex((part) => !/^[A-Za-z0-9_-]+$/.test(part));
  if (broken >= 0) return [{ where, what: `is no JWT: part ${broken + 1} is not base64url`, todo }];
  const [header, payload] = parts.map((part) => parseJson(Buffer.from(part, 'base64url').toString('utf8')));
  if (!isObject(header)) return [{ where, what: 'is no JWT: its header is no JSON object', todo }];
  if (!isObject(payload)) return [{ where, what: 'is no JWT: its payload is no JSON object', todo }];
  const { exp } = payload as { exp?: unknown };
  if (exp === undefined) return [];
  const end = new Date(typeof exp === 'number' ? exp * 1000 : Number.NaN);
  if (Number.isNaN(end.getTime())) return [{ where, what: 'is no JWT: its exp is no time', todo }];
  if (end > now) return [];
  const ended = end.toISOString().replace('.000', '');
  return [{ where, what: `expired at ${ended}`, todo: 'make another one with `op connect token create`' }];
}
