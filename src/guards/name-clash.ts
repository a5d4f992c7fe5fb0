import type { Problem } from '../errors.js';
import { groupBy } from '../group-by.js';
import type { AppSecretsFile } from '../platform/app-secrets.js';
import type { ResolvedSettings } from '../platform/settings.js';
import type { FoundSecret } from '../repository/secrets.js';

const gone = 'ESO would take it over at once, report Ready, and its old keys would be gone';

/**
 * App secrets whose Secret something else in the repository makes, too. ESO takes an existing Secret over
 * at once, reports Ready, and the old keys are gone; nothing in the cluster warns.
 *
 * @param found What the repository holds.
 * @param allowed Clashes with a Secret whose name or namespace isn't known that the operator says are none.
 * @returns A problem for each clash, and for each allow that lifts none; a warning for what Flux does not apply.
 */
export function nameClashProblems(
  files: readonly AppSecretsFile[],
  found: readonly FoundSecret[],
  allowed: ResolvedSettings['allowSameName'],
): { problems: Problem[]; warnings: Problem[] } {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const used = new Set<number>();
  const bySecret = groupBy(found, ({ namespace, name }) => `${namespace}/${name}`);
  for (const { file, secrets } of files) {
    for (const { namespace, name } of secrets) {
      const secret = `${namespace}/${name}`;
      for (const other of bySecret.get(secret) ?? []) {
        const { unknown, what, dead } = other;
        const allow = allowed.findIndex((one) => one.secret === secret && one.file === other.file);
        if ((unknown || dead) && allow >= 0) {
          used.add(allow);
          continue;
        }
        const where = `${file}: ${secret}`;
        const is = unknown
          ? `may be ${what} in ${other.file}, whose ${unknown} can't be found`
          : `is ${what} in ${other.file}, too`;
        if (dead) {
          warnings.push({
            where,
            what: `${is}, which Flux does not apply today; if it did, ${gone}`,
            todo: `delete ${other.file}, or rename one of the two before Flux applies it`,
          });
          continue;
        }
        problems.push({
          where,
          what: `${is}: ${gone}`,
          todo: unknown
            ? `write its ${unknown} there, rename this one, or allow it with allowSameName in src/settings.ts`
            : `rename this one, or delete ${other.file} first`,
        });
      }
    }
  }
  for (const [index, { secret, file }] of allowed.entries()) {
    if (used.has(index)) continue;
    const what = `allows ${secret} beside ${file}, where no clash that could be allowed is`;
    problems.push({ where: `src/settings.ts: allowSameName[${index}]`, what, todo: 'remove it' });
  }
  return { problems, warnings };
}
