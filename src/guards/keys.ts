import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { nameInTemplates } from '../external-secret/names.js';
import { fieldsRead, type KeySource, prefixOf, sourcesOf } from '../external-secret/source.js';

/** Labels of fields, or aliases of items, that would hide each other in templates. */
export function keyProblems(secret: AppSecretProps): Problem[] {
  return [...labelProblems(secret), ...aliasProblems(secret)];
}

function describe(source: KeySource): string {
  if (typeof source === 'string') return `'${source}'`;
  const what = 'file' in source ? `file '${source.file}'` : `'${source.field}'`;
  return source.item === undefined ? what : `${what} of ${source.item}`;
}

function labelProblems({ keys }: AppSecretProps): Problem[] {
  const problems: Problem[] = [];
  const byName = new Map<string, string>();
  for (const [key, source] of typeof keys === 'object' ? Object.entries(keys) : []) {
    const name = nameInTemplates(source);
    const label = describe(source);
    const other = byName.get(name);
    if (other !== undefined && other !== label) {
      problems.push({
        where: `keys.${key}`,
        what: `${label} and ${other} both become .${name}, so one of them would win at random`,
        todo: 'rename one of the two in 1Password',
      });
    }
    byName.set(name, label);
  }
  return problems;
}

function aliasProblems(secret: AppSecretProps): Problem[] {
  const { items, keys } = secret;
  const aliases = Object.keys(items ?? {});
  const { names: read, everything } = fieldsRead(secret);
  const names = [...read];
  const sources = sourcesOf(secret);
  const isUsed = (prefix: string) =>
    keys === 'all' ||
    everything ||
    // The guard of templates reports a name that starts with no alias.
    names.some((name) => !aliases.some((alias) => name.startsWith(`${alias}_`))) ||
    sources.some((source) => prefixOf(source) === prefix) ||
    names.some((name) => name.startsWith(prefix));
  const unused = aliases
    .filter((alias) => !isUsed(`${alias}_`))
    .map((alias) => ({
      where: `items.${alias}`,
      what: 'is not used by any key or template',
      todo: 'use it, or remove it',
    }));
  const hiding = aliases.flatMap((alias) =>
    aliases
      .filter((other) => other !== alias && other.startsWith(`${alias}_`))
      .map((other) => ({
        where: `items.${other}`,
        what: `starts with the alias ${alias} and _, so a field of one item could hide a field of the other`,
        todo: 'rename one of the two aliases',
      })),
  );
  return [...unused, ...hiding];
}
