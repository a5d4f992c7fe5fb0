import { OperatorError, within } from '../errors.js';
import { checkSopsSecret } from '../sops-secret.js';
import type { Surroundings } from '../surroundings.js';
import type { CreationRule } from './creation-rule.js';
import { decrypt, encrypt } from './sops.js';

/** A Secret in plaintext; it never leaves memory. */
export interface PlainSecret {
  readonly name: string;
  readonly namespace: string;
  /** Not encrypted. @default - none */
  readonly labels?: { readonly [key: string]: string };
  /** Not encrypted. @default - none */
  readonly annotations?: { readonly [key: string]: string };
  readonly stringData: { readonly [key: string]: string };
}

/** A Secret that sops encrypted. */
export interface EncryptedSecret {
  /** The SOPS file. */
  readonly text: string;
  /** Whether it was decrypted again and compared; false if no private key was available. */
  readonly compared: boolean;
}

/**
 * Encrypts a Secret, and checks that Flux can use the result: all values are encrypted and the rest is
 * readable. If a private key is available, also checks that it decrypts to the same values.
 *
 * @param at The folder and environment that sops runs in.
 * @param quote Whether an error may quote sops, which may quote the values.
 * @throws OperatorError if sops fails, or if the rule encrypts too much or too little.
 */
export async function encryptSecret(
  { stringData, ...metadata }: PlainSecret,
  rule: CreationRule,
  at: Surroundings,
  { quote }: { readonly quote: boolean },
): Promise<EncryptedSecret> {
  const document = { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', stringData };
  const text = await encrypt(document, rule, at, { quote });
  const todo = `set \`encrypted_regex: ^(data|stringData)$\` in the rule for the file in ${rule.config}`;
  const problems = checkSopsSecret(
    text,
    { name: metadata.name, namespace: metadata.namespace, keys: Object.keys(stringData) },
    todo,
  );
  if (problems.length > 0) throw new OperatorError(within('sops', problems));
  const seen = await decrypt(text, at);
  if (seen !== undefined && !holds(seen, stringData)) {
    const what = 'decrypted the file to other values than it encrypted';
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
