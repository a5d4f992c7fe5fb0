import { execa } from 'execa';
import { OperatorError } from '../errors.js';
import type { CreationRule } from './creation-rule.js';

/** `sops encrypt` reads standard input since this version. */
const minimum = [3, 10, 0] as const;

/** sops exits with this when no key that it finds decrypts the file. */
const noKey = 128;

/**
 * Checks that the operator's sops is there, and new enough.
 *
 * @throws OperatorError when it isn't.
 */
export async function checkSops(): Promise<void> {
  const result = await execa('sops', ['--disable-version-check', '--version'], {
    env: withoutSecrets(),
    extendEnv: false,
    reject: false,
    verbose: 'none',
  });
  const todo = `install sops ${minimum.join('.')} or newer: https://github.com/getsops/sops/releases`;
  if (result.code === 'ENOENT') throw new OperatorError([{ where: 'sops', what: 'is not installed', todo }]);
  const [, ...found] = /(\d+)\.(\d+)\.(\d+)/.exec(result.stdout + result.stderr) ?? [];
  const difference =
    minimum.map((part, index) => Number(found[index] ?? 0) - part).find((part) => part !== 0) ?? 0;
  if (difference < 0) {
    const version = found.length > 0 ? found.join('.') : 'of an unknown version';
    throw new OperatorError([{ where: 'sops', what: `is ${version}, which is too old`, todo }]);
  }
}

/**
 * Encrypts a document with the operator's sops. The plaintext goes through standard input only.
 *
 * @param document What to encrypt.
 * @param rule Where sops finds the recipients.
 * @param secrets Values that must not be in a message, whatever sops says.
 * @returns The encrypted YAML.
 * @throws OperatorError when sops refuses: its own words, and what to do.
 */
export async function encrypt(
  document: object,
  rule: CreationRule,
  secrets: readonly string[],
): Promise<string> {
  const types = ['--input-type', 'json', '--output-type', 'yaml'];
  const result = await execa('sops', ['encrypt', '--filename-override', rule.file, ...types], {
    cwd: rule.cwd,
    env: withoutSecrets(),
    extendEnv: false,
    input: JSON.stringify(document),
    reject: false,
    verbose: 'none',
    stripFinalNewline: false,
  });
  if (result.exitCode === 0) return result.stdout;
  const said = result.stderr.trim().replace(/\s*\n\s*/g, ' ');
  const safe = secrets.some((secret) => said.includes(secret)) ? `exit code ${result.exitCode}` : said;
  throw new OperatorError([
    {
      where: 'sops',
      what: `can't encrypt (${safe})`,
      todo: 'correct the rule and its recipients in .sops.yaml',
    },
  ]);
}

/**
 * Decrypts with whatever key is at hand.
 *
 * @returns The plaintext, or undefined when no key is at hand.
 * @throws OperatorError when there is a key, and sops fails all the same.
 */
export async function decrypt(encrypted: string): Promise<string | undefined> {
  const types = ['--input-type', 'yaml', '--output-type', 'json'];
  const result = await execa('sops', ['decrypt', ...types], {
    env: withoutSecrets(),
    extendEnv: false,
    input: encrypted,
    reject: false,
    verbose: 'none',
  });
  if (result.exitCode === 0) return result.stdout;
  if (result.exitCode === noKey) return undefined;
  const what = `can't decrypt what it encrypted (exit code ${result.exitCode})`;
  throw new OperatorError([{ where: 'sops', what, todo: 'check your sops and its keys' }]);
}

/** The environment without what bootstrap reads from it; sops needs none of it. */
function withoutSecrets(): NodeJS.ProcessEnv {
  const { OP_CONNECT_TOKEN: _token, OP_CONNECT_CREDENTIALS: _credentials, ...rest } = process.env;
  return rest;
}
