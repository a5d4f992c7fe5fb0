import { posix } from 'node:path';
import { isTree, type Tree } from '../tree.js';

/** What kustomize or Flux does to the names of all that it builds. */
export interface Renaming {
  readonly namespace: string | undefined;
  readonly prefix: string;
  readonly suffix: string;
}

/** A kustomization.yaml. */
export interface Kustomization extends Renaming {
  readonly file: string;
  /** Its folder, '.' for the top. */
  readonly folder: string;
  /** Paths of files and folders that it lists, relative to the top. */
  readonly resources: ReadonlySet<string>;
  readonly components: readonly string[];
  /** Secrets that it generates under a name that is known: one with a hash can't be another's name. */
  readonly secrets: readonly { readonly name: string; readonly namespace: string | undefined }[];
}

/** A Flux Kustomization. */
export interface FluxKustomization extends Renaming {
  readonly file: string;
  readonly name: string;
  readonly ownNamespace: string | undefined;
  /** The folder that it builds, relative to the top; '.' for the top. */
  readonly path: string;
}

/** A Secret's name and namespace; undefined where it can't be known. */
export interface Place {
  readonly name: string;
  readonly namespace: string | undefined;
}

/** Whether a file is one that kustomize takes for its instructions. */
export function isKustomizationFile(file: string): boolean {
  return ['kustomization.yaml', 'kustomization.yml', 'Kustomization'].includes(posix.basename(file));
}

/** A string in the tree that neither SOPS encrypted nor Flux substitutes. */
export function plainText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && !/^ENC\[|\$\{/.test(value) ? value : undefined;
}

/** Reads the part of a kustomization.yaml that decides on Secrets' names. */
export function toKustomization(file: string, tree: Tree): Kustomization {
  const folder = posix.dirname(file);
  const paths = (value: unknown) =>
    (Array.isArray(value) ? value : [])
      .filter((path) => typeof path === 'string')
      .map((path) => posix.join(folder, path).replace(/\/$/, ''));
  const noHash = (options: unknown) => isTree(options) && options['disableNameSuffixHash'] === true;
  const generators = Array.isArray(tree['secretGenerator']) ? tree['secretGenerator'].filter(isTree) : [];
  return {
    file,
    folder,
    ...renaming(tree, 'namespace'),
    resources: new Set([...paths(tree['resources']), ...paths(tree['bases'])]),
    components: paths(tree['components']),
    secrets: generators
      .filter(({ options }) => noHash(options) || noHash(tree['generatorOptions']))
      .map(({ name, namespace }) => ({ name: String(name), namespace: plainText(namespace) })),
  };
}

function renaming(tree: Tree, namespaceField: string): Renaming {
  return {
    namespace: plainText(tree[namespaceField]),
    prefix: plainText(tree['namePrefix']) ?? '',
    suffix: plainText(tree['nameSuffix']) ?? '',
  };
}

/** Reads a Flux Kustomization; undefined for another kind of object. */
export function toFluxKustomization(file: string, tree: Tree): FluxKustomization | undefined {
  const { apiVersion, kind, metadata, spec } = tree;
  if (kind !== 'Kustomization' || !String(apiVersion).startsWith('kustomize.toolkit.fluxcd.io/'))
    return undefined;
  if (!isTree(metadata) || !isTree(spec)) return undefined;
  return {
    file,
    name: String(metadata['name']),
    ownNamespace: plainText(metadata['namespace']),
    path: posix.join('.', plainText(spec['path']) ?? '.').replace(/(.)\/$/, '$1'),
    ...renaming(spec, 'targetNamespace'),
  };
}

/** What the rules of kustomize make of a name: the outermost namespace wins, prefixes add up outwards. */
function rename(place: Place, { namespace, prefix, suffix }: Renaming): Place {
  return { name: `${prefix}${place.name}${suffix}`, namespace: namespace ?? place.namespace };
}

/**
 * Works out where a Secret ends up: through every kustomization that lists its file, the kustomizations
 * that list those, and the Flux Kustomizations that build them. Patches that rename are not followed.
 */
export class Placement {
  private readonly byFolder: ReadonlyMap<string, Kustomization>;

  constructor(
    private readonly kustomizations: readonly Kustomization[],
    private readonly flux: readonly FluxKustomization[],
  ) {
    this.byFolder = new Map(kustomizations.map((one) => [one.folder, one]));
  }

  /** @param node A file or, for what a kustomization generates, its folder. */
  placesOf(node: string, place: Place): Place[] {
    const kustomization = this.byFolder.get(node);
    return kustomization
      ? this.afterBuild(kustomization, place, node, new Set())
      : this.outwards(node, place, new Set());
  }

  private afterBuild(
    kustomization: Kustomization,
    place: Place,
    from: string,
    seen: ReadonlySet<string>,
  ): Place[] {
    if (seen.has(kustomization.folder)) return [];
    let inner = place;
    for (const folder of kustomization.components) {
      const component = this.byFolder.get(folder);
      // What comes from the component itself was renamed there.
      if (component && folder !== from) inner = rename(inner, component);
    }
    const visited = new Set([...seen, kustomization.folder]);
    return this.outwards(kustomization.folder, rename(inner, kustomization), visited);
  }

  private outwards(node: string, place: Place, seen: ReadonlySet<string>): Place[] {
    const parents = this.kustomizations.filter(
      ({ resources, components }) => resources.has(node) || components.includes(node),
    );
    const flux = this.flux.filter((one) => this.builds(one, node));
    const places = [
      ...parents.flatMap((parent) => this.afterBuild(parent, place, node, seen)),
      ...flux.map((one) => rename(place, one)),
    ];
    return places.length > 0 ? places : [place];
  }

  /** Flux builds the kustomization of its folder or, where there is none, one over all that is below. */
  private builds({ path }: FluxKustomization, node: string): boolean {
    if (path === node) return true;
    if (this.byFolder.has(path) || !(path === '.' || node.startsWith(`${path}/`))) return false;
    let folder = posix.dirname(node);
    while (folder !== path && folder !== '.') {
      if (this.byFolder.has(folder)) return false;
      folder = posix.dirname(folder);
    }
    return true;
  }
}
