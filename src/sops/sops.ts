import { execa } from 'execa';
import { OperatorError } from '../errors.js';
import type { Surroundings } from '../surroundings.js';
import type { CreationRule } from './creation-rule.js';

/** The first version whose `sops encrypt` reads standard input. */
const minimum = [3, 10, 0] as const;

/** sops's exit code if none of the available keys decrypts the file. */
const noKey = 128;

/** Variables that override the rule's recipients: https://getsops.io/docs/#environment-variables */
const recipients = [
  'SOPS_AGE_RECIPIENTS',
  'SOPS_PGP_FP',
  'SOPS_KMS_ARN',
  'SOPS_GCP_KMS_IDS',
  'SOPS_HUAWEICLOUD_KMS_IDS',
  'SOPS_AZURE_KEYVAULT_URLS',
  'SOPS_VAULT_URIS',
];

/** Secrets that bootstrap reads from the environment, and sops does not need. */
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

/** How a failed sops ended, without quoting it. */
function ending({ exitCode, signal, code }: Awaited<ReturnType<typeof sops>>): string {
  return exitCode === undefined ? `${signal ?? code}` : `exit code ${exitCode}`;
}

function refusal(what: string, todo: string): OperatorError {
  return new OperatorError([{ where: 'sops', what, todo }]);
}

/**
 * Checks that sops is installed and recent enough.
 *
 * @throws OperatorError if it isn't.
 */
export async function checkSops(at: Surroundings): Promise<void> {
  const result = await sops(at, ['--disable-version-check', '--version']);
  const todo = `install sops ${minimum.join('.')} or newer: https://github.com/getsops/sops/releases`;
  if (result.code === 'ENOENT') throw refusal('is not installed', todo);
  const [, ...found] = /(\d+)\.(\d+)\.(\d+)/.exec(`${result.stdout}${result.stderr}`) ?? [];
  if (found.length === 0) throw refusal(`does not print its version (${ending(result)})`, todo);
  const difference = minimum.map((part, index) => Number(found[index]) - part).find((part) => part !== 0);
  if ((difference ?? 0) < 0) throw refusal(`version ${found.join('.')} is too old`, todo);
}

/**
 * Encrypts a document with sops. The plaintext goes through standard input only.
 *
 * @param rule Where sops finds the recipients.
 * @param at The folder and environment that sops runs in.
 * @param quote Whether an error may quote sops, which may quote the document.
 * @returns The encrypted YAML.
 * @throws OperatorError if sops fails.
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
      ? 'check that `sops --version` works'
      : `correct the rule and its recipients in ${config}`;
  throw refusal(`can't encrypt (${said || ending(result)})`, todo);
}

/**
 * Decrypts with whatever key sops finds.
 *
 * @returns The plaintext as JSON, or undefined if sops finds no key.
 * @throws OperatorError if sops fails for another reason.
 */
export async function decrypt(encrypted: string, at: Surroundings): Promise<string | undefined> {
  const result = await sops(at, ['decrypt', '--input-type', 'yaml', '--output-type', 'json'], encrypted);
  if (result.exitCode === 0) return result.stdout;
  if (result.exitCode === noKey) return undefined;
  throw refusal(`can't decrypt what it encrypted (${ending(result)})`, 'check your sops and its keys');
}
