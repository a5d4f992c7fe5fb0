import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { nameInTemplates } from '../external-secret/names.js';
import { fieldsRead, type KeySource, prefixOf, sourcesOf } from '../external-secret/source.js';

/** Labels of fields, or items, of which the template could see only one, at random. */
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
        what: `${label} and ${other} both become .${name}, and one of them would win at random`,
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
    // A name without any alias is told by the guard of templates.
    names.some((name) => !aliases.some((alias) => name.startsWith(`${alias}_`))) ||
    sources.some((source) => prefixOf(source) === prefix) ||
    names.some((name) => name.startsWith(prefix));
  const unused = aliases
    .filter((alias) => !isUsed(`${alias}_`))
    .map((alias) => ({
      where: `items.${alias}`,
      what: 'is used by no key and no template',
      todo: 'use it, or remove it',
    }));
  const hiding = aliases.flatMap((alias) =>
    aliases
      .filter((other) => other !== alias && other.startsWith(`${alias}_`))
      .map((other) => ({
        where: `items.${other}`,
        what: `begins like the alias ${alias}, so that a field of one item could hide one of the other`,
        todo: 'choose an alias that does not begin with the other one and _',
      })),
  );
  return [...unused, ...hiding];
}
