import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AppSecretProps, externalSecretNameOf } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { groupBy } from '../group-by.js';
import { identityIn } from '../repository/metadata-text.js';
import type { AppSecretsFile } from './app-secrets.js';
import { nameIn } from './context.js';
import type { ResolvedSettings } from './settings-schema.js';
import { secretsPrefix, unitNameOf } from './unit-name.js';

/**
 * An app secret that moves from one unit to another. Flux prunes what a unit no longer contains, and the Secret
 * would go with its ExternalSecret until the new unit creates both again. So for one push both units contain it, and
 * the old one marks it as not to be pruned. Whichever of the two applied it last, the old unit then drops it without
 * deleting it: because of the mark, or because the new unit owns it.
 * https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources
 */
export interface HandOver {
  /** The old unit. */
  readonly from: string;
  readonly secret: AppSecretProps;
}

/**
 * Finds the app secrets that a tree has in another unit than they belong to now.
 *
 * @param dist Absolute path of the tree; need not exist.
 * @param project The project whose name prefixes the units.
 */
export function findHandOvers(
  dist: string,
  files: readonly AppSecretsFile[],
  project: Pick<ResolvedSettings, 'name'>,
): HandOver[] {
  const now = new Map<string, AppSecretProps>(
    files.flatMap(({ secrets }) =>
      secrets.map((secret) => [`${secret.namespace}/${externalSecretNameOf(secret)}`, secret] as const),
    ),
  );
  const prefix = nameIn(project, secretsPrefix);
  const units = namesIn(dist).filter((name) => name.startsWith(prefix));
  return units.flatMap((from) =>
    namesIn(join(dist, from))
      .filter((name) => name.startsWith('externalsecret-'))
      .flatMap((name) => now.get(identityIn(readFileSync(join(dist, from, name)))) ?? [])
      .filter((secret) => placeOf(secret, project) !== from)
      .map((secret) => ({ from, secret })),
  );
}

/** The unit of an app secret, or the folder of the app that it lies beside. */
export function placeOf(secret: AppSecretProps, project: Pick<ResolvedSettings, 'name'>): string {
  return secret.beside ?? unitNameOf(secret, project);
}

/** One warning per old unit: what it still keeps, and how to finish the move. */
export function handOverWarnings(
  handOvers: readonly HandOver[],
  project: Pick<ResolvedSettings, 'name'>,
): Problem[] {
  return [...groupBy(handOvers, ({ from }) => from)].map(([from, handed]) => {
    const to = [...new Set(handed.map(({ secret }) => placeOf(secret, project)))].sort().join(', ');
    const names = handed.map(({ secret }) => `${secret.namespace}/${secret.name}`).sort();
    return {
      code: 'moved',
      where: `dist/${from}`,
      what: `keeps ${names.join(', ')} until Flux has handed ${names.length === 1 ? 'it' : 'them'} over to ${to}`,
      todo: 'commit and push, and once Flux has applied it, run `npm run synth -- --finish-move`',
    };
  });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}
