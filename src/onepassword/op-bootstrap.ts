import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OperatorError } from '../errors.js';
import type { Stoppable, Surroundings } from '../surroundings.js';
import type { BootstrapValues } from './bootstrap-input.js';
import { askOp, type OpOptions } from './op.js';

/** The file that `op connect server create` writes into the folder that it runs in. */
const credentialsName = '1password-credentials.json';

/** In memory, where the system has such a place. */
const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const prefix = 'cluster-secrets-bootstrap-';

/** A Connect server that was made, with a token for it. */
export interface MadeServer extends BootstrapValues {
  /** What `op connect server delete` takes for this server and no other; undefined when `op` does not say it. */
  readonly id: string | undefined;
}

/**
 * Makes a Connect server and a token for it, through the `op` CLI.
 * https://developer.1password.com/docs/cli/reference/management-commands/connect/
 *
 * `op` can only write the credentials to a file. It runs in a folder of its own, which is gone when this
 * returns, whatever happens; what a kill leaves, `sweep` removes.
 *
 * @param server Name of the server in 1Password; one that is in use is refused.
 * @param vaults The vaults that the server and the token may read.
 * @param at What `op` gets; it may ask on the terminal.
 * @throws OperatorError when `op` is missing, not signed in, refuses, or is stopped.
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
        what: 'is set, and a service account can not make a Connect server',
        todo: 'unset it, and sign in as yourself with `op signin`',
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
            what: 'is the name of a Connect server that is there',
            todo: `say another name, such as --server ${freeName(server, before)}`,
          },
        ]);
      }
      // What was stopped may have been made: it is looked for without the signal.
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

/** A Connect server, as `op` lists it. */
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

/** The ID of the server that was not there before. */
async function idOf(
  server: string,
  before: readonly ListedServer[],
  options: OpOptions,
): Promise<string | undefined> {
  const there = new Set(before.map(({ id }) => id));
  return (await serversOf(options)).find(({ id, name }) => name === server && !there.has(id))?.id;
}

/** How to undo what was made, by its ID: a name could be that of the server in use. Nothing, where nothing was made. */
async function hint(
  server: string,
  before: readonly ListedServer[],
  options: OpOptions,
): Promise<string | undefined> {
  try {
    const id = await idOf(server, before, options);
    return (
      id && `\`op connect server delete ${id}\` removes the server that was made, whose credentials are gone`
    );
  } catch {
    return 'see in `op connect server list` whether a server was made, and remove it by its ID';
  }
}

function freeName(server: string, servers: readonly ListedServer[]): string {
  for (let number = 2; ; number += 1) {
    const name = `${server}-${number}`;
    if (!servers.some((one) => one.name === name)) return name;
  }
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
