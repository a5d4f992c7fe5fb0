import { execa } from 'execa';
import { z } from 'zod';
import { OperatorError } from '../errors.js';
import type { ItemContents, VaultItem, Vaults } from './vaults.js';

// zod drops every property that is not listed here, those with values among them.
const itemList = z.array(
  z.object({
    id: z.string(),
    title: z.string(),
    category: z.string(),
    vault: z.object({ id: z.string() }),
  }),
);
const itemContents = z.object({
  fields: z.array(z.object({ label: z.string().default('') })).default([]),
  files: z.array(z.object({ name: z.string().default('') })).default([]),
});

/** Whether `op`, 1Password's command-line tool, can be asked. */
export type OpState = 'signed in' | 'not signed in' | 'not installed';

/**
 * Asks `op whoami`, which fails when nobody is signed in
 * (https://developer.1password.com/docs/cli/reference/commands/whoami).
 */
export async function opState(): Promise<OpState> {
  const result = await op('whoami');
  if (result.code === 'ENOENT') return 'not installed';
  return result.exitCode === 0 ? 'signed in' : 'not signed in';
}

/** Reads 1Password through `op`, as whoever is signed in. */
export function openOp(): Vaults {
  return {
    source: 'op',
    async listItems(vault: string): Promise<VaultItem[]> {
      const items = await read(itemList, vault, 'item', 'list', `--vault=${vault}`);
      return items.map(({ id, title, category, vault: { id: vaultId } }) => {
        return { id, title, vaultId, isDocument: category === 'DOCUMENT' };
      });
    },
    async readItem({ id, vaultId }: VaultItem): Promise<ItemContents> {
      const { fields, files } = await read(itemContents, vaultId, 'item', 'get', id, `--vault=${vaultId}`);
      return { labels: fields.map(({ label }) => label), files: files.map(({ name }) => name) };
    },
  };
}

async function read<Schema extends z.ZodType>(
  schema: Schema,
  vault: string,
  ...args: string[]
): Promise<z.output<Schema>> {
  const result = await op(...args, '--format=json');
  const command = `op ${args.slice(0, 2).join(' ')}`;
  const fail = (where: string, what: string, todo: string) => new OperatorError([{ where, what, todo }]);
  if (result.timedOut)
    throw fail(command, 'gave no answer within a minute', 'unlock 1Password and try again');
  if (result.exitCode !== 0) {
    // What op printed is not passed on: nobody promises that it holds no value.
    if (/isn't a vault/i.test(result.stderr)) {
      const what = 'op finds no such vault in the account that is signed in';
      throw fail(`vault '${vault}'`, what, 'correct vaults in src/settings.ts, or sign in with access to it');
    }
    const what = `failed with exit code ${result.exitCode ?? 'none'}`;
    throw fail(command, what, `run \`op item list --vault '${vault}'\` to see why`);
  }
  const parsed = schema.safeParse(parse(result.stdout));
  if (!parsed.success) {
    throw fail(command, 'printed something other than expected', 'use version 2 of the 1Password CLI');
  }
  return parsed.data;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function op(...args: string[]) {
  return execa('op', args, {
    reject: false,
    stdin: 'ignore',
    timeout: 60_000,
    // With NODE_DEBUG=execa in the environment it would print what op prints.
    verbose: 'none',
    // One of the two alone would make op look for Connect.
    env: { OP_CONNECT_HOST: undefined, OP_CONNECT_TOKEN: undefined },
  });
}
