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

/** An item, field or file that an app secret uses, and whether 1Password has it. */
export interface Check {
  /** Title or ID of the item. */
  readonly item: string;
  /**
   * Label of the field, `file NAME`, `.name` for what only a template uses, or `all fields`; undefined if the check is
   * about the item itself.
   */
  readonly field?: string;
  /** Whether it is empty; undefined if it does not exist, or if the check is about several. */
  readonly empty?: boolean;
  /** Why it can't be used; undefined if it can. */
  readonly problem?: string;
  /** What to do about it, unless that is to write one of `closest` or to correct a name. */
  readonly todo?: string;
  /** Titles, labels or file names that may have been meant, closest first. */
  readonly closest: readonly string[];
}

/** A field, file or template name of one item that the app secret uses. */
interface Use {
  readonly shown: string;
  /** Its name in templates, without the alias. */
  readonly name: string;
  /** The exact label; undefined for what only a template uses. */
  readonly label?: string;
  readonly file?: string;
  /** Whether it has its own look-up, which decodes it. */
  readonly decoded?: boolean;
  /** Whether it must not be empty. */
  readonly mustBeFilled: boolean;
}

const unreadable = "so External Secrets Operator can't read the item";

/**
 * Compares an app secret with the items that it reads, by the rules of External Secrets Operator's onepassword
 * provider: labels must match exactly, sections are ignored, a duplicate label makes the whole item unreadable, and of
 * a Document only the files are read.
 *
 * @returns A check for each missing item, and for each field and file that is used.
 * @throws OperatorError if 1Password can't be reached or denies access.
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
 * Checks items without aliases. A label that two of them share is a problem; a name that only a template reads must
 * exist in one of them.
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
  // If items share a label, ESO takes the last one's.
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
        problem: `'${other}' has the same label, and only this item's field would reach the Secret`,
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
      problem: 'no field has this name in templates',
      closest: closest(name, owner.keys(), 3).map((one) => `.${one}`),
    })),
  ];
}

/** What the app secret uses of each item, by the item's prefix. */
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
    // The longest alias that matches; a guard reports a name that matches none.
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

/** An item of the app secret that was found in 1Password. */
interface Found {
  readonly prefix: string;
  readonly title: string;
  readonly item: VaultItem;
}

/** The labels that External Secrets Operator reads from an item, by their names in templates. */
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
  /** Reports something that exists, and whether it is empty. */
  const sayFound = (use: Use, empty: boolean) => {
    const { shown, file, label } = use;
    const source = file === undefined ? `field: '${label}'` : `file: '${file}'`;
    const todo =
      file === undefined && label === undefined
        ? `fill it in, or add a default to the template: {{ ${shown} | default "" }}`
        : `fill it in, or write { ${source}, mayBeEmpty: true }`;
    const problem = `the ${file === undefined ? 'field' : 'file'} is empty, so no Secret would be written`;
    const wrong = empty && use.mustBeFilled;
    checks.push({ item: title, field: shown, empty, ...(wrong && { problem, todo }), closest: [] });
  };
  const collision = (name: string) => {
    const sources = named.get(name) ?? [];
    return sources.length > 1
      ? `${sources.map(quoted).join(' and ')} would share the name ${name}`
      : undefined;
  };

  for (const label of lookUp ? repeated(readable) : []) {
    const shown = label === '' ? '(no label)' : label;
    say(shown, `${count(readable, label)} ${kind}s have this name, ${unreadable}`);
  }
  if (secret.keys === 'all') {
    const problems = [...named].flatMap(([name]) => {
      const bad = hasKeyCharacters(name) ? undefined : `'${name}' is not a valid Secret key`;
      return collision(name) ?? bad ?? [];
    });
    if (named.size === 0) problems.push(`the item has no ${kind}s, so no Secret would be created`);
    say(`all ${kind}s`, problems.length > 0 ? problems.join(', ') : undefined);
  }
  for (const use of uses) {
    const { shown, name, label, file, decoded } = use;
    if (decoded && label !== undefined) {
      const there = count(labels, label);
      const near = there === 0 ? closest(label, new Set(labels), 3) : [];
      const none = `no field with this label${near.length > 0 ? '' : listed(labels)}`;
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
        : `no field with this label${others}`;
      say(shown, why, near);
    } else {
      const full = `${prefix}${name}`;
      const missing = named.has(full) ? undefined : `no ${kind} has this name in templates`;
      const near = missing === undefined ? [] : closest(full, named.keys(), 3).map((one) => `.${one}`);
      const problem = missing ?? collision(full);
      const [behind = ''] = named.get(full) ?? [];
      const empties = item.isDocument ? emptyFiles : emptyLabels;
      if (problem === undefined) sayFound(use, empties.includes(behind));
      else say(shown, problem, near);
    }
  }
  // What a template in a ConfigMap reads is unknown, but the item exists.
  if (checks.length === 0 && secret.templateFrom) checks.push({ item: title, closest: [] });
  return checks;
}

/** The existing names, for a message about a missing one; '' if there are too many. */
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
