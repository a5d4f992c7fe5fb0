import { z } from 'zod';
import { OperatorError } from '../errors.js';
import type { Surroundings } from '../surroundings.js';
import { askOp, runOp } from './op.js';
import type { ItemContents, VaultItem, Vaults } from './vaults.js';

// zod drops every property that is not listed here, and reduces each value to whether it is empty.
const itemList = z.array(
  z.object({
    id: z.string(),
    title: z.string(),
    category: z.string(),
    vault: z.object({ id: z.string() }),
  }),
);
const itemContents = z.object({
  fields: z
    .array(z.object({ label: z.string().default(''), value: z.string().nullish().transform(Boolean) }))
    .default([]),
  files: z.array(z.object({ name: z.string().default(''), size: z.number().optional() })).default([]),
});

/** Whether `op`, the 1Password CLI, can be used. */
export type OpState = 'signed in' | 'not signed in' | 'not installed';

/**
 * Runs `op whoami`, which fails if nobody is signed in
 * (https://developer.1password.com/docs/cli/reference/commands/whoami).
 */
export async function opState(at: Surroundings): Promise<OpState> {
  const result = await runOp(['whoami'], { at });
  if (result.code === 'ENOENT') return 'not installed';
  return result.exitCode === 0 ? 'signed in' : 'not signed in';
}

/** Reads 1Password through `op`, as the user who is signed in. */
export function openOp(at: Surroundings): Vaults {
  return {
    source: 'op',
    async listItems(vault: string): Promise<VaultItem[]> {
      const items = await read(at, itemList, 'item', 'list', `--vault=${vault}`);
      return items.map(({ id, title, category, vault: { id: vaultId } }) => {
        return { id, title, vaultId, isDocument: category === 'DOCUMENT' };
      });
    },
    async readItem({ id, vaultId }: VaultItem): Promise<ItemContents> {
      const { fields, files } = await read(at, itemContents, 'item', 'get', id, `--vault=${vaultId}`);
      return {
        labels: fields.map(({ label }) => label),
        files: files.map(({ name }) => name),
        emptyLabels: fields.flatMap(({ label, value }) => (value ? [] : label)),
        emptyFiles: files.flatMap(({ name, size }) => (size === 0 ? name : [])),
      };
    },
  };
}

async function read<Schema extends z.ZodType>(
  at: Surroundings,
  schema: Schema,
  ...args: string[]
): Promise<z.output<Schema>> {
  const parsed = schema.safeParse(parse(await askOp([...args, '--format=json'], { at })));
  if (parsed.success) return parsed.data;
  const what = 'printed unexpected output';
  throw new OperatorError([
    { where: `op ${args.join(' ')}`, what, todo: 'use version 2 of the 1Password CLI' },
  ]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
