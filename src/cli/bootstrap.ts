import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { bootstrapKeys } from '../constructs/bootstrap-secret.js';
import { OperatorError, UsageError } from '../errors.js';
import {
  type BootstrapValues,
  credentialsProblems,
  decodeOnce,
  tokenProblems,
} from '../onepassword/bootstrap-input.js';
import { credentialsFile } from '../platform/onepassword-credentials.js';
import { loadSettings, type ResolvedSettings } from '../platform/settings.js';
import { findCreationRule } from '../sops/creation-rule.js';
import { checkSops, decrypt, encrypt } from '../sops/sops.js';
import { checkSopsSecret } from '../sops/sops-secret.js';
import { writeEncrypted } from '../sops/write-encrypted.js';
import { parseArguments } from './arguments.js';
import { run } from './run.js';

interface Options {
  readonly credentials?: string;
  readonly token?: string;
  readonly fromOp?: string | true;
  readonly server: string;
  readonly decode: boolean;
  readonly rotate: boolean;
}

const project = join(import.meta.dirname, '../..');

await run(async () => {
  const options = parse(process.argv.slice(2));
  if (!options) return 0;
  // What can be refused without the secrets is refused before they are asked for.
  const settings = await loadSettings(project);
  const target = join(project, credentialsFile);
  if (existsSync(target) && !options.rotate) {
    const todo = 'add --rotate to put a new one in its place';
    throw new OperatorError([{ where: credentialsFile, what: 'is there already', todo }]);
  }
  await checkSops();
  const rule = findCreationRule(project, credentialsFile);

  const { values, names } = await readValues(options, settings);
  const credentials = await decoded(values.credentials, options);
  const problems = [
    ...credentialsProblems(credentials, names.credentials),
    ...tokenProblems(values.token, names.token, new Date()),
  ];
  if (problems.length > 0) throw new OperatorError(problems);

  const secret = { name: settings.credentialsSecret, namespace: settings.namespace };
  const stringData = { [bootstrapKeys[0]]: credentials, [bootstrapKeys[1]]: values.token };
  const document = { apiVersion: 'v1', kind: 'Secret', metadata: secret, type: 'Opaque', stringData };
  const encrypted = await encrypt(document, rule, Object.values(stringData));
  const findings = checkSopsSecret(encrypted, { ...secret, keys: bootstrapKeys });
  if (findings.length > 0) {
    throw new OperatorError(
      findings.map(({ field, what }) => ({
        where: `sops: ${field}`,
        what,
        todo: 'give the rule for the file in .sops.yaml `encrypted_regex: ^(data|stringData)$`',
      })),
    );
  }
  const seen = await decrypt(encrypted);
  if (seen !== undefined && JSON.stringify(JSON.parse(seen).stringData) !== JSON.stringify(stringData)) {
    throw new OperatorError([
      { where: 'sops', what: 'gives back something else than it was given', todo: 'check your sops' },
    ]);
  }

  writeEncrypted(target, encrypted);
  console.log(`${credentialsFile} written, encrypted by the rule in ${join(rule.cwd, '.sops.yaml')}`);
  console.log(
    seen === undefined
      ? 'not decrypted again: the private key is not on this machine'
      : 'decrypted again: both values are as they were given',
  );
  console.log(
    'next: `npm run synth`, then commit src/platform/ and dist/; Flux decrypts it, and Connect starts',
  );
  return 0;
});

/** The options; undefined when help was all that was asked for. */
function parse(args: string[]): Options | undefined {
  const command = new Command('npm run bootstrap --')
    .description(`Encrypts Connect's credentials and token into ${credentialsFile}.`)
    .option('--credentials <file>', '1password-credentials.json; - is standard input')
    .option('--token <file>', 'file with the access token; - is standard input')
    .option(
      '--from-op [item]',
      'make a Connect server and a token with the op CLI, or read both from op://Vault/Item',
    )
    .option('--server <name>', 'name of the Connect server that --from-op makes', 'cluster-secrets')
    .option('--decode', 'the credentials are base64: decode them once', false)
    .option('--rotate', 'put a new file in the place of the one that is there', false)
    .addHelpText(
      'after',
      '\nWithout these, OP_CONNECT_CREDENTIALS and OP_CONNECT_TOKEN are read; what is missing is asked for.',
    );
  const options = parseArguments<Options>(command, args);
  if (!options) return undefined;
  const { credentials, token, fromOp } = options;
  if (token !== undefined && token.split('.').length === 3 && token.startsWith('ey') && !existsSync(token)) {
    throw new UsageError(
      '--token takes a file, never the token itself: arguments stay in the history of the shell',
    );
  }
  if (credentials?.trimStart().startsWith('{')) {
    throw new UsageError(
      '--credentials takes a file, never its content: arguments stay in the history of the shell',
    );
  }
  if (credentials === '-' && token === '-') {
    throw new UsageError('only one of --credentials and --token can be standard input');
  }
  if (fromOp !== undefined && (credentials !== undefined || token !== undefined)) {
    throw new UsageError('--from-op reads both: leave --credentials and --token out');
  }
  if (typeof fromOp === 'string' && !/^op:\/\/[^/]+\/[^/]+\/?$/.test(fromOp)) {
    throw new UsageError('--from-op takes op://Vault/Item, or nothing');
  }
  return options;
}

/** The two values, and what to call each in a message. */
async function readValues(
  options: Options,
  settings: ResolvedSettings,
): Promise<{ values: BootstrapValues; names: BootstrapValues }> {
  if (options.fromOp !== undefined) {
    const { createConnectServer, readConnectItem } = await import('../onepassword/op-bootstrap.js');
    const values =
      options.fromOp === true
        ? await createConnectServer(options.server, settings.vaults)
        : await readConnectItem(options.fromOp);
    return {
      values: { ...values, token: values.token.trim() },
      names: { credentials: 'op: credentials', token: 'op: token' },
    };
  }
  const credentials = await readValue('credentials', options.credentials, 'OP_CONNECT_CREDENTIALS');
  const token = await readValue('token', options.token, 'OP_CONNECT_TOKEN');
  return {
    values: { credentials: credentials.value, token: token.value.trim() },
    names: { credentials: credentials.name, token: token.name },
  };
}

async function readValue(
  what: 'credentials' | 'token',
  file: string | undefined,
  variable: string,
): Promise<{ value: string; name: string }> {
  if (file === '-') return { value: await text(process.stdin), name: `${what} (standard input)` };
  if (file !== undefined) return { value: readInput(what, file), name: `--${what} ${file}` };
  const value = process.env[variable];
  if (value !== undefined) return { value, name: variable };
  if (!process.stdin.isTTY) {
    throw new UsageError(`no ${what}: give --${what} FILE, ${variable} or --from-op`);
  }
  const { password } = await import('@inquirer/prompts');
  const message =
    what === 'token'
      ? 'Connect access token (not shown):'
      : '1password-credentials.json, its path or its content (not shown):';
  const answer = await password({ message });
  const isPath = what === 'credentials' && !answer.trimStart().startsWith('{') && existsSync(answer);
  return { value: isPath ? readInput(what, answer) : answer, name: what };
}

function readInput(what: string, file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // The path is not shown: it may be the secret itself, in the wrong place.
    const problem = {
      where: `--${what}`,
      what: `is no file that can be read (${code})`,
      todo: 'give the path of a file, never the secret',
    };
    throw new OperatorError([problem]);
  }
}

/** Credentials that came as base64 are decoded once, if the operator wants that. */
async function decoded(credentials: string, { decode }: Options): Promise<string> {
  const once = decodeOnce(credentials);
  if (once === undefined) return credentials;
  if (decode) return once;
  if (!process.stdin.isTTY) return credentials;
  const { confirm } = await import('@inquirer/prompts');
  return (await confirm({ message: 'The credentials are base64 of the JSON. Decode them once?' }))
    ? once
    : credentials;
}
