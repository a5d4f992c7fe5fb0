import type { Problem } from '../errors.js';
import type { Platform } from '../platform/platform.js';
import type { RepositoryView } from '../repository/scan.js';

/**
 * Units whose name another Flux Kustomization of the repository has: Flux would apply the one over the
 * other in turns, and prune what the other made.
 */
export function unitNameProblems({ units }: Platform, view: RepositoryView): Problem[] {
  return units.flatMap((unit) =>
    view.fluxNamed(unit.unitName, unit.unitNamespace).map(({ file }) => ({
      where: unit.unitName,
      what: `is the name of a Flux Kustomization in ${file}, too, and the two would undo each other's work`,
      todo: 'rename that one, remove it first, or give this project a `name` in src/settings.ts',
    })),
  );
}
