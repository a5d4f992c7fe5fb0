import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { findBeside } from '../../beside/find.js';
import type { OwnedObject } from '../../cluster/flux-owned.js';
import type { Holder, TreeState } from '../../cluster/prune-effects.js';
import type { FluxKustomization } from '../../repository/flux-kustomization.js';
import { identity } from '../../repository/objects.js';
import type { RepositoryView } from '../../repository/scan.js';
import { isTree, metadataOf, type Tree } from '../../tree.js';

/**
 * Which Flux Kustomization applies what, in one state of the repository: from the repository as Flux sees it, and from
 * the files of `dist/` and beside apps as they are on disk.
 *
 * @param view That state of the repository.
 * @param project Absolute path of the project in it.
 * @param objects The cluster's objects, Flux Kustomizations among them.
 */
export function treeState(view: RepositoryView, project: string, objects: readonly OwnedObject[]): TreeState {
  const { model } = view;
  const inCluster = objects.map(treeOf);
  const live = new Set(inCluster.map(identity));
  const theirs = view.sameObjects(inCluster);
  const own = new Map<string, Holder[]>();
  const add = (object: Tree, holders: readonly Holder[]) =>
    own.set(identity(object), [...(own.get(identity(object)) ?? []), ...holders]);
  const holder = (by: FluxKustomization, object: Tree): Holder => ({
    name: by.name,
    namespace: by.namespace,
    spec: specOf(object),
  });
  const ways = model
    .likelyWays(view.dist)
    .flatMap(({ steps, by }) => (by && !view.isElsewhere({ steps, by }) ? [{ steps, by }] : []));
  for (const { unit, inside } of unitsIn(join(project, 'dist'))) {
    const applied = ways.map((way) => ({ by: way.by, end: model.atEnd(unit, way) }));
    add(
      unit,
      applied.map(({ by, end }) => holder(by, end ?? unit)),
    );
    const first = applied.find(({ end }) => end)?.end;
    // An entry that can't be traced is assumed to still apply what it applied before.
    if (!first && !live.has(identity(unit))) continue;
    const { name, namespace } = metadataOf(first ?? unit);
    for (const object of inside) {
      add(object, [{ name: String(name), namespace: String(namespace), spec: specOf(object) }]);
    }
  }
  const namespaceFile = readObject(join(project, 'dist/namespace.yaml'));
  if (namespaceFile)
    add(
      namespaceFile,
      ways.map(({ by }) => holder(by, namespaceFile)),
    );
  for (const { file, namespace, object } of findBeside(project)) {
    const named = { ...object, metadata: { ...metadataOf(object), namespace } };
    add(
      named,
      model.likelyWays(file).flatMap(({ by }) => (by ? [holder(by, object)] : [])),
    );
  }
  const holdersOf = (object: Tree): Holder[] => {
    const id = identity(object);
    const others = (theirs.get(id) ?? []).flatMap(({ object: found, way: { by } }) =>
      by ? [holder(by, found)] : [],
    );
    return [...(own.get(id) ?? []), ...others];
  };
  return {
    holders: (object) => holdersOf(treeOf(object)),
    kustomization({ namespace, name }) {
      const [found] = holdersOf(treeOf({ ...fluxKind, namespace, name }));
      return found?.spec ?? model.roots.find((root) => root.name === name)?.spec;
    },
  };
}

const fluxKind = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization' };

/** The units of a `dist/`, each with the objects of its folder. */
function unitsIn(dist: string): { unit: Tree; inside: Tree[] }[] {
  const folder = join(dist, 'flux');
  return yamlIn(folder).flatMap((file) => {
    const unit = readObject(join(folder, file));
    if (!unit) return [];
    const inside = join(dist, file.replace(/\.yaml$/, ''));
    const names = yamlIn(inside).filter((name) => name !== 'kustomization.yaml');
    return [
      {
        unit,
        inside: names.map((name) => readObject(join(inside, name))).filter((one) => one !== undefined),
      },
    ];
  });
}

function yamlIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.yaml')) : [];
}

function readObject(file: string): Tree | undefined {
  if (!existsSync(file)) return undefined;
  const object = load(readFileSync(file, 'utf8'));
  return isTree(object) ? object : undefined;
}

/** The spec of an object. */
export function specOf({ spec }: Tree): Tree {
  return isTree(spec) ? spec : {};
}

/** The part of a cluster object that identifies it in the repository. */
export function treeOf({
  apiVersion,
  kind,
  namespace,
  name,
}: Pick<OwnedObject, 'apiVersion' | 'kind' | 'namespace' | 'name'>): Tree {
  return { apiVersion, kind, metadata: { namespace, name } };
}
