import { ApiObject, type Chart } from 'cdk8s';
import { load } from 'js-yaml';
import { originOf } from '../../beside/first-line.js';
import type { OwnedObject, OwnedObjects } from '../../cluster/flux-owned.js';
import type { AfterPush, Holder } from '../../cluster/prune-effects.js';
import { operatorRelease } from '../../constructs/external-secrets-release.js';
import { OperatorError } from '../../errors.js';
import { deliveryOf } from '../../guards/delivery.js';
import { nameIn } from '../../platform/context.js';
import { isExisting } from '../../platform/existing.js';
import type { Project } from '../../platform/project.js';
import { git } from '../../repository/git.js';
import { identity } from '../../repository/objects.js';
import { isTree, metadataOf, type Tree } from '../../tree.js';

/**
 * What Flux would do with the cluster's objects after a push of the working tree.
 *
 * @throws OperatorError if nothing in the repository says what Flux applies.
 */
export function afterPush(project: Project, cluster: OwnedObjects): AfterPush {
  const { objects } = cluster;
  const { platform, settings, view, beside } = project;
  const { namespace } = settings.flux;
  if (!view.model.hasRoots) {
    throw new OperatorError([
      {
        where: view.dist,
        what: 'is in a repository that does not show what Flux applies, so what a push deletes is unknown',
        todo: 'run it where the Flux Kustomization or the FluxInstance that Flux was bootstrapped with is committed',
      },
    ]);
  }
  const own = new Map<string, Holder[]>();
  const add = (json: Tree, name: string) => {
    own.set(identity(json), [...(own.get(identity(json)) ?? []), { name, namespace, spec: specOf(json) }]);
  };
  for (const unit of platform.units) {
    for (const object of objectsIn(unit)) {
      if (object !== unit.kustomization) add(object.toJson(), unit.unitName);
    }
    // The bootstrap Secret is a file; SOPS leaves its metadata readable.
    for (const { content } of unit.rawFiles) {
      const object = load(content.toString('utf8'));
      if (isTree(object)) add(object, unit.unitName);
    }
  }
  for (const [file, content] of beside.files) {
    const object = load(content.toString('utf8')) as Tree;
    const named = { ...object, metadata: { ...metadataOf(object), namespace: originOf(content)?.namespace } };
    const holders = beside
      .builtBy(file)
      .map((by) => ({ name: by.name, namespace: by.namespace, spec: specOf(object) }));
    own.set(identity(named), [...(own.get(identity(named)) ?? []), ...holders]);
  }
  const [entry] = deliveryOf(project).by;
  for (const object of platform.namespace ? objectsIn(platform.namespace) : []) {
    add(object.toJson(), entry?.name ?? nameIn(settings, 'cluster-secrets'));
  }
  const trees = new Map(objects.map((object) => [object, treeOf(object)]));
  const theirs = view.sameObjects([...trees.values()]);
  const units = new Map(platform.units.map((unit) => [unit.unitName, specOf(unit.kustomization.toJson())]));
  const touched = touchedBy(view.files.top, appliedRevision(cluster, project));
  return {
    holders(object) {
      const id = identity(trees.get(object) ?? {});
      const others = (theirs.get(id) ?? []).flatMap(({ object: found, way: { by } }) =>
        by ? [{ name: by.name, namespace: by.namespace, spec: specOf(found) }] : [],
      );
      return [...(own.get(id) ?? []), ...others];
    },
    kustomization: (one) =>
      (one.namespace === namespace ? units.get(one.name) : undefined) ??
      [
        ...view.fluxNamed(one.name, one.namespace),
        ...view.model.roots.filter(({ name }) => name === one.name),
      ][0]?.spec,
    touches: (name) => touched.some((text) => text.includes(name)),
    operators: [
      ...view.operatorReleases().map(({ object }) => placeOf(object)),
      ...(isExisting(settings.externalSecrets) ? [] : [`${settings.namespace}/${operatorRelease}`]),
    ],
  };
}

/** The current content of the files that the push changes or deletes. */
function touchedBy(top: string, revision: string): string[] {
  const names = git(top, ['diff', '--name-only', '--no-renames', '-z', revision]).toString('utf8');
  return names.split('\0').flatMap((file) => {
    if (file === '') return [];
    try {
      return [git(top, ['show', `${revision}:${file}`]).toString('latin1')];
    } catch {
      // A new file.
      return [];
    }
  });
}

/** The commit that Flux last applied, if git has it; otherwise HEAD. */
function appliedRevision({ kustomizations }: OwnedObjects, { view }: Project): string {
  const revisions = [...kustomizations.values()].flatMap(({ status }) => {
    const [, sha] = /sha1:([0-9a-f]{40})$/.exec(String(status?.lastAppliedRevision)) ?? [];
    return sha === undefined ? [] : [sha];
  });
  const isThere = (sha: string) => {
    try {
      return git(view.files.top, ['cat-file', '-t', sha]).toString('utf8').trim() === 'commit';
    } catch {
      return false;
    }
  };
  return [...new Set(revisions)].find(isThere) ?? 'HEAD';
}

/** The objects of a chart. */
export function objectsIn(chart: Chart): ApiObject[] {
  return chart.node.findAll().filter(ApiObject.isApiObject);
}

/** The spec of an object. */
export function specOf({ spec }: Tree): Tree {
  return isTree(spec) ? spec : {};
}

/** The part of a cluster object that identifies it in the repository. */
export function treeOf({ apiVersion, kind, namespace, name }: OwnedObject): Tree {
  return { apiVersion, kind, metadata: { namespace, name } };
}

function placeOf(object: Tree): string {
  const { namespace, name } = metadataOf(object);
  return `${String(namespace)}/${String(name)}`;
}
