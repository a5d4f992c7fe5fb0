import pLimit from 'p-limit';
import { closest } from '../closest.js';
import { OperatorError } from '../errors.js';
import { type ItemContents, isId, type VaultItem, type Vaults } from './vaults.js';

/** The item that External Secrets Operator would find, or why it would find none. */
export type FoundItem =
  | { readonly item: VaultItem }
  | { readonly problem: string; readonly closest: readonly string[] };

/** Maximum number of concurrent requests. */
const atOnce = 4;

/**
 * Finds items as External Secrets Operator's onepassword provider does: by exact title in the first vault that
 * has it. A name that looks like an ID is looked up in the first vault only, by ID and then by title. Each vault
 * is listed once and each item read once.
 */
export class ItemFinder {
  readonly #limit = pLimit(atOnce);
  readonly #contents = new Map<string, Promise<ItemContents>>();

  private constructor(
    private readonly vaults: Vaults,
    private readonly lists: readonly { readonly vault: string; readonly items: readonly VaultItem[] }[],
  ) {}

  /**
   * @param names Titles or IDs of the vaults, in search order.
   * @throws OperatorError if one of them can't be read.
   */
  static async open(vaults: Vaults, names: readonly string[]): Promise<ItemFinder> {
    const limit = pLimit(atOnce);
    const lists = names.map((vault) => limit(async () => ({ vault, items: await vaults.listItems(vault) })));
    const settled = await Promise.allSettled(lists);
    const errors = settled.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
    const problems = errors.flatMap((error) => (error instanceof OperatorError ? error.problems : []));
    if (errors.length > 0) throw problems.length > 0 ? new OperatorError(problems) : errors[0];
    return new ItemFinder(
      vaults,
      settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : [])),
    );
  }

  /** The titles of all items, vault by vault. */
  get titles(): string[] {
    return this.lists.flatMap(({ items }) => items.map(({ title }) => title));
  }

  /** @param name Title or ID. */
  find(name: string): FoundItem {
    const byId = isId(name);
    for (const { vault, items } of byId ? this.lists.slice(0, 1) : this.lists) {
      const item = byId ? items.find(({ id }) => id === name) : undefined;
      const same = item ? [item] : items.filter(({ title }) => title === name);
      if (same.length > 1) {
        const ids = same.map(({ id }) => id).join(', ');
        return { problem: `vault ${vault} has ${same.length} items with this title: ${ids}`, closest: [] };
      }
      if (same[0]) return { item: same[0] };
    }
    return { problem: this.#missing(name), closest: closest(name, new Set(this.titles), 3) };
  }

  #missing(name: string): string {
    const vaults = this.lists.map(({ vault }) => vault);
    if (!isId(name)) return `no item with this title in ${vaults.join(', ')}`;
    const [first, ...others] = this.lists;
    const other = others.find(({ items }) => items.some(({ id, title }) => id === name || title === name));
    const only = `External Secrets Operator looks up IDs in the first vault only, ${first?.vault}`;
    return other
      ? `it is in ${other.vault}, and ${only}: write the item's title`
      : `no item with this ID in ${vaults.join(', ')}`;
  }

  /** @throws OperatorError if 1Password does not answer. */
  read(item: VaultItem): Promise<ItemContents> {
    const key = `${item.vaultId}/${item.id}`;
    const known = this.#contents.get(key);
    if (known) return known;
    const contents = this.#limit(() => this.vaults.readItem(item));
    this.#contents.set(key, contents);
    return contents;
  }
}
