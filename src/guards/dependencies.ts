import type { UnitReference } from '../constructs/external-unit.js';
import type { Problem } from '../errors.js';
import type { Platform } from '../platform/platform.js';
import type { ResolvedSettings } from '../platform/settings-schema.js';
import type { RepositoryView } from '../repository/scan.js';

/** A Flux Kustomization of this project or elsewhere in the repository. */
interface Waiting {
  readonly name: string;
  /** Its place, for the messages. */
  readonly where: string;
  readonly dependsOn: readonly string[];
}

/**
 * Units that Flux would never start: those in a dependency cycle, including through Flux Kustomizations elsewhere in
 * the repository, and those that wait for a unit that does not exist.
 *
 * @param monitoring If set, the operator's chart needs the CRDs of its unit, although only the alerts wait for it.
 * @returns `problems`, and `warnings` about external units that are not in the repository.
 */
export function dependencyProblems(
  { units, operator }: Pick<Platform, 'units' | 'operator'>,
  { monitoring }: ResolvedSettings,
  view: RepositoryView,
): { problems: Problem[]; warnings: Problem[] } {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const own = new Map(units.map((unit) => [idOf(unit, unit.unitNamespace), unit]));
  const known = new Map<string, Waiting>();
  for (const [id, unit] of own) {
    const needsCrds = monitoring && unit === operator ? [monitoring.unit] : [];
    const dependsOn = [...unit.dependsOn, ...needsCrds].map((one) => idOf(one, unit.unitNamespace));
    known.set(id, { name: unit.unitName, where: unit.unitName, dependsOn });
  }
  for (const unit of units) {
    for (const dependency of unit.dependsOn) {
      const id = idOf(dependency, unit.unitNamespace);
      if ('kustomization' in dependency && own.get(id) !== dependency) {
        const what = `waits for the unit ${dependency.unitName}, which is not in this project`;
        const todo = 'create that unit here, or refer to it with externalUnit()';
        problems.push({ where: unit.node.path, what, todo });
      } else if (!own.has(id) && view.model.hasFlux && !findUnit(id, known, view)) {
        const what = `waits for the Flux Kustomization ${id}, which is not in this repository`;
        warnings.push({
          where: unit.unitName,
          what,
          todo: 'correct the name, unless something else creates it',
        });
      }
    }
  }
  for (const circle of circles([...known.keys()], (id) => findUnit(id, known, view))) {
    const [first] = circle;
    const what = `waits for itself: ${circle.map(({ name }) => name).join(' -> ')}`;
    problems.push({ where: first?.where ?? '', what, todo: 'remove one of these dependencies' });
  }
  return { problems, warnings };
}

/** Namespace and name of a dependency; the default namespace is that of the unit that waits. */
function idOf(reference: UnitReference, namespace: string): string {
  return `${reference.unitNamespace ?? namespace}/${reference.unitName}`;
}

/** Looks up a Flux Kustomization among the known ones, then in the repository. */
function findUnit(id: string, known: Map<string, Waiting>, view: RepositoryView): Waiting | undefined {
  const there = known.get(id);
  if (there) return there;
  const [namespace = '', name = ''] = id.split('/');
  const [found] = view.fluxNamed(name, namespace);
  if (!found) return undefined;
  const dependsOn = found.dependsOn.map((one) => `${one.namespace ?? namespace}/${one.name}`);
  const unit = { name, where: found.file, dependsOn };
  known.set(id, unit);
  return unit;
}

/** Every reachable cycle, once; its first member is repeated at the end. */
function circles(start: readonly string[], find: (id: string) => Waiting | undefined): Waiting[][] {
  const found: Waiting[][] = [];
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]) => {
    const at = path.indexOf(id);
    if (at >= 0) found.push([...path.slice(at), id].flatMap((one) => find(one) ?? []));
    if (at >= 0 || done.has(id)) return;
    for (const next of find(id)?.dependsOn ?? []) visit(next, [...path, id]);
    done.add(id);
  };
  for (const id of start) visit(id, []);
  return found;
}
