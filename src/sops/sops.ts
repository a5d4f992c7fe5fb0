import { execa } from 'execa';
import { OperatorError } from '../errors.js';
import type { Surroundings } from '../surroundings.js';
import type { CreationRule } from './creation-rule.js';

/** `sops encrypt` reads standard input since this version. */
const minimum = [3, 10, 0] as const;

/** sops exits with this when no key that it finds decrypts the file. */
const noKey = 128;

/** sops takes these recipients instead of those of the rule: https://getsops.io/docs/#environment-variables */
const recipients = [
  'SOPS_AGE_RECIPIENTS',
  'SOPS_PGP_FP',
  'SOPS_KMS_ARN',
  'SOPS_GCP_KMS_IDS',
  'SOPS_HUAWEICLOUD_KMS_IDS',
  'SOPS_AZURE_KEYVAULT_URLS',
  'SOPS_VAULT_URIS',
];

/** What bootstrap reads from the environment: sops needs none of it. */
const secrets = ['OP_CONNECT_TOKEN', 'OP_CONNECT_CREDENTIALS'];

function sops({ cwd, env }: Surroundings, args: readonly string[], input = '') {
  return execa('sops', args, {
    cwd,
    env: { ...env, ...Object.fromEntries([...recipients, ...secrets].map((name) => [name, undefined])) },
    extendEnv: false,
    input,
    reject: false,
    verbose: 'none',
    stripFinalNewline: false,
  });
}

/** How a sops that failed ended, without its words. */
function ending({ exitCode, signal, code }: Awaited<ReturnType<typeof sops>>): string {
  return exitCode === undefined ? `${signal ?? code}` : `exit code ${exitCode}`;
}

function refusal(what: string, todo: string): OperatorError {
  return new OperatorError([{ where: 'sops', what, todo }]);
}

/**
 * Checks that the operator's sops is there, and new enough.
 *
 * @throws OperatorError when it isn't.
 */
export async function checkSops(at: Surroundings): Promise<void> {
  const result = await sops(at, ['--disable-version-check', '--version']);
  const todo = `install sops ${minimum.join('.')} or newer: https://github.com/getsops/sops/releases`;
  if (result.code === 'ENOENT') throw refusal('is not installed', todo);
  const [, ...found] = /(\d+)\.(\d+)\.(\d+)/.exec(`${result.stdout}${result.stderr}`) ?? [];
  if (found.length === 0) throw refusal(`does not tell its version (${ending(result)})`, todo);
  const difference = minimum.map((part, index) => Number(found[index]) - part).find((part) => part !== 0);
  if ((difference ?? 0) < 0) throw refusal(`is ${found.join('.')}, which is too old`, todo);
}

/**
 * Encrypts a document with the operator's sops. The plaintext goes through standard input only.
 *
 * @param document What to encrypt.
 * @param rule Where sops finds the recipients.
 * @param at What sops gets.
 * @param quote Whether a message may quote sops, which may quote the document.
 * @returns The encrypted YAML.
 * @throws OperatorError when sops refuses.
 */
export async function encrypt(
  document: object,
  { config, file }: CreationRule,
  at: Surroundings,
  { quote }: { readonly quote: boolean },
): Promise<string> {
  const types = ['--input-type', 'json', '--output-type', 'yaml'];
  const args = ['--config', config, 'encrypt', '--filename-override', file, ...types];
  const result = await sops(at, args, JSON.stringify(document));
  if (result.exitCode === 0) return result.stdout;
  const said = quote ? result.stderr.trim().replace(/\s*\n\s*/g, ' ') : '';
  const todo =
    result.exitCode === undefined
      ? 'check that sops runs here'
      : `correct the rule and its recipients in ${config}`;
  throw refusal(`can't encrypt (${said || ending(result)})`, todo);
}

/**
 * Decrypts with whatever key is at hand.
 *
 * @returns The plaintext, or undefined when no key is at hand.
 * @throws OperatorError when there is a key, and sops fails all the same.
 */
export async function decrypt(encrypted: string, at: Surroundings): Promise<string | undefined> {
  const result = await sops(at, ['decrypt', '--input-type', 'yaml', '--output-type', 'json'], encrypted);
  if (result.exitCode === 0) return result.stdout;
  if (result.exitCode === noKey) return undefined;
  throw refusal(`can't decrypt what it encrypted (${ending(result)})`, 'check your sops and its keys');
}
