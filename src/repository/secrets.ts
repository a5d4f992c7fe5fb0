import type { Problem } from '../errors.js';
import { isTree, type Tree } from '../tree.js';
import { hasSops, type RepositoryFiles } from './files.js';
import { isKustomizationFile, plainText } from './kustomize.js';
import type { Placement } from './placement.js';

/** Something in the repository that makes a Secret. */
export interface FoundSecret {
  /** The file, relative to the top of the repository. */
  readonly file: string;
  readonly kind: 'SOPS' | 'Secret' | 'ExternalSecret' | 'secretGenerator';
  readonly name: string;
  /** undefined when nothing in the repository says it. */
  readonly namespace: string | undefined;
}

/**
 * Looks for what makes a Secret of one of these names. A file is parsed when it holds such a name, or SOPS.
 *
 * @param names Names of the app secrets.
 * @returns The Secrets with the namespaces where they end up, and warnings about names that can't be read.
 */
export function findSecrets(
  files: RepositoryFiles,
  placement: Placement,
  names: readonly string[],
): { secrets: FoundSecret[]; warnings: Problem[] } {
  const warnings: Problem[] = [];
  const wanted = new Set(names);
  const around = ['namePrefix', 'nameSuffix'].map((field) => placement.holding(field));
  const within = stripped(
    names,
    around.flatMap(({ kustomizations, flux }) => [...kustomizations, ...flux]),
  );

  const secrets: FoundSecret[] = [];
  const add = (node: string, one: FoundSecret) => {
    for (const place of placement.placesOf(node, one)) {
      if (wanted.has(place.name)) secrets.push({ ...one, ...place });
    }
  };
  for (const { folder, file, secrets: made } of placement.holding('secretGenerator').kustomizations) {
    for (const one of made) if (within.has(one.name)) add(folder, { file, kind: 'secretGenerator', ...one });
  }
  for (const file of files.picked) {
    if (isKustomizationFile(file.file)) continue;
    const sops = hasSops(file);
    if (!sops && !(file.bytes.includes('Secret') && [...within].some((name) => file.bytes.includes(name))))
      continue;
    for (const tree of files.parse(file, sops ? 'is encrypted with SOPS' : 'names a Secret')) {
      const secret = toSecret(file.file, tree);
      if (secret === undefined) continue;
      if ('what' in secret) warnings.push(secret);
      else if (within.has(secret.name)) add(file.file, secret);
    }
  }
  const unique = new Map(secrets.map((one) => [JSON.stringify(one), one]));
  return { secrets: [...unique.values()], warnings };
}

/** The names, and what they can be before prefixes and suffixes are put around them. */
function stripped(
  names: readonly string[],
  around: readonly { prefix: string; suffix: string }[],
): Set<string> {
  const all = new Set(names);
  for (const name of all) {
    for (const { prefix, suffix } of around) {
      if (prefix && name.startsWith(prefix) && name !== prefix) all.add(name.slice(prefix.length));
      if (suffix && name.endsWith(suffix) && name !== suffix) all.add(name.slice(0, -suffix.length));
    }
  }
  return all;
}

/** The Secret that a document is or makes; a warning when its name can't be read. */
function toSecret(file: string, tree: Tree): FoundSecret | Problem | undefined {
  const metadata = isTree(tree['metadata']) ? tree['metadata'] : {};
  const namespace = plainText(metadata['namespace']);
  if (tree['kind'] === 'ExternalSecret') {
    const spec = isTree(tree['spec']) ? tree['spec'] : {};
    const target = isTree(spec['target']) ? spec['target'] : {};
    const name = plainText(target['name']) ?? plainText(metadata['name']);
    return name === undefined ? undefined : { file, kind: 'ExternalSecret', name, namespace };
  }
  if (tree['kind'] !== 'Secret') return undefined;
  const encrypted = isTree(tree['sops']);
  const name = plainText(metadata['name']);
  if (name !== undefined) return { file, kind: encrypted ? 'SOPS' : 'Secret', name, namespace };
  if (!encrypted) return undefined;
  return {
    where: file,
    what: "holds a SOPS-encrypted Secret whose metadata.name can't be read",
    todo: 'encrypt only data and stringData, and see that no app secret has its name',
  };
}
