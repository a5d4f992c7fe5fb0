import { type AppSecretProps, type KeySource, sourceName } from '../constructs/app-secret.js';
import type { Finding } from './finding.js';

/** Labels of fields, or items, of which the template could see only one, at random. */
export function keyFindings(secret: AppSecretProps): Finding[] {
  return [...labelFindings(secret), ...aliasFindings(secret)];
}

function describe(source: KeySource): string {
  if (typeof source === 'string') return `'${source}'`;
  const what = 'file' in source ? `file '${source.file}'` : `'${source.field}'`;
  return source.item === undefined ? what : `${what} of ${source.item}`;
}

function labelFindings({ keys }: AppSecretProps): Finding[] {
  const findings: Finding[] = [];
  const byName = new Map<string, string>();
  for (const [key, source] of typeof keys === 'object' ? Object.entries(keys) : []) {
    const name = sourceName(source);
    const label = describe(source);
    const other = byName.get(name);
    if (other !== undefined && other !== label) {
      findings.push({
        field: `keys.${key}`,
        what: `${label} and ${other} both become .${name}, and one of them would win at random`,
        todo: 'rename one of the two in 1Password',
      });
    }
    byName.set(name, label);
  }
  return findings;
}

function aliasFindings({ items }: AppSecretProps): Finding[] {
  const aliases = Object.keys(items ?? {});
  return aliases.flatMap((alias) =>
    aliases
      .filter((other) => other !== alias && other.startsWith(`${alias}_`))
      .map((other) => ({
        field: `items.${other}`,
        what: `begins like the alias ${alias}, so that a field of one item could hide one of the other`,
        todo: 'choose an alias that does not begin with the other one and _',
      })),
  );
}
