import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { OperatorError } from '../errors.js';
import type { BootstrapValues } from './bootstrap-input.js';

/** The file that `op connect server create` writes into the folder that it runs in. */
const credentialsName = '1password-credentials.json';

/**
 * Makes a Connect server and a token for it, through the `op` CLI.
 * https://developer.1password.com/docs/cli/reference/management-commands/connect/
 *
 * `op` can only write the credentials to a file. It runs in a folder of its own, in memory where the
 * system has such a place, which is gone when this returns, whatever happens.
 *
 * @param server Name of the server in 1Password.
 * @param vaults The vaults that the server and the token may read.
 * @throws OperatorError when `op` is missing, not signed in, or refuses.
 */
export async function createConnectServer(
  server: string,
  vaults: readonly string[],
): Promise<BootstrapValues> {
  const folder = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'cluster-secrets-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  // Ctrl-C ends a program without its `finally`.
  const interrupted = () => {
    remove();
    process.exit(130);
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const signal of signals) process.once(signal, interrupted);
  try {
    await op(['connect', 'server', 'create', server, '--vaults', vaults.join(',')], folder);
    const credentials = readFileSync(join(folder, credentialsName), 'utf8');
    const access = vaults.flatMap((vault) => ['--vault', `${vault},r`]);
    const token = await op(['connect', 'token', 'create', server, '--server', server, ...access], folder, {
      todo: `the server ${server} is made and its credentials are gone: \`op connect server delete ${server}\`, and try again`,
    });
    return { credentials, token };
  } finally {
    remove();
    for (const signal of signals) process.off(signal, interrupted);
  }
}

/**
 * Reads both values from an item in 1Password, through the `op` CLI: its file
 * `1password-credentials.json`, and its field `token`.
 *
 * @param item Secret reference of the item: `op://Vault/Item`.
 * @throws OperatorError when `op` is missing, not signed in, or does not find them.
 */
export async function readConnectItem(item: string): Promise<BootstrapValues> {
  const base = item.replace(/\/+$/, '');
  const credentials = await op(['read', `${base}/${credentialsName}`], process.cwd());
  const token = await op(['read', `${base}/token`], process.cwd());
  return { credentials, token };
}

/** Runs `op`; what it prints stays in memory. */
async function op(
  args: readonly string[],
  cwd: string,
  { todo } = { todo: 'sign in with `op signin`, and check the names' },
): Promise<string> {
  const result = await execa('op', args, { cwd, reject: false, stdin: 'inherit', verbose: 'none' });
  if (result.exitCode === 0) return result.stdout;
  const where = `op ${args.slice(0, args[0] === 'connect' ? 3 : 1).join(' ')}`;
  if (result.code === 'ENOENT') {
    const install = 'install the 1Password CLI, or use --credentials and --token';
    throw new OperatorError([{ where: 'op', what: 'is not installed', todo: install }]);
  }
  const [reason = ''] = result.stderr.trim().split('\n');
  const what = `failed (${reason.replace(/^\[ERROR\] [\d/]+ [\d:]+ /, '') || `exit code ${result.exitCode}`})`;
  throw new OperatorError([{ where, what, todo }]);
}
