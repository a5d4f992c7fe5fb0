import { loadAll, YAMLException } from 'js-yaml';
import type { Problem } from './errors.js';
import { isTree, type Tree } from './tree.js';

/** The Secret that a SOPS file must hold. */
export interface ExpectedSecret {
  readonly name: string;
  readonly namespace: string;
  /** Required keys; others may be there. */
  readonly keys: readonly string[];
}

/** The format of an encrypted value: https://github.com/getsops/sops/blob/main/aes/cipher.go */
const encryptedValue =
  /^ENC\[AES256_GCM,data:[A-Za-z0-9+/=]+,iv:[A-Za-z0-9+/=]+,tag:[A-Za-z0-9+/=]+,type:\w+\]$/;

/** Whether SOPS encrypted a value. It leaves empty ones as they are, so these count as unencrypted. */
export function isEncrypted(value: unknown): boolean {
  return typeof value === 'string' && encryptedValue.test(value);
}

/**
 * Counts the recipients in a SOPS metadata block, over all kinds of keys and key groups.
 *
 * @param sops The parsed `sops:` block.
 */
export function countRecipients(sops: Tree): number {
  const kinds = ['age', 'pgp', 'kms', 'gcp_kms', 'azure_kv', 'hc_vault', 'hckms'];
  const groups = [sops, ...(Array.isArray(sops['key_groups']) ? sops['key_groups'].filter(isTree) : [])];
  return groups
    .flatMap((group) => kinds.map((kind) => group[kind]))
    .reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 0), 0);
}

/**
 * Checks that a file holds exactly the expected Secret, encrypted with SOPS for at least one recipient.
 * It needs no key, and its messages quote no encrypted value.
 *
 * @param text The file: YAML or JSON.
 * @param todo What to do about any of the problems.
 * @returns All problems, with the field, or '', as their place; none if Flux, given a key, can decrypt the file
 *   into the expected Secret.
 */
export function checkSopsSecret(text: string, expected: ExpectedSecret, todo: string): Problem[] {
  const code = 'sops-file';
  let documents: unknown[];
  try {
    documents = loadAll(text);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    // The full message quotes lines of the file, which may be plaintext.
    const what = `is not YAML (${error.reason}, line ${(error.mark?.line ?? 0) + 1})`;
    return [{ code, where: '', what, todo }];
  }
  const [secret] = documents;
  if (documents.length !== 1 || !isTree(secret)) {
    const what = `must hold exactly one Secret (got ${documents.length} documents)`;
    return [{ code, where: '', what, todo }];
  }
  const problems: Problem[] = [];
  const expect = (field: string, ok: boolean, what: string) => {
    if (!ok) problems.push({ code, where: field, what, todo });
  };
  const metadata = isTree(secret['metadata']) ? secret['metadata'] : {};
  expect(
    'kind',
    secret['apiVersion'] === 'v1' && secret['kind'] === 'Secret',
    'must be Secret, of apiVersion v1',
  );
  for (const field of ['name', 'namespace'] as const) {
    const found = metadata[field];
    const shown =
      found === undefined
        ? 'is missing'
        : isEncrypted(found)
          ? 'is encrypted'
          : `got ${JSON.stringify(found)}`;
    expect(`metadata.${field}`, found === expected[field], `must be '${expected[field]}' (${shown})`);
  }
  const sops = secret['sops'];
  if (!isTree(sops)) {
    expect('sops', false, 'is missing: the file is not encrypted with SOPS');
  } else {
    expect('sops', countRecipients(sops) > 0, 'names no recipient, so nobody can decrypt the file');
    expect('sops.mac', isEncrypted(sops['mac']), 'is missing or not encrypted');
  }
  const values = new Map<string, string>();
  for (const block of ['data', 'stringData']) {
    const entries = secret[block];
    if (entries === undefined) continue;
    if (!isTree(entries)) {
      expect(block, false, 'is not a mapping');
      continue;
    }
    for (const [key, value] of Object.entries(entries)) {
      values.set(key, block);
      expect(`${block}.${key}`, isEncrypted(value), 'is not encrypted');
    }
  }
  for (const key of expected.keys) {
    expect(`stringData.${key}`, values.has(key), 'is missing');
  }
  return problems;
}
