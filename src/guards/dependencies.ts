import type { Unit, UnitReference } from '../constructs/unit.js';
import type { Problem } from '../errors.js';
import type { Platform } from '../platform/platform.js';

/**
 * Units that Flux would never start: those that wait for each other in a circle, and those that wait for a
 * unit which does not exist. An external unit that has the name of one of ours is that one.
 */
export function dependencyProblems({ units }: Pick<Platform, 'units'>): Problem[] {
  const byName = new Map(units.map((unit) => [idOf(unit, unit), unit]));
  const problems: Problem[] = [];
  for (const unit of units) {
    for (const dependency of unit.dependsOn) {
      if ('kustomization' in dependency && byName.get(idOf(dependency, unit)) !== dependency) {
        const what = `waits for the unit ${dependency.unitName}, which is not in this project`;
        problems.push({
          where: unit.node.path,
          what,
          todo: 'make that unit here, or name it with externalUnit()',
        });
      }
    }
  }
  return [...problems, ...cycles(units, byName)];
}

/** A Flux Kustomization by name and namespace, as the one that waits sees it. */
function idOf(reference: UnitReference, waiting: Unit): string {
  return `${reference.unitNamespace ?? waiting.unitNamespace}/${reference.unitName}`;
}

function cycles(units: readonly Unit[], byName: ReadonlyMap<string, Unit>): Problem[] {
  const problems: Problem[] = [];
  const done = new Set<Unit>();
  const visit = (unit: Unit, path: readonly Unit[]) => {
    const start = path.indexOf(unit);
    if (start >= 0) {
      const circle = [...path.slice(start), unit].map(({ unitName }) => unitName).join(' -> ');
      problems.push({
        where: unit.unitName,
        what: `waits for itself: ${circle}`,
        todo: 'remove one of these waits',
      });
      return;
    }
    if (done.has(unit)) return;
    for (const dependency of unit.dependsOn) {
      const next = byName.get(idOf(dependency, unit));
      if (next) visit(next, [...path, unit]);
    }
    done.add(unit);
  };
  for (const unit of units) visit(unit, []);
  return problems;
}
