import type { Problem } from '../errors.js';
import type { AppSecretsFile } from '../platform/app-secrets.js';

/** Two app secrets that would make one Secret: ESO would let them overwrite each other. */
export function sameNameProblems(files: readonly AppSecretsFile[]): Problem[] {
  const owners = new Map<string, string>();
  const problems: Problem[] = [];
  for (const { file, secrets } of files) {
    for (const { namespace, name } of secrets) {
      const secret = `${namespace}/${name}`;
      const owner = owners.get(secret);
      if (owner === undefined) owners.set(secret, file);
      else {
        const what = owner === file ? 'is declared twice in this file' : `is declared in ${owner}, too`;
        problems.push({ where: `${file}: ${secret}`, what, todo: 'rename one of the two, or delete it' });
      }
    }
  }
  return problems;
}
