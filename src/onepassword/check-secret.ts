import { closest } from '../closest.js';
import { lookUps } from '../external-secret/look-ups.js';
import { hasKeyCharacters, sourceName } from '../external-secret/names.js';
import { labelsByName } from '../external-secret/rewrites.js';
import {
  fieldsRead,
  isDecoded,
  isTitles,
  itemsOf,
  type KeySource,
  prefixOf,
  type SecretSource,
  sourcesOf,
} from '../external-secret/source.js';
import { type ReadFields, unansweredFields } from '../templates/fields.js';
import type { ItemFinder } from './item-finder.js';
import type { VaultItem } from './vaults.js';

/** One thing that an app secret takes from 1Password, and whether it is there. */
export interface Check {
  /** Title or ID of the item. */
  readonly item: string;
  /**
   * Label of the field, `file NAME`, `.name` for what only a template uses, or `all fields`; undefined when
   * it is about the item itself.
   */
  readonly field?: string;
  /** Whether it is there, and empty; undefined when it is not, or when it is about more than one. */
  readonly empty?: boolean;
  /** Why it can't be used; undefined when it is found. */
  readonly problem?: string;
  /** What to do about it, where it is neither to write one of `closest` nor to correct a name. */
  readonly todo?: string;
  /** Titles, labels or file names that may have been meant, the nearest first. */
  readonly closest: readonly string[];
}

/** A field, file or name that is used, of one item. */
interface Use {
  readonly shown: string;
  /** Its name behind the dot, without the alias. */
  readonly name: string;
  /** The exact label; undefined for what only a template uses. */
  readonly label?: string;
  readonly file?: string;
  /** Whether a look-up of its own takes and decodes it. */
  readonly decoded?: boolean;
  /** Whether its key is not written when it is empty. */
  readonly mustBeFilled: boolean;
}

const twice = 'and then External Secrets Operator reads nothing of the item';

/**
 * Compares an app secret with the items that it reads, by the rules of External Secrets Operator's
 * onepassword provider: labels are exact, sections do not count, one label twice spoils the whole item, and
 * of a Document only the files are read.
 *
 * @returns One check for every item that is missing, and for every field and file that is used.
 * @throws OperatorError when 1Password does not answer.
 */
export async function checkSecret(secret: SecretSource, finder: ItemFinder): Promise<Check[]> {
  const uses = usesByPrefix(secret);
  if (isTitles(secret.items)) return checkTitles(secret, uses.get('') ?? [], finder);
  const checks = itemsOf(secret).map(async ({ prefix, title }): Promise<Check[]> => {
    const found = finder.find(title);
    if ('problem' in found) return [{ item: title, ...found }];
    return checkItem(secret, { prefix, title, item: found.item }, uses.get(prefix) ?? [], finder);
  });
  return (await Promise.all(checks)).flat();
}

/**
 * Items whose labels have no alias in front: a label that two of them have is told, and of a name that only a
 * template reads it is enough that one of them has it.
 */
async function checkTitles(secret: SecretSource, uses: readonly Use[], finder: ItemFinder): Promise<Check[]> {
  const found = await Promise.all(
    itemsOf(secret).map(async ({ prefix, title }) => {
      const one = finder.find(title);
      if ('problem' in one) return { title, missing: { item: title, ...one } };
      const names = [...(await namesOf(secret, { prefix, title, item: one.item }, finder)).named.keys()];
      return { title, there: { prefix, title, item: one.item }, names };
    }),
  );
  // ESO takes the later item's.
  const owner = new Map<string, string>();
  for (const { title, names = [] } of found) for (const name of names) owner.set(name, title);
  const checks = found.map(async ({ title, missing, there }, index): Promise<Check[]> => {
    if (!there) return missing ? [missing] : [];
    const own = uses.filter(({ name }) => owner.get(name) === title);
    const shared = found
      .slice(0, index)
      .flatMap((other) =>
        (other.names ?? [])
          .filter((name) => found[index]?.names?.includes(name))
          .map((name) => ({ name, other: other.title })),
      );
    return [
      ...(await checkItem(secret, there, own, finder)),
      ...shared.map(({ name, other }) => ({
        item: title,
        field: name,
        problem: `'${other}' has it, too, and only this one would reach the Secret`,
        todo: "rename one of the two in 1Password, or give each item an alias: items: { alias: 'title' }",
        closest: [],
      })),
    ];
  });
  const complete = found.every(({ there }) => there !== undefined);
  const lost = complete ? uses.filter(({ name }) => !owner.has(name)) : [];
  return [
    ...(await Promise.all(checks)).flat(),
    ...lost.map(({ shown, name }) => ({
      item: found.map(({ title }) => title).join(', '),
      field: shown,
      problem: 'no field is called so in a template',
      closest: closest(name, owner.keys(), 3).map((one) => `.${one}`),
    })),
  ];
}

/** What is used of each item, by the prefix of its names. */
function usesByPrefix(secret: SecretSource): Map<string, Use[]> {
  const prefixes = itemsOf(secret).map(({ prefix }) => prefix);
  const uses = new Map(prefixes.map((prefix): [string, Use[]] => [prefix, []]));
  const known = new Set<string>();
  const add = (prefix: string, use: Use) => {
    if (known.has(`${prefix}${use.name}`) && use.label === undefined && use.file === undefined) return;
    known.add(`${prefix}${use.name}`);
    uses.get(prefix)?.push(use);
  };
  const read = fieldsRead(secret);
  for (const source of sourcesOf(secret)) {
    const { prefix, ...use } = useOf(source, read);
    if (!uses.get(prefix)?.some(({ shown }) => shown === use.shown)) add(prefix, use);
  }
  const unanswered = new Set(Object.values(secret.template ?? {}).flatMap(unansweredFields));
  for (const name of read.names) {
    // The longest alias that fits; the guards tell of a name that fits none.
    const [prefix] = prefixes.filter((one) => name.startsWith(one)).sort((a, b) => b.length - a.length);
    if (prefix === undefined) continue;
    const mustBeFilled = unanswered.has(name);
    add(prefix, { shown: `.${name}`, name: name.slice(prefix.length), mustBeFilled });
  }
  return uses;
}

function useOf(source: KeySource, read: ReadFields): Use & { readonly prefix: string } {
  const prefix = prefixOf(source);
  const name = sourceName(source, read).slice(prefix.length);
  const mustBeFilled = typeof source === 'string' || !source.mayBeEmpty;
  if (typeof source !== 'string' && 'file' in source) {
    return { prefix, name, shown: `file ${source.file}`, file: source.file, mustBeFilled };
  }
  const label = typeof source === 'string' ? source : source.field;
  return { prefix, name, shown: label, label, decoded: isDecoded(source), mustBeFilled };
}

/** An item of the app secret that 1Password has. */
interface Found {
  readonly prefix: string;
  readonly title: string;
  readonly item: VaultItem;
}

/** The labels that External Secrets Operator reads of an item, by the names that they get. */
async function namesOf(
  secret: SecretSource,
  { prefix, title, item }: Found,
  finder: ItemFinder,
): Promise<{ lookUp: boolean; named: Map<string, string[]> }> {
  const { labels, files } = await finder.read(item);
  const lookUp = lookUps(secret).find(
    ({ extract, rewrite }) =>
      extract?.key === title &&
      extract.property === undefined &&
      (prefix === '' || rewrite?.some(({ regexp }) => regexp?.target === prefix)),
  );
  const readable = item.isDocument ? files : labels;
  const named = lookUp ? labelsByName(readable, prefix, lookUp.rewrite) : new Map<string, string[]>();
  return { lookUp: lookUp !== undefined, named };
}

async function checkItem(
  secret: SecretSource,
  found: Found,
  uses: readonly Use[],
  finder: ItemFinder,
): Promise<Check[]> {
  const { prefix, title, item } = found;
  const { labels, files, emptyLabels, emptyFiles } = await finder.read(item);
  const readable = item.isDocument ? files : labels;
  const { lookUp, named } = await namesOf(secret, found, finder);
  const kind = item.isDocument ? 'file' : 'field';
  const checks: Check[] = [];
  const say = (field: string, problem?: string, near: readonly string[] = []) =>
    checks.push({ item: title, field, ...(problem !== undefined && { problem }), closest: near });
  /** Says of what is there whether it is empty. */
  const sayFound = (use: Use, empty: boolean) => {
    const { shown, file, label } = use;
    const source = file === undefined ? `field: '${label}'` : `file: '${file}'`;
    const todo =
      file === undefined && label === undefined
        ? `fill it in, or say in the template what then: {{ ${shown} | default "" }}`
        : `fill it in, or write { ${source}, mayBeEmpty: true }`;
    const problem = `the ${file === undefined ? 'field' : 'file'} is empty, and no Secret would be written`;
    const wrong = empty && use.mustBeFilled;
    checks.push({ item: title, field: shown, empty, ...(wrong && { problem, todo }), closest: [] });
  };
  const collision = (name: string) => {
    const sources = named.get(name) ?? [];
    return sources.length > 1 ? `${sources.map(quoted).join(' and ')} end in one key, ${name}` : undefined;
  };

  for (const label of lookUp ? repeated(readable) : []) {
    const shown = label === '' ? '(no label)' : label;
    say(shown, `${count(readable, label)} ${kind}s have this name, ${twice}`);
  }
  if (secret.keys === 'all') {
    const problems = [...named].flatMap(([name]) => {
      const bad = hasKeyCharacters(name) ? undefined : `'${name}' can't be the key of a Secret`;
      return collision(name) ?? bad ?? [];
    });
    if (named.size === 0) problems.push(`the item has no ${kind}s, so no Secret would be made`);
    say(`all ${kind}s`, problems.length > 0 ? problems.join(', ') : undefined);
  }
  for (const use of uses) {
    const { shown, name, label, file, decoded } = use;
    if (decoded && label !== undefined) {
      const there = count(labels, label);
      const near = there === 0 ? closest(label, new Set(labels), 3) : [];
      const none = `no field of this label${near.length > 0 ? '' : listed(labels)}`;
      if (there === 1) sayFound(use, emptyLabels.includes(label));
      else say(shown, there === 0 ? none : `${there} fields have this label`, near);
    } else if (file !== undefined) {
      const there = count(files, file);
      const near = there === 0 ? closest(file, files, 3) : [];
      const none = `no such file${near.length > 0 ? '' : listed(files)}`;
      if (there === 1) sayFound(use, emptyFiles.includes(file));
      else say(shown, there === 0 ? none : `${there} files have this name`, near);
    } else if (label !== undefined && !readable.includes(label)) {
      const near = closest(label, new Set(readable), 3);
      const others = near.length > 0 ? '' : listed(labels);
      const why = item.isDocument
        ? 'External Secrets Operator reads only the files of a Document'
        : `no field of this label${others}`;
      say(shown, why, near);
    } else {
      const full = `${prefix}${name}`;
      const missing = named.has(full) ? undefined : `no ${kind} is called so in a template`;
      const near = missing === undefined ? [] : closest(full, named.keys(), 3).map((one) => `.${one}`);
      const problem = missing ?? collision(full);
      const [behind = ''] = named.get(full) ?? [];
      const empties = item.isDocument ? emptyFiles : emptyLabels;
      if (problem === undefined) sayFound(use, empties.includes(behind));
      else say(shown, problem, near);
    }
  }
  // What a text elsewhere reads of the item is not known; that the item is there is.
  if (checks.length === 0 && secret.templateFrom) checks.push({ item: title, closest: [] });
  return checks;
}

/** Labels that are said together with "no such field", unless they are many. */
function listed(names: readonly string[]): string {
  const some = names.filter((name) => name !== '');
  if (some.length === 0) return ', and the item has none';
  return some.length > 8 ? '' : `, only ${some.map(quoted).join(', ')}`;
}

function quoted(text: string): string {
  return `'${text}'`;
}

function count(list: readonly string[], wanted: string): number {
  return list.filter((one) => one === wanted).length;
}

function repeated(list: readonly string[]): string[] {
  return [...new Set(list.filter((one) => count(list, one) > 1))];
}
