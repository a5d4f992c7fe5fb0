import type { Problem } from '../errors.js';
import { isTree, type Tree } from '../tree.js';
import { addTo, type RepositoryFiles } from './files.js';
import { fits, isKustomizationFile, isSubstituted, type Place, plainText } from './kustomize.js';
import type { Placement } from './placement.js';
import type { FileBytes } from './read.js';

/** A Secret that is asked about. */
export interface Wanted {
  readonly namespace: string;
  readonly name: string;
}

/** Something in the repository that makes a Secret that is asked about, or may do so. */
export interface FoundSecret extends Wanted {
  /** The file, relative to the top of the repository. */
  readonly file: string;
  readonly kind: 'SOPS' | 'Secret' | 'ExternalSecret' | 'secretGenerator';
  /** What of it is not known: nothing says it, or Flux substitutes it. */
  readonly unknown: 'name' | 'namespace' | undefined;
}

/** A Secret as a file has it, before kustomize and Flux. */
interface Made extends Place {
  readonly file: string;
  readonly kind: FoundSecret['kind'];
}

/**
 * Looks for what makes one of these Secrets. A file is parsed when it holds such a name, or SOPS.
 *
 * @param wanted The app secrets.
 * @returns What makes them, and warnings about what can't be read.
 */
export function findSecrets(
  files: RepositoryFiles,
  placement: Placement,
  wanted: readonly Wanted[],
): { secrets: FoundSecret[]; warnings: Problem[] } {
  const warnings: Problem[] = [];
  const around = ['namePrefix', 'nameSuffix'].map((field) => placement.holding(field));
  const names = innerNames(
    wanted.map(({ name }) => name),
    around.flatMap(({ kustomizations, flux }) => [...kustomizations, ...flux]),
  );
  const byName = new Map<string, Wanted[]>();
  for (const one of wanted) addTo(byName, one.name, one);
  const mayBe = (name: string) => isSubstituted(name) || names === 'any' || names.has(name);

  const secrets = new Map<string, FoundSecret>();
  const add = (node: string, { file, kind, ...made }: Made) => {
    if (!mayBe(made.name)) return;
    for (const place of placement.placesOf(node, made)) {
      const { name, namespace } = place;
      for (const one of isSubstituted(name) ? wanted : (byName.get(name) ?? [])) {
        if (!fits(name, one.name) || !(namespace === undefined || fits(namespace, one.namespace))) continue;
        const open = namespace === undefined || isSubstituted(namespace);
        const unknown = isSubstituted(name) ? 'name' : open ? 'namespace' : undefined;
        secrets.set(`${file} ${one.namespace}/${one.name}`, { ...one, file, kind, unknown });
      }
    }
  };
  for (const { folder, file, secrets: made } of placement.holding('secretGenerator').kustomizations) {
    for (const one of made) add(folder, { file, kind: 'secretGenerator', ...one });
  }
  for (const file of files.picked) {
    const sops = files.encrypted.has(file);
    if (isKustomizationFile(file.file) || !(sops || mayMake(file, names))) continue;
    const purpose = sops ? 'is encrypted with SOPS' : 'names a Secret';
    for (const tree of files.parse(file, purpose)) {
      const made = toSecret(file.file, tree);
      if (made && 'what' in made) warnings.push(made);
      else if (made) add(file.file, made);
    }
  }
  return { secrets: [...secrets.values()], warnings };
}

/** Whether the bytes of a file without SOPS are worth parsing. */
function mayMake(file: FileBytes, names: ReadonlySet<string> | 'any'): boolean {
  if (!file.bytes.includes('Secret')) return false;
  return names === 'any' || file.bytes.includes('${') || [...names].some((name) => file.bytes.includes(name));
}

/**
 * The names, and what they can be before prefixes and suffixes are put around them; any name, where Flux
 * substitutes one of those.
 */
function innerNames(
  names: readonly string[],
  around: readonly { prefix: string; suffix: string }[],
): Set<string> | 'any' {
  if (around.some(({ prefix, suffix }) => isSubstituted(prefix) || isSubstituted(suffix))) return 'any';
  // Looking for so many names in every file costs more than parsing it.
  if (names.length > 500) return 'any';
  const all = new Set(names);
  for (const name of all) {
    for (const { prefix, suffix } of around) {
      if (prefix && name.startsWith(prefix) && name !== prefix) all.add(name.slice(prefix.length));
      if (suffix && name.endsWith(suffix) && name !== suffix) all.add(name.slice(0, -suffix.length));
    }
  }
  return all;
}

/** The Secret that a document is or makes; a warning when SOPS hides what it is. */
function toSecret(file: string, tree: Tree): Made | Problem | undefined {
  const { kind } = tree;
  const metadata = isTree(tree['metadata']) ? tree['metadata'] : {};
  const spec = isTree(tree['spec']) ? tree['spec'] : {};
  const name = plainText(metadata['name']);
  const namespace = plainText(metadata['namespace']);
  if (kind === 'ExternalSecret') return targetOf(file, spec, name, namespace);
  if (kind === 'ClusterExternalSecret') {
    const inner = isTree(spec['externalSecretSpec']) ? spec['externalSecretSpec'] : {};
    return targetOf(file, inner, plainText(spec['externalSecretName']) ?? name, undefined);
  }
  const encrypted = isTree(tree['sops']);
  if (encrypted && typeof kind === 'string' && plainText(kind) === undefined) {
    const todo = 'encrypt only data and stringData, and see that no app secret has its name';
    return { where: file, what: "holds a SOPS-encrypted object whose kind can't be read", todo };
  }
  if (kind !== 'Secret') return undefined;
  if (name !== undefined) return { file, kind: encrypted ? 'SOPS' : 'Secret', name, namespace };
  if (!encrypted) return undefined;
  return {
    where: file,
    what: "holds a SOPS-encrypted Secret whose metadata.name can't be read",
    todo: 'encrypt only data and stringData, and see that no app secret has its name',
  };
}

/** The Secret of an ExternalSecret; kustomize does not rename what `target.name` says. */
function targetOf(
  file: string,
  spec: Tree,
  ownName: string | undefined,
  namespace: string | undefined,
): Made | undefined {
  const target = isTree(spec['target']) ? plainText(spec['target']['name']) : undefined;
  if (target !== undefined) return { file, kind: 'ExternalSecret', name: target, namespace, nameStays: true };
  return ownName === undefined ? undefined : { file, kind: 'ExternalSecret', name: ownName, namespace };
}
