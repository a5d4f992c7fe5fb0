import type { UnitReference } from '../constructs/external-unit.js';
import type { Problem } from '../errors.js';
import type { Platform } from '../platform/platform.js';
import type { ResolvedSettings } from '../platform/settings-schema.js';
import type { FluxKustomization } from '../repository/flux-kustomization.js';
import type { RepositoryView } from '../repository/scan.js';

/** A Flux Kustomization of this project or elsewhere in the repository. */
interface Waiting {
  /** `namespace/name`. */
  readonly id: string;
  readonly name: string;
  /** Its place, for the messages. */
  readonly where: string;
  readonly dependsOn: readonly string[];
  /** What it applies on the way to `dist/`, if it has `wait: true`: it is Ready only once all of that is. */
  readonly applies: readonly string[];
}

/**
 * Units that Flux would never start: those in a dependency cycle, including through Flux Kustomizations elsewhere in
 * the repository and through one above that waits for what it applies, and those that wait for a unit that does not
 * exist.
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
  let waiting: ReadonlyMap<string, readonly string[]> | undefined;
  const find = (id: string) => {
    const there = known.get(id);
    if (there) return there;
    waiting ??= waitingAbove(view, [...own.keys()], units[0]?.unitNamespace);
    const found = findUnit(id, waiting, view);
    if (found) known.set(id, found);
    return found;
  };
  for (const [id, unit] of own) {
    const needsCrds = monitoring && unit === operator ? [monitoring.unit] : [];
    const dependsOn = [...unit.dependsOn, ...needsCrds].map((one) => idOf(one, unit.unitNamespace));
    known.set(id, { id, name: unit.unitName, where: unit.unitName, dependsOn, applies: [] });
  }
  for (const unit of units) {
    for (const dependency of unit.dependsOn) {
      const id = idOf(dependency, unit.unitNamespace);
      if ('kustomization' in dependency && own.get(id) !== dependency) {
        const what = `waits for the unit ${dependency.unitName}, which is not in this project`;
        const todo = 'create that unit here, or refer to it with externalUnit()';
        problems.push({ where: unit.node.path, what, todo });
      } else if (!own.has(id) && view.model.hasFlux && !find(id)) {
        const what = `waits for the Flux Kustomization ${id}, which is not in this repository`;
        warnings.push({
          where: unit.unitName,
          what,
          todo: 'correct the name, unless something else creates it',
        });
      }
    }
  }
  const shortest = new Map<string, Problem>();
  for (const circle of circles([...known.keys()], find).sort((one, other) => one.length - other.length)) {
    const waits = circle.find(({ applies }, index) => applies.includes(circle[index + 1]?.id ?? ''));
    const path = waits ? fromUnit(circle, own) : circle;
    const [first, second] = path;
    const names = path.map(({ name }) => name).join(' -> ');
    const problem = waits
      ? {
          what: `waits for itself on a new cluster: ${names}, because ${waits.name} in ${waits.where} has \`wait: true\`, and is Ready only once what it applies is`,
          todo: `remove ${second?.name} from \`unit\` or \`waitsFor\`, or set \`wait: false\` in ${waits.where}`,
        }
      : { what: `waits for itself: ${names}`, todo: 'remove one of these dependencies' };
    const key = waits ? `${first?.id} ${second?.id}` : names;
    if (!shortest.has(key)) shortest.set(key, { where: first?.where ?? '', ...problem });
  }
  problems.push(...shortest.values());
  return { problems, warnings };
}

/** Namespace and name of a dependency; the default namespace is that of the unit that waits. */
function idOf(reference: UnitReference, namespace: string): string {
  return `${reference.unitNamespace ?? namespace}/${reference.unitName}`;
}

/** What each Flux Kustomization above the units applies on the way to them, if it waits for that. */
function waitingAbove(
  view: RepositoryView,
  units: readonly string[],
  fluxNamespace = '',
): ReadonlyMap<string, readonly string[]> {
  const id = ({ namespace = fluxNamespace, name }: FluxKustomization) => `${namespace}/${name}`;
  return new Map(
    [...view.fluxAbove()]
      .filter(([{ spec }]) => spec['wait'] === true)
      .map(([by, below]) => [id(by), below ? [id(below)] : units]),
  );
}

/** Looks up a Flux Kustomization in the repository. */
function findUnit(
  id: string,
  waiting: ReadonlyMap<string, readonly string[]>,
  view: RepositoryView,
): Waiting | undefined {
  const [namespace = '', name = ''] = id.split('/');
  const [found] = view.fluxNamed(name, namespace);
  if (!found) return undefined;
  const dependsOn = found.dependsOn.map((one) => `${one.namespace ?? namespace}/${one.name}`);
  return { id, name, where: found.file, dependsOn, applies: waiting.get(id) ?? [] };
}

/** A cycle, begun at the unit in it that waits for something outside of the project. */
function fromUnit(circle: readonly Waiting[], own: ReadonlyMap<string, unknown>): Waiting[] {
  const ring = circle.slice(1);
  const isOwn = (one: Waiting | undefined) => one !== undefined && own.has(one.id);
  const start = ring.findIndex((one, index) => isOwn(one) && !isOwn(ring[(index + 1) % ring.length]));
  const turned = [...ring.slice(start), ...ring.slice(0, start)];
  return [...turned, ...turned.slice(0, 1)];
}

/** Every reachable cycle, once; its first member is repeated at the end. */
function circles(start: readonly string[], find: (id: string) => Waiting | undefined): Waiting[][] {
  const found: Waiting[][] = [];
  const done = new Set<string>();
  const visit = (id: string, path: readonly string[]) => {
    const at = path.indexOf(id);
    if (at >= 0) found.push([...path.slice(at), id].flatMap((one) => find(one) ?? []));
    if (at >= 0 || done.has(id)) return;
    const { dependsOn = [], applies = [] } = find(id) ?? {};
    for (const next of [...dependsOn, ...applies]) visit(next, [...path, id]);
    done.add(id);
  };
  for (const id of start) visit(id, []);
  return found;
}
