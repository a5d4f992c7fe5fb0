import type { Problem } from '../errors.js';
import type { AppSecretsFile } from '../platform/app-secrets.js';
import type { ResolvedSettings } from '../platform/settings.js';
import type { FoundSecret } from '../repository/secrets.js';

const kinds = {
  SOPS: 'the SOPS-encrypted Secret',
  Secret: 'the Secret',
  ExternalSecret: 'the Secret of the ExternalSecret',
  secretGenerator: 'the Secret that kustomize generates',
} as const;

/**
 * App secrets whose Secret something else in the repository makes, too. ESO takes an existing Secret over
 * at once, reports Ready, and the old keys are gone; nothing in the cluster warns.
 *
 * @param found What the repository holds.
 * @param allowed Clashes with a Secret whose name or namespace isn't known that the operator says are none.
 * @returns A problem for each clash, and for each allow that lifts none.
 */
export function nameClashProblems(
  files: readonly AppSecretsFile[],
  found: readonly FoundSecret[],
  allowed: ResolvedSettings['allowSameName'],
): Problem[] {
  const problems: Problem[] = [];
  const used = new Set<number>();
  for (const { file, secrets } of files) {
    for (const { namespace, name } of secrets) {
      const secret = `${namespace}/${name}`;
      for (const other of found) {
        if (other.name !== name || other.namespace !== namespace) continue;
        const { unknown } = other;
        const allow = allowed.findIndex((one) => one.secret === secret && one.file === other.file);
        if (unknown && allow >= 0) {
          used.add(allow);
          continue;
        }
        const what = unknown
          ? `may be ${kinds[other.kind]} in ${other.file}, whose ${unknown} can't be found`
          : `is ${kinds[other.kind]} in ${other.file}, too`;
        problems.push({
          where: `${file}: ${secret}`,
          what: `${what}: ESO would take it over at once, report Ready, and its old keys would be gone`,
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
  return problems;
}
