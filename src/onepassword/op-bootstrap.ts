import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Stoppable, Surroundings } from '../surroundings.js';
import type { BootstrapValues } from './bootstrap-input.js';
import { askOp } from './op.js';

/** The file that `op connect server create` writes into the folder that it runs in. */
const credentialsName = '1password-credentials.json';

/** In memory, where the system has such a place. */
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const prefix = 'cluster-secrets-bootstrap-';

/**
 * Makes a Connect server and a token for it, through the `op` CLI.
 * https://developer.1password.com/docs/cli/reference/management-commands/connect/
 *
 * `op` can only write the credentials to a file. It runs in a folder of its own, which is gone when this
 * returns, whatever happens; what a kill leaves, `sweep` removes.
 *
 * @param server Name of the server in 1Password.
 * @param vaults The vaults that the server and the token may read.
 * @param at What `op` gets; it may ask on the terminal.
 * @throws OperatorError when `op` is missing, not signed in, refuses, or is stopped.
 */
export async function createConnectServer(
  server: string,
  vaults: readonly string[],
  at: Surroundings & Stoppable,
): Promise<BootstrapValues> {
  return at.stoppable(async (stop) => {
    const cwd = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
    const options = { at: { cwd, env: at.env }, stop, stdin: 'inherit' } as const;
    const access = vaults.flatMap((vault) => ['--vault', `${vault},r`]);
    const undo = `\`op connect server delete ${server}\` removes the server, whose credentials are gone`;
    try {
      const create = ['connect', 'server', 'create', server, '--vaults', vaults.join(',')];
      await askOp(create, options, `if the server was made, ${undo}`);
      const credentials = readFileSync(join(cwd, credentialsName), 'utf8');
      const token = await askOp(
        ['connect', 'token', 'create', server, '--server', server, ...access],
        options,
        undo,
      );
      return { credentials, token };
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  });
}

/**
 * Removes the credentials that a killed bootstrap of this user left behind.
 *
 * @returns The folders that are gone.
 */
export function sweep(): string[] {
  const left = readdirSync(parent)
    .filter((name) => name.startsWith(prefix) && !isRunning(Number.parseInt(name.slice(prefix.length), 10)))
    .map((name) => join(parent, name))
    .filter((path) => lstatSync(path, { throwIfNoEntry: false })?.uid === process.getuid?.());
  for (const path of left) rmSync(path, { recursive: true, force: true });
  return left;
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/**
 * Reads both values from an item in 1Password, through the `op` CLI: its file
 * `1password-credentials.json`, and its field `token`.
 *
 * @param item Secret reference of the item: `op://Vault/Item`.
 * @param at What `op` gets; it may ask on the terminal.
 * @throws OperatorError when `op` is missing, not signed in, or does not find them.
 */
export async function readConnectItem(item: string, at: Surroundings): Promise<BootstrapValues> {
  const base = item.replace(/\/+$/, '');
  const credentials = await askOp(['read', `${base}/${credentialsName}`], { at, stdin: 'inherit' });
  const token = await askOp(['read', `${base}/token`], { at, stdin: 'inherit' });
  return { credentials, token };
}
