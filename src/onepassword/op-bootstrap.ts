import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperatorError } from '../errors.js';
import type { Stoppable, Surroundings } from '../surroundings.js';
import type { BootstrapValues } from './bootstrap-input.js';
import { askOp, type OpOptions } from './op.js';

/** The file that `op connect server create` writes into its working directory. */
const credentialsName = '1password-credentials.json';

/** In memory, if the system has such a folder. */
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const prefix = 'cluster-secrets-bootstrap-';

/** A new Connect server, with a token for it. */
export interface MadeServer extends BootstrapValues {
  /** The server's ID, for `op connect server delete`; undefined if `op` does not list it. */
  readonly id: string | undefined;
}

/**
 * Creates a Connect server and a token for it with the `op` CLI.
 * https://developer.1password.com/docs/cli/reference/management-commands/connect/
 *
 * `op` can only write the credentials to a file. It runs in a temporary folder, which is removed before this
 * returns, even on failure; `sweep` removes what a killed process left behind.
 *
 * @param server Name of the new server; an existing name is refused.
 * @param vaults The vaults that the server and the token can read.
 * @param at The environment that `op` runs in; it may prompt on the terminal.
 * @throws OperatorError if `op` is missing, not signed in, refuses, or is interrupted.
 */
export async function createConnectServer(
  server: string,
  vaults: readonly string[],
  at: Surroundings & Stoppable,
): Promise<MadeServer> {
  if (at.env['OP_SERVICE_ACCOUNT_TOKEN']) {
    throw new OperatorError([
      {
        where: 'OP_SERVICE_ACCOUNT_TOKEN',
        what: 'is set, and service accounts cannot create Connect servers',
        todo: 'unset it and sign in as yourself with `op signin`',
      },
    ]);
  }
  return at.stoppable(async (stop) => {
    const cwd = mkdtempSync(join(parent, `${prefix}${process.pid}-`));
    const options = { at: { cwd, env: at.env }, stop, stdin: 'inherit' } as const;
    const access = vaults.flatMap((vault) => ['--vault', `${vault},r`]);
    try {
      const before = await serversOf(options);
      if (before.some(({ name }) => name === server)) {
        throw new OperatorError([
          {
            where: `--server ${server}`,
            what: 'is the name of an existing Connect server',
            todo: `choose another, such as --server ${freeName(server, before)}`,
          },
        ]);
      }
      // An interrupted create may have succeeded, so the check must not stop at the same signal.
      const undo = () => hint(server, before, { at: options.at, stdin: 'ignore' });
      const create = ['connect', 'server', 'create', server, '--vaults', vaults.join(',')];
      await askOp(create, options, undo);
      const credentials = readFileSync(join(cwd, credentialsName), 'utf8');
      const id = await idOf(server, before, options).catch(() => undefined);
      const token = await askOp(
        ['connect', 'token', 'create', server, '--server', id ?? server, ...access],
        options,
        undo,
      );
      return { credentials, token, id };
    } finally {
      rmSync(cwd, { recursive: true, force: true });
    }
  });
}

/** A Connect server as `op` lists it. */
interface ListedServer {
  readonly id: string;
  readonly name: string;
}

async function serversOf(options: OpOptions): Promise<ListedServer[]> {
  const text = await askOp(['connect', 'server', 'list', '--format', 'json'], options);
  try {
    const list: unknown = JSON.parse(text.trim() || '[]');
    return Array.isArray(list)
      ? list.filter(({ id, name }) => typeof id === 'string' && typeof name === 'string')
      : [];
  } catch {
    return [];
  }
}

/** The ID of the new server with this name. */
async function idOf(
  server: string,
  before: readonly ListedServer[],
  options: OpOptions,
): Promise<string | undefined> {
  const there = new Set(before.map(({ id }) => id));
  return (await serversOf(options)).find(({ id, name }) => name === server && !there.has(id))?.id;
}

/**
 * How to undo a creation, by ID, because a name could also be that of the server in use.
 *
 * @returns undefined if nothing was created.
 */
async function hint(
  server: string,
  before: readonly ListedServer[],
  options: OpOptions,
): Promise<string | undefined> {
  try {
    const id = await idOf(server, before, options);
    return id && `delete the new server, whose credentials are lost, with \`op connect server delete ${id}\``;
  } catch {
    return 'if `op connect server list` shows a new server, delete it by its ID';
  }
}

function freeName(server: string, servers: readonly ListedServer[]): string {
  for (let number = 2; ; number += 1) {
    const name = `${server}-${number}`;
    if (!servers.some((one) => one.name === name)) return name;
  }
}

/**
 * Removes credentials that a killed bootstrap of this user left behind.
 *
 * @returns The removed folders.
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
 * Reads both values from a 1Password item with the `op` CLI: its file `1password-credentials.json` and its
 * field `token`.
 *
 * @param item Secret reference of the item: `op://Vault/Item`.
 * @param at The environment that `op` runs in; it may prompt on the terminal.
 * @throws OperatorError if `op` is missing, not signed in, or does not find them.
 */
export async function readConnectItem(item: string, at: Surroundings): Promise<BootstrapValues> {
  const base = item.replace(/\/+$/, '');
  const credentials = await askOp(['read', `${base}/${credentialsName}`], { at, stdin: 'inherit' });
  const token = await askOp(['read', `${base}/token`], { at, stdin: 'inherit' });
  return { credentials, token };
}
