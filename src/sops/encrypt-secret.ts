import { OperatorError, within } from '../errors.js';
import { checkSopsSecret } from '../sops-secret.js';
import type { Surroundings } from '../surroundings.js';
import type { CreationRule } from './creation-rule.js';
import { decrypt, encrypt } from './sops.js';

/** A Secret in plaintext: only ever in memory. */
export interface PlainSecret {
  readonly name: string;
  readonly namespace: string;
  /** What anybody may read. @default - none */
  readonly labels?: { readonly [key: string]: string };
  /** The same. @default - none */
  readonly annotations?: { readonly [key: string]: string };
  readonly stringData: { readonly [key: string]: string };
}

/** A Secret that sops encrypted. */
export interface EncryptedSecret {
  /** The SOPS file. */
  readonly text: string;
  /** Whether it was decrypted again, and the same; false when the private key is not at hand. */
  readonly compared: boolean;
}

/**
 * Encrypts a Secret, and checks that what came out is one that Flux can use: all values encrypted, the rest
 * readable, and, when the private key is at hand, the same when it is decrypted.
 *
 * @param at What sops gets.
 * @param quote Whether a message may quote sops, which may quote the values.
 * @throws OperatorError when sops refuses, or the rule encrypts too much or too little.
 */
export async function encryptSecret(
  { stringData, ...metadata }: PlainSecret,
  rule: CreationRule,
  at: Surroundings,
  { quote }: { readonly quote: boolean },
): Promise<EncryptedSecret> {
  const document = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData };
  const text = await encrypt(document, rule, at, { quote });
  const todo = `give the rule for the file in ${rule.config} \`encrypted_regex: ^(data|stringData)$\``;
  const problems = checkSopsSecret(
    text,
    { name: metadata.name, namespace: metadata.namespace, keys: Object.keys(stringData) },
    todo,
  );
  if (problems.length > 0) throw new OperatorError(within('sops', problems));
  const seen = await decrypt(text, at);
  if (seen !== undefined && !holds(seen, stringData)) {
    const what = 'gives back something else than it was given';
    throw new OperatorError([{ where: 'sops', what, todo: 'check your sops' }]);
  }
  return { text, compared: seen !== undefined };
}

function holds(json: string, stringData: PlainSecret['stringData']): boolean {
  try {
    return JSON.stringify(JSON.parse(json).stringData) === JSON.stringify(stringData);
  } catch {
    return false;
  }
}
