import type { Problem } from '../errors.js';
import type { Platform } from '../platform/platform.js';
import type { RepositoryView } from '../repository/scan.js';

/**
 * Units with the same name as another Flux Kustomization in the repository: the two would overwrite each other, and
 * Flux would prune each other's objects.
 */
export function unitNameProblems({ units }: Platform, view: RepositoryView): Problem[] {
  return units.flatMap((unit) =>
    view.fluxNamed(unit.unitName, unit.unitNamespace).map(({ file }) => ({
      where: unit.unitName,
      what: `is also the name of a Flux Kustomization in ${file}, and the two would undo each other's work`,
      todo: 'rename that one, remove it first, or give this project a `name` in src/settings.ts',
    })),
  );
}
