import { z } from 'zod';
import type { Problem } from '../errors.js';

/** The two values of the bootstrap Secret in plaintext; they never leave memory. */
export interface BootstrapValues {
  /** Connect's credentials file: the JSON that 1Password wrote. */
  readonly credentials: string;
  /** A Connect access token. */
  readonly token: string;
}

const filled = z.string().min(1);

/** The parts of `1password-credentials.json` that Connect reads. */
const credentialsShape = z.looseObject({
  version: z.literal('2'),
  deviceUuid: filled,
  verifier: z.looseObject({ salt: filled, localHash: filled }),
  encCredentials: z.looseObject({ kid: filled, enc: filled, iv: filled, data: filled }),
  uniqueKey: z.looseObject({ alg: filled, k: filled, kty: filled, kid: filled }),
});

/** JSON.parse without its error, which quotes the text. */
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
 * Decodes an input file as UTF-8, and drops the byte order mark that some editors add.
 *
 * @param where The file as messages name it.
 */
export function inputText(bytes: Uint8Array, where: string): { text: string } | { problems: Problem[] } {
  const refuse = (what: string) => ({ problems: [{ where, what, todo: 'save it as UTF-8' }] });
  // Neither input has zero bytes, and in UTF-16 every other byte is zero.
  if (bytes.includes(0)) return refuse('is UTF-16 or binary');
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return refuse('is not valid UTF-8');
  }
}

/**
 * Decodes credentials that were base64-encoded once, as many Kubernetes guides recommend.
 *
 * @returns The JSON, or undefined if the text is not a base64-encoded JSON object.
 */
export function decodeOnce(text: string): string | undefined {
  const packed = text.replace(/\s+/g, '');
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(packed)) return undefined;
  const decoded = new TextDecoder().decode(Buffer.from(packed, 'base64'));
  return isObject(parseJson(decoded)) ? decoded : undefined;
}

/**
 * Checks the shape of a Connect credentials file, version 2. The messages quote no values.
 *
 * @param text The file's content.
 * @param where The file as messages name it.
 */
export function credentialsProblems(text: string, where: string): Problem[] {
  const todo = 'give the 1password-credentials.json that `op connect server create` wrote';
  if (text.trim() === '') return [{ where, what: 'is empty', todo }];
  const json = parseJson(text);
  if (json === undefined && decodeOnce(text) !== undefined) {
    return [{ where, what: 'is base64-encoded, and Connect needs the JSON itself', todo: 'add --decode' }];
  }
  if (!isObject(json)) return [{ where, what: 'is not a JSON object', todo }];
  const result = credentialsShape.safeParse(json);
  if (result.success) return [];
  return result.error.issues.map(({ path, code }) => ({
    where: `${where}: ${path.join('.')}`,
    what: code === 'invalid_value' ? "must be '2', the version Connect reads" : 'is missing or not a string',
    todo,
  }));
}

/**
 * Checks that a text is a Connect access token: a JWT that has not expired. The messages quote no values.
 * Only 1Password can check the signature.
 *
 * @param text The token, trimmed.
 * @param where The token as messages name it.
 * @param now The time to compare the token's expiry with.
 */
export function tokenProblems(text: string, where: string, now: Date): Problem[] {
  const todo = 'give the token that `op connect token create` printed';
  if (text === '') return [{ where, what: 'is empty', todo }];
  const parts = text.split('.');
  if (parts.length !== 3) {
    return [{ where, what: `is not a JWT: it has ${parts.length} parts, not 3`, todo }];
  }
  const broken = parts.findIndex((part) => !/^[A-Za-z0-9_-]+$/.test(part));
  if (broken >= 0) return [{ where, what: `is not a JWT: part ${broken + 1} is not base64url`, todo }];
  const [header, payload] = parts.map((part) => parseJson(Buffer.from(part, 'base64url').toString('utf8')));
  if (!isObject(header)) return [{ where, what: 'is not a JWT: its header is not a JSON object', todo }];
  if (!isObject(payload)) return [{ where, what: 'is not a JWT: its payload is not a JSON object', todo }];
  const { exp } = payload as { exp?: unknown };
  if (exp === undefined) return [];
  const end = new Date(typeof exp === 'number' ? exp * 1000 : Number.NaN);
  if (Number.isNaN(end.getTime())) return [{ where, what: 'is not a JWT: its exp is not a time', todo }];
  if (end > now) return [];
  const ended = end.toISOString().replace('.000', '');
  return [{ where, what: `expired at ${ended}`, todo: 'make a new one with `op connect token create`' }];
}
