/** What Flux would delete if the working tree were pushed. */
import type { Problem } from '../errors.js';
import { at, type Tree } from '../tree.js';
import type { FluxName, OwnedObject, OwnedObjects } from './flux-owned.js';

/** What happens to an object. */
export type Effect = 'stays' | 'handed over' | 'stays, unmanaged' | 'deleted' | 'uninstalled';

/** An object and what happens to it. */
export interface PruneEffect {
  readonly object: OwnedObject;
  /** The Flux Kustomization that applies it after the push; undefined for none. */
  readonly after: FluxName | undefined;
  readonly effect: Effect;
}

/** A Flux Kustomization that applies an object after the push. */
export interface Holder {
  readonly name: string;
  /** undefined if unknown. */
  readonly namespace: string | undefined;
  readonly spec: Tree;
}

/** Which Flux Kustomization applies what, in one state of the repository. */
export interface TreeState {
  /** The Flux Kustomizations that apply this object, each with the object's spec. */
  holders(object: OwnedObject): readonly Holder[];
  /** The spec of a Flux Kustomization; undefined if there is none, or if it is unknown. */
  kustomization(name: FluxName): Tree | undefined;
}

/** What a push changes. */
export interface Push {
  /** As Flux has applied it. */
  readonly before: TreeState;
  /** As the working tree has it. */
  readonly after: TreeState;
  /** Whether the push changes or deletes a file that contains this name. */
  touches(name: string): boolean;
  /** External Secrets Operator's HelmReleases after the push, as `namespace/name`. */
  readonly operators: readonly string[];
  /** Chart version of External Secrets Operator that this project installs; undefined if it installs none. */
  readonly operatorVersion: string | undefined;
}

/** How to keep Flux from deleting an object that leaves its Flux Kustomization. */
export const mark =
  'first push only the annotation `kustomize.toolkit.fluxcd.io/prune: disabled` on it, or `prune: false` in that Flux Kustomization';

/**
 * Works out what a push would do to the platform and the secrets that depend on it.
 *
 * @returns The objects that leave their Flux Kustomization, and the reasons not to push.
 */
export function pruneEffects(
  cluster: OwnedObjects,
  push: Push,
): { effects: PruneEffect[]; problems: Problem[] } {
  const ending = endingIn(cluster, push);
  const effects = cluster.objects.flatMap((object) => effectOf(object, cluster, push, ending) ?? []);
  return {
    effects: effects.filter(({ effect }) => effect !== 'stays'),
    problems: effects.flatMap((one) => problemsOf(one, cluster, push)),
  };
}

/**
 * Tells which Flux Kustomizations the push deletes, even if one of the same name comes back: their finalizers delete
 * what they applied. A Flux Kustomization is deleted if its parent no longer applies it without letting it go, or is
 * deleted itself.
 */
function endingIn(cluster: OwnedObjects, push: Push): (name: FluxName) => boolean {
  const known = new Map<string, boolean>();
  const flux = new Map(
    cluster.objects
      .filter(({ kind }) => kind === 'Kustomization')
      .map((object) => [`${object.namespace}/${object.name}`, object]),
  );
  const ends = ({ namespace, name }: FluxName): boolean => {
    const id = `${namespace}/${name}`;
    const before = known.get(id);
    if (before !== undefined) return before;
    // One that applies itself.
    known.set(id, false);
    const object = flux.get(id);
    const effect = object && effectOf(object, cluster, push, ends);
    known.set(id, effect?.effect === 'deleted');
    return effect?.effect === 'deleted';
  };
  return ends;
}

function effectOf(
  object: OwnedObject,
  cluster: OwnedObjects,
  { before, after, touches }: Push,
  ending: (name: FluxName) => boolean,
): PruneEffect | undefined {
  const { owner } = object;
  const live = owner && cluster.kustomizations.get(`${owner.namespace}/${owner.name}`);
  // Without one, the label is a leftover.
  if (!owner || !live) return undefined;
  const ends = ending(owner);
  const holders = after.holders(object);
  const isOwners = (holder: Holder) => isSame(holder, owner);
  if (!ends) {
    if (holders.some(isOwners)) return { object, after: owner, effect: 'stays' };
    // Not every build can be traced: what was untraced before, and is in no changed file, stays.
    const wasTraced = before.holders(object).some(isOwners);
    if (!wasTraced && !touches(object.name)) return { object, after: owner, effect: 'stays' };
  }
  const staying = ends ? undefined : (after.kustomization(owner) ?? (live.spec as Tree));
  const kept = keeps(object, owner, cluster, staying);
  const [holder] = holders;
  if (holder) {
    const to = { name: holder.name, namespace: holder.namespace ?? owner.namespace };
    return { object, after: to, effect: kept ? 'handed over' : 'deleted' };
  }
  if (kept) return { object, after: undefined, effect: 'stays, unmanaged' };
  return {
    object,
    after: undefined,
    effect: object.kind === 'HelmRelease' ? 'uninstalled' : 'deleted',
  };
}

/**
 * Whether a Flux Kustomization lets go of an object without deleting it.
 * https://fluxcd.io/flux/components/kustomize/kustomizations/#deletion-policy
 *
 * @param staying The Flux Kustomization's spec after the push; undefined if it is removed.
 */
function keeps(
  object: OwnedObject,
  owner: FluxName,
  { kustomizations }: OwnedObjects,
  staying: Tree | undefined,
): boolean {
  if (object.isKept) return true;
  const live = kustomizations.get(`${owner.namespace}/${owner.name}`)?.spec;
  if (staying) {
    return (
      (live?.prune === false && staying['prune'] === false) ||
      (live?.suspend === true && staying['suspend'] === true)
    );
  }
  const policy = live?.deletionPolicy ?? 'MirrorPrune';
  return live?.suspend === true || policy === 'Orphan' || (policy === 'MirrorPrune' && live?.prune === false);
}

function isSame(holder: Holder, owner: FluxName): boolean {
  return holder.name === owner.name && (holder.namespace ?? owner.namespace) === owner.namespace;
}

function problemsOf(
  { object, after: to, effect }: PruneEffect,
  cluster: OwnedObjects,
  push: Push,
): Problem[] {
  const { kind, owner } = object;
  const where = called(object);
  const by = `the Flux Kustomization ${owner?.namespace}/${owner?.name}`;
  if (kind === 'HelmRelease') {
    const problems: Problem[] = [];
    if (effect === 'deleted') {
      const what = `${by} would uninstall it before it is installed again`;
      problems.push({ where, what, todo: markFor(object, cluster) });
    }
    if (!isOperatorRelease(object)) return problems;
    if (effect === 'uninstalled' && push.operators.length > 0) {
      problems.push({
        where,
        what: `would be uninstalled while ${push.operators.join(', ')} is installed, and takes the objects of the same name with it`,
        todo: 'push its removal alone, then the other one once it is gone (the Secrets stay in the meantime)',
      });
    }
    const holder = push.after.holders(object).find((one) => to && isSame(one, to));
    const newer = effect === 'handed over' && newerVersion(object, push.operatorVersion);
    if (newer) {
      problems.push({
        where,
        what: `is at version ${newer}, and this project installs ${push.operatorVersion}`,
        todo: `set externalSecrets: { version: '${newer}' } in src/settings.ts`,
      });
    }
    const staysReleased =
      effect !== 'deleted' &&
      effect !== 'uninstalled' &&
      (!holder || releaseOf(object, holder.spec) === releaseOf(object, object.spec));
    return staysReleased ? problems : [...problems, ...definitionProblems(where, cluster)];
  }
  if (effect !== 'deleted' || isHarmless(object)) return [];
  const anew = to ? `, and ${to.namespace}/${to.name} would recreate it` : '';
  return [
    { where, what: `${by} would delete it${along[kind] ?? ''}${anew}`, todo: markFor(object, cluster) },
  ];
}

/** How to mark an object; `prune: false` does not help if the deletion policy deletes it anyway. */
function markFor({ owner }: OwnedObject, { kustomizations }: OwnedObjects): string {
  const live = kustomizations.get(`${owner?.namespace}/${owner?.name}`)?.spec;
  if (live?.prune !== false || !deletesAnyway(live)) return mark;
  return `set deletionPolicy: Orphan in that Flux Kustomization (${live.deletionPolicy} deletes whatever prune says), or annotate it: \`kubectl annotate --field-manager=hand-over\` with kustomize.toolkit.fluxcd.io/prune=disabled`;
}

/** The chart version of a release that is newer than ours; undefined otherwise. */
function newerVersion({ status }: OwnedObject, ours: string | undefined): string | undefined {
  const [last] = Array.isArray(status['history']) ? status['history'] : [];
  const version = at(last, 'chartVersion');
  if (typeof version !== 'string' || ours === undefined) return undefined;
  return version.localeCompare(ours, 'en', { numeric: true }) > 0 ? version : undefined;
}

/** What is deleted along with an object. */
const along: Readonly<Record<string, string>> = {
  ExternalSecret: ', and its Secret with it',
  Namespace: ', and everything in it',
  CustomResourceDefinition: ', and all of its objects',
};

function definitionProblems(release: string, { unkeptDefinitions }: OwnedObjects): Problem[] {
  const [first, ...more] = unkeptDefinitions;
  if (first === undefined) return [];
  return [
    {
      where: release,
      what: `Helm would delete the CustomResourceDefinition ${first}${more.length > 0 ? ` and ${more.length} more` : ''} with it, and thus every ExternalSecret and every Secret`,
      todo: 'first push only `crds.annotations: { helm.sh/resource-policy: keep }` in its values, and wait until Helm has upgraded it',
    },
  ];
}

/**
 * Why an object must not leave its Flux Kustomization yet; empty if it can.
 *
 * @param spec Its spec in this project; undefined if this project has no object of that name.
 */
export function takeOverProblems(
  object: OwnedObject,
  spec: Tree | undefined,
  cluster: OwnedObjects,
): Problem[] {
  const where = called(object);
  const { owner } = object;
  // A release with another name is meant to be uninstalled before ours is installed.
  const marked = isLetGo(object, cluster) || spec === undefined || isHarmless(object);
  const what = `the Flux Kustomization ${owner?.namespace}/${owner?.name} would delete it once it is removed there`;
  const changes =
    isOperatorRelease(object) && releaseOf(object, spec ?? {}) !== releaseOf(object, object.spec);
  return [
    ...(marked ? [] : [{ where, what, todo: markFor(object, cluster) }]),
    ...(changes ? definitionProblems(where, cluster) : []),
  ];
}

/** Whether Flux leaves an object alone when it is removed from its Flux Kustomization, or goes along with it. */
export function isLetGo({ isKept, owner }: OwnedObject, { kustomizations }: OwnedObjects): boolean {
  const live = owner && kustomizations.get(`${owner.namespace}/${owner.name}`)?.spec;
  return isKept || (live?.prune === false && !deletesAnyway(live));
}

/** Whether the deletion policy of a Flux Kustomization deletes its objects whatever `prune` says. */
function deletesAnyway({ deletionPolicy }: { readonly deletionPolicy?: unknown }): boolean {
  return deletionPolicy === 'Delete' || deletionPolicy === 'WaitForTermination';
}

/** Whether nothing is lost if Flux deletes an object. */
export function isHarmless({ kind }: OwnedObject): boolean {
  return harmless.has(kind);
}

/** Kinds whose loss is harmless: Flux fetches a source again, and what a Flux Kustomization applied is judged by itself. */
const harmless = new Set(['OCIRepository', 'HelmRepository', 'Kustomization']);

/** An object in messages: `HelmRelease external-secrets/external-secrets`. */
export function called({ kind, namespace, name }: OwnedObject): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

/** Whether an object is External Secrets Operator's HelmRelease. */
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

/** The Helm release behind a HelmRelease: if it changes, Flux uninstalls the old one. */
function releaseOf({ namespace = '', name }: OwnedObject, spec: Tree): string {
  const target = spec['targetNamespace'];
  const release = spec['releaseName'] ?? (target === undefined ? name : `${String(target)}-${name}`);
  return `${String(spec['storageNamespace'] ?? namespace)} ${String(target ?? namespace)}/${String(release)}`;
}
