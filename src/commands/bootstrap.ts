import { accessSync, constants, existsSync, lstatSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Command as Usage } from 'commander';
import { bootstrapKeys } from '../constructs/bootstrap-secret.js';
import { partOf } from '../constructs/unit.js';
import { OperatorError, type Problem, UsageError } from '../errors.js';
import { credentialsProblems, decodeOnce, tokenProblems } from '../onepassword/bootstrap-input.js';
import { sweep } from '../onepassword/op-bootstrap.js';
import { credentialsFileIn } from '../platform/credentials-file.js';
import { isExisting } from '../platform/existing.js';
import { loadSettings } from '../platform/resolve-settings.js';
import { settingsFile } from '../platform/settings.js';
import { findCreationRule } from '../sops/creation-rule.js';
import { encryptSecret } from '../sops/encrypt-secret.js';
import { checkSops } from '../sops/sops.js';
import { writeEncrypted } from '../sops/write-encrypted.js';
import { parseArguments } from '../terminal/arguments.js';
import type { Command } from '../terminal/command.js';
import { type Io, print } from '../terminal/io.js';
import { prompts } from '../terminal/prompts.js';
import { endOf, tokenExpiresKey } from '../token-expiry.js';
import { fromEnvironment, type InputOptions, readInputs } from './bootstrap/inputs.js';
import { examples } from './examples.js';

interface Options extends InputOptions {
  readonly decode?: true;
  readonly rotate?: true;
}

/** Stands in for a token while the rule is tested. */
const trial = 'trial';

/** Makes sops use `age.agekey` in the project's folder, where the README puts it, unless another key is set. */
function withKeyFile(env: Io['env'], project: string): Io['env'] {
  const file = join(project, 'age.agekey');
  if (env['SOPS_AGE_KEY'] || env['SOPS_AGE_KEY_FILE'] || env['SOPS_AGE_KEY_CMD'] || !existsSync(file))
    return env;
  return { ...env, SOPS_AGE_KEY_FILE: file };
}

const revoke = 'it is now in your shell history and in the npm logs';

const isThere = (where: string): Problem => ({
  where,
  what: 'already exists',
  todo: 'add --rotate to replace it',
});

/** `bootstrap`: encrypts Connect's credentials and token with sops. */
export const bootstrap: Command = async (project, args, io) => {
  const options = parse(args, io);
  if (!options) return 0;
  for (const folder of sweep()) {
    print(io.stderr, `removed ${folder}, left behind by a bootstrap that was killed`);
  }
  // Check everything that needs no secrets before asking for them or creating them.
  const settings = await loadSettings(project);
  if (isExisting(settings.connect)) {
    const todo = 'name the Secret with its token in connect.existing.token, or remove existing()';
    throw new OperatorError([
      { where: `${settingsFile}: connect`, what: 'is existing(), so it needs no bootstrap Secret', todo },
    ]);
  }
  const file = credentialsFileIn(project);
  const target = join(project, file);
  checkTarget(target, file, options);
  await checkSops(io);
  const rule = findCreationRule(project, file, io);
  const encrypted = (credentials: string, token: string, words: { quote: boolean }) => {
    const stringData = { [bootstrapKeys[0]]: credentials, [bootstrapKeys[1]]: token };
    const expires = token === trial ? undefined : endOf(token);
    const secret = {
      name: settings.credentialsSecret,
      namespace: settings.namespace,
      labels: partOf,
      ...(expires && { annotations: { [tokenExpiresKey]: expires.toISOString().replace('.000', '') } }),
      stringData,
    };
    return encryptSecret(secret, rule, { ...io, env: withKeyFile(io.env, project) }, words);
  };
  // None of this is secret, so messages may quote sops.
  await encrypted('{}', trial, { quote: true });

  const { credentials, token } = await readInputs(options, settings.vaults, io);
  const json = await decoded(credentials.value, options, io);
  const problems = [
    ...credentialsProblems(json, credentials.from),
    ...tokenProblems(token.value, token.from, new Date()),
  ];
  if (problems.length > 0) throw new OperatorError(problems);
  const { text, compared } = await encrypted(json, token.value, { quote: false });
  if (!writeEncrypted(target, text, { replace: options.rotate ?? false }))
    throw new OperatorError([isThere(file)]);

  print(io.stdout, `credentials from ${credentials.from}, token from ${token.from}`);
  print(io.stdout, `${file} written, encrypted by the rule in ${rule.config}`);
  print(
    io.stdout,
    compared
      ? 'verified: the file decrypts to the same values'
      : 'not verified, because sops finds no private key: to have the file decrypted and compared, set SOPS_AGE_KEY_FILE',
  );
  print(
    io.stdout,
    `next: \`npm run synth\`, then commit ${dirname(file)}/ and dist/; Flux decrypts it, and Connect starts`,
  );
  return 0;
};

/** The options; undefined if help was printed instead. */
function parse(args: readonly string[], io: Io): Options | undefined {
  const command = new Usage('npm run bootstrap --')
    .description("Encrypt Connect's credentials and token into onepassword-secret.sops.yaml.")
    .option('--credentials <file>', 'read 1password-credentials.json from this file, or - for standard input')
    .option('--token <file>', 'read the access token from this file, or - for standard input')
    .option(
      '--from-op [item]',
      'create a Connect server and a token with the op CLI, or read both from op://Vault/Item',
    )
    .option('--server <name>', 'name of the Connect server that --from-op creates', 'cluster-secrets')
    .option('--decode', 'decode base64-encoded credentials once')
    .option('--rotate', 'replace the existing file')
    .addHelpText(
      'after',
      `
Without --credentials, --token or --from-op, both values are read from OP_CONNECT_CREDENTIALS and
OP_CONNECT_TOKEN, if both are set. Flags and variables are never mixed, so new credentials never get an old
token. On a terminal, the command prompts for whatever is missing.`,
    )
    .addHelpText(
      'after',
      examples(
        '--from-op',
        '--from-op "op://Private/Connect of the cluster"',
        '--credentials 1password-credentials.json --token token',
        '--rotate --from-op --server cluster-secrets-2',
      ),
    );
  const options = parseArguments<Options>(command, args, io);
  if (!options) return undefined;
  const { credentials, token, fromOp, server } = options;
  const isToken = token?.startsWith('ey') && token.split('.').length === 3;
  if (token !== undefined && isToken && !existsSync(resolve(io.cwd, token))) {
    throw new UsageError(
      `--token takes a file, never the token itself: ${revoke}, so revoke it with \`op connect token delete\` and make a new one`,
    );
  }
  if (credentials?.trimStart().startsWith('{')) {
    throw new UsageError(
      `--credentials takes a file, never its content: ${revoke}, so delete that server by its ID with \`op connect server delete\`, and make a new one`,
    );
  }
  if (credentials === '-' && token === '-') {
    throw new UsageError('only one of --credentials and --token can read standard input');
  }
  if (fromOp !== undefined && (credentials !== undefined || token !== undefined)) {
    throw new UsageError('--from-op provides both: remove --credentials and --token');
  }
  if (typeof fromOp === 'string' && !/^op:\/\/[^/]+\/[^/]+\/?$/.test(fromOp)) {
    throw new UsageError('--from-op takes op://Vault/Item or no value');
  }
  if (!/^[\p{L}\p{N}][\p{L}\p{N} ._-]*$/u.test(server)) {
    throw new UsageError(
      '--server takes a name of letters, digits, spaces, ., _ and - that begins with a letter or digit',
    );
  }
  const given = { credentials: credentials ?? fromOp, token: token ?? fromOp };
  const missing = (['credentials', 'token'] as const).filter((what) => given[what] === undefined);
  if (missing.length > 0 && !fromEnvironment(options, io) && !io.stdin.isTTY) {
    throw new UsageError(
      `no ${missing.join(', no ')}: give --credentials FILE and --token FILE, or --from-op, or none of these with both OP_CONNECT_CREDENTIALS and OP_CONNECT_TOKEN set`,
    );
  }
  return options;
}

/** @throws OperatorError if the file can't be written, or exists and must not be replaced. */
function checkTarget(target: string, file: string, { rotate }: Options): void {
  const found = lstatSync(target, { throwIfNoEntry: false });
  if (found?.isDirectory()) {
    throw new OperatorError([{ where: file, what: 'is a folder', todo: 'move it away' }]);
  }
  if (found && !rotate) throw new OperatorError([isThere(file)]);
  accessSync(dirname(target), constants.W_OK);
}

/** Decodes base64-encoded credentials once, if `--decode` or an answer on the terminal says so. */
async function decoded(credentials: string, { decode }: Options, io: Io): Promise<string> {
  const once = decodeOnce(credentials);
  if (once === undefined) return credentials;
  if (decode) return once;
  if (!io.stdin.isTTY) return credentials;
  const { confirm } = prompts({ input: io.stdin, output: io.stdout });
  return (await confirm({ message: 'The credentials are base64-encoded. Decode them?' }))
    ? once
    : credentials;
}
