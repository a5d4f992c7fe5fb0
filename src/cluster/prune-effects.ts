/** What Flux would delete when the working tree is pushed. */
import type { Problem } from '../errors.js';
import { at, type Tree } from '../tree.js';
import type { FluxName, OwnedObject, OwnedObjects } from './flux-owned.js';

/** What becomes of an object. */
export type Effect =
  | 'stays'
  | 'is handed over'
  | 'stays, applied by nobody'
  | 'is deleted'
  | 'is uninstalled';

/** An object and what becomes of it. */
export interface PruneEffect {
  readonly object: OwnedObject;
  /** The Flux Kustomization that has it after the push; undefined for none. */
  readonly after: FluxName | undefined;
  readonly effect: Effect;
}

/** Who has an object in the working tree, as the cluster would get it. */
export interface Holder {
  readonly name: string;
  /** undefined where nothing says it. */
  readonly namespace: string | undefined;
  readonly spec: Tree;
}

/** What the working tree says, whoever asks. */
export interface AfterPush {
  /** The Flux Kustomizations that have this object, each with the object's spec. */
  holders(object: OwnedObject): readonly Holder[];
  /** The spec of a Flux Kustomization; undefined when there is none of this name any more. */
  kustomization(name: FluxName): Tree | undefined;
  /** Whether the push changes or deletes a file that has this name in it. */
  touches(name: string): boolean;
  /** The Helm releases of External Secrets Operator, as `namespace/name` of their HelmReleases. */
  readonly operators: readonly string[];
}

/** The annotation or setting that keeps an object when it leaves its Flux Kustomization. */
export const mark =
  'push it first, and nothing else with it, with the annotation `kustomize.toolkit.fluxcd.io/prune: disabled`, or with `prune: false` in that Flux Kustomization';

/**
 * Judges what a push would do to the platform and the secrets that hang on it.
 *
 * @returns The objects whose Flux Kustomization changes or ends, and all that must not be pushed.
 */
export function pruneEffects(
  cluster: OwnedObjects,
  after: AfterPush,
): { effects: PruneEffect[]; problems: Problem[] } {
  const effects = cluster.objects
    .flatMap((object) => effectOf(object, cluster, after) ?? [])
    .filter(({ effect }) => effect !== 'stays');
  return { effects, problems: effects.flatMap((one) => problemsOf(one, cluster, after)) };
}

function effectOf(object: OwnedObject, cluster: OwnedObjects, after: AfterPush): PruneEffect | undefined {
  const { owner } = object;
  if (!owner) return undefined;
  // The label of one that is gone stayed behind.
  if (!cluster.kustomizations.has(`${owner.namespace}/${owner.name}`)) return undefined;
  const holders = after.holders(object);
  if (holders.some((holder) => isSame(holder, owner))) return { object, after: owner, effect: 'stays' };
  const staying = after.kustomization(owner);
  const [holder] = holders;
  if (holder) {
    const to = { name: holder.name, namespace: holder.namespace ?? owner.namespace };
    const kept = keeps(object, owner, cluster, staying);
    return { object, after: to, effect: kept ? 'is handed over' : 'is deleted' };
  }
  // Not everything that Flux builds can be followed: what no change speaks of stays where it is.
  if (staying && !after.touches(object.name)) return { object, after: owner, effect: 'stays' };
  if (keeps(object, owner, cluster, staying)) {
    return { object, after: undefined, effect: 'stays, applied by nobody' };
  }
  return {
    object,
    after: undefined,
    effect: object.kind === 'HelmRelease' ? 'is uninstalled' : 'is deleted',
  };
}

/**
 * Whether a Flux Kustomization lets go of an object without deleting it.
 * https://fluxcd.io/flux/components/kustomize/kustomizations/#deletion-policy
 *
 * @param staying Its spec after the push; undefined when it goes.
 */
function keeps(
  object: OwnedObject,
  owner: FluxName,
  { kustomizations }: OwnedObjects,
  staying: Tree | undefined,
): boolean {
  if (object.isKept) return true;
  const live = kustomizations.get(`${owner.namespace}/${owner.name}`)?.spec;
  if (staying) return live?.prune === false && staying['prune'] === false;
  const policy = live?.deletionPolicy ?? 'MirrorPrune';
  return live?.suspend === true || policy === 'Orphan' || (policy === 'MirrorPrune' && live?.prune === false);
}

function isSame(holder: Holder, owner: FluxName): boolean {
  return holder.name === owner.name && (holder.namespace ?? owner.namespace) === owner.namespace;
}

function problemsOf(
  { object, after: to, effect }: PruneEffect,
  cluster: OwnedObjects,
  after: AfterPush,
): Problem[] {
  const { kind, owner } = object;
  const where = called(object);
  const by = `the Flux Kustomization ${owner?.namespace}/${owner?.name}`;
  if (kind === 'HelmRelease') {
    const problems: Problem[] = [];
    if (effect === 'is deleted') {
      problems.push({ where, what: `${by} would uninstall it before it is installed anew`, todo: mark });
    }
    if (!isOperatorRelease(object)) return problems;
    if (effect === 'is uninstalled' && after.operators.length > 0) {
      problems.push({
        where,
        what: `would be uninstalled while ${after.operators.join(', ')} is installed, and takes along what both call the same`,
        todo: 'push its removal alone, and the other one once it is gone; the Secrets stay meanwhile',
      });
    }
    const [holder] = after.holders(object);
    const staysReleased =
      effect !== 'is deleted' &&
      effect !== 'is uninstalled' &&
      (!holder || releaseOf(object, holder.spec) === releaseOf(object, object.spec));
    return staysReleased ? problems : [...problems, ...definitionProblems(where, cluster)];
  }
  if (effect !== 'is deleted' || harmless.has(kind)) return [];
  const anew = to ? `, and ${to.namespace}/${to.name} would make it anew` : '';
  return [{ where, what: `${by} would delete it${along[kind] ?? ''}${anew}`, todo: mark }];
}

/** What goes with an object. */
const along: Readonly<Record<string, string>> = {
  ExternalSecret: ', and its Secret with it',
  Namespace: ', and everything in it',
  CustomResourceDefinition: ', and every object of it',
};

function definitionProblems(release: string, { unkeptDefinitions }: OwnedObjects): Problem[] {
  const [first, ...more] = unkeptDefinitions;
  if (first === undefined) return [];
  return [
    {
      where: release,
      what: `Helm would delete the CustomResourceDefinition ${first}${more.length > 0 ? ` and ${more.length} more` : ''} with it, and so every ExternalSecret and every Secret`,
      todo: 'push it first, and nothing else with it, with `crds.annotations: { helm.sh/resource-policy: keep }` in its values, and wait until Helm has upgraded it',
    },
  ];
}

/**
 * Why an object must not leave its Flux Kustomization yet; nothing when it may.
 *
 * @param spec Its spec in this project; undefined when this project calls it otherwise.
 */
export function takeOverProblems(
  object: OwnedObject,
  spec: Tree | undefined,
  cluster: OwnedObjects,
): Problem[] {
  const where = called(object);
  const { owner } = object;
  const live = owner && cluster.kustomizations.get(`${owner.namespace}/${owner.name}`)?.spec;
  const letsGo = live?.prune === false && !/Delete|WaitForTermination/.test(String(live.deletionPolicy));
  // One of another name goes before ours comes, and is meant to be uninstalled.
  const marked = object.isKept || letsGo || spec === undefined || harmless.has(object.kind);
  const what = `the Flux Kustomization ${owner?.namespace}/${owner?.name} would delete it as soon as it is taken out there`;
  const changes =
    isOperatorRelease(object) && releaseOf(object, spec ?? {}) !== releaseOf(object, object.spec);
  return [
    ...(marked ? [] : [{ where, what, todo: mark }]),
    ...(changes ? definitionProblems(where, cluster) : []),
  ];
}

/** What is fetched again at once. */
const harmless = new Set(['OCIRepository', 'HelmRepository']);

/** `HelmRelease external-secrets/external-secrets`. */
export function called({ kind, namespace, name }: OwnedObject): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** Whether a release is that of External Secrets Operator. */
export function isOperatorRelease({ kind, name, spec, status }: OwnedObject): boolean {
  if (kind !== 'HelmRelease') return false;
  const [last] = Array.isArray(status['history']) ? status['history'] : [];
  const charts = [
    at(last, 'chartName'),
    at(spec, 'chart', 'spec', 'chart'),
    at(spec, 'chartRef', 'name'),
    name,
  ];
  return charts.includes('external-secrets');
}

/** The release of Helm behind a HelmRelease: with another one, Helm uninstalls the first. */
function releaseOf({ namespace = '', name }: OwnedObject, spec: Tree): string {
  const target = spec['targetNamespace'];
  const release = spec['releaseName'] ?? (target === undefined ? name : `${String(target)}-${name}`);
  return `${String(spec['storageNamespace'] ?? namespace)} ${String(target ?? namespace)}/${String(release)}`;
}
