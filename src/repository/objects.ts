import { escapeRegExp } from '../regexp.js';
import { metadataOf, type Tree } from '../tree.js';
import type { RepositoryFiles } from './files.js';
import { groupOf, isKustomizationFile } from './kustomize.js';
import type { FluxModel, Way } from './model.js';

/** An object in the repository, as the cluster gets it. */
export interface FoundObject {
  /** The file, relative to the top of the repository. */
  readonly file: string;
  readonly object: Tree;
  readonly way: Way;
}

/** A string that identifies an object in a cluster: group, kind, namespace and name. */
export function identity(object: Tree): string {
  const { namespace, name } = metadataOf(object);
  const scope = clusterScoped.has(String(object['kind'])) ? '' : `${String(namespace ?? '')}/`;
  return `${groupOf(object)} ${String(object['kind'])} ${scope}${String(name)}`;
}

/** Namespace and name of a namespaced object: `media/radarr`. */
export function namespacedName(object: Tree): string {
  const { namespace, name } = metadataOf(object);
  return `${String(namespace)}/${String(name)}`;
}

/** Cluster-scoped kinds that this project uses. */
const clusterScoped = new Set([
  'ClusterRole',
  'ClusterRoleBinding',
  'ClusterSecretStore',
  'Namespace',
  'CustomResourceDefinition',
]);

/**
 * Objects that Flux applies from elsewhere in the repository and that this project also creates.
 *
 * @param ours The objects of this project.
 * @param isElsewhere Whether a way leads into another cluster.
 * @returns The objects with the same kind, namespace and name, by the identity of ours.
 */
export function sameObjects(
  files: RepositoryFiles,
  model: FluxModel,
  ours: readonly Tree[],
  isElsewhere: (way: Way) => boolean,
): ReadonlyMap<string, readonly FoundObject[]> {
  const wanted = new Map(ours.map((object) => [identity(object), [] as FoundObject[]]));
  const kinds = new Set(ours.map((object) => String(object['kind'])));
  const names = [...new Set(ours.map((object) => String(metadataOf(object)['name'])))];
  const named = new RegExp(
    `\\bname["']?\\s*:\\s*(&\\S+\\s+)?["']?(${names.map(escapeRegExp).join('|')})["']?\\s*([,}#\\r\\n]|$)`,
    'm',
  );
  for (const file of files.picked) {
    if (isKustomizationFile(file.file)) continue;
    const text = file.bytes.toString('latin1');
    // kustomize may rename a Namespace.
    if (![...kinds].some((kind) => text.includes(kind))) continue;
    if (!named.test(text) && !/\bkind["']?\s*:\s*["']?Namespace\b/.test(text) && !text.includes('${'))
      continue;
    if (model.isDead(file.file) || model.isInput(file.file)) continue;
    for (const object of files.parse(file, 'may hold an object of a name that this project uses')) {
      if (!kinds.has(String(object['kind']))) continue;
      for (const way of model.likelyWays(file.file)) {
        const end = model.atEnd(object, way);
        if (end && !isElsewhere(way)) wanted.get(identity(end))?.push({ file: file.file, object: end, way });
      }
    }
  }
  return wanted;
}

/**
 * Namespaces that no file in the repository creates or mentions. None if no file creates any namespace, because they
 * then come from elsewhere, or if Flux's roots are unknown.
 */
export function unknownNamespaces(
  files: RepositoryFiles,
  model: FluxModel,
  names: readonly string[],
): ReadonlySet<string> {
  const unknown = new Set(names);
  if (!model.hasRoots) return new Set();
  let makesAny = false;
  for (const file of files.picked) {
    const text = file.bytes.toString('latin1');
    makesAny ||= /^\s*["']?kind["']?\s*:\s*["']?Namespace\b/m.test(text) && !model.isDead(file.file);
    for (const [, name = ''] of text.matchAll(
      /(?:\bname|namespace)["']?\s*:\s*(?:&\S+\s+)?["']?([a-z0-9-]+)/gi,
    ))
      unknown.delete(name);
  }
  return makesAny ? unknown : new Set();
}
