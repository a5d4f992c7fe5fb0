import { posix } from 'node:path';
import { escapeRegExp } from '../regexp.js';
import { isTree, type Tree } from '../tree.js';
import type { FileBytes } from './read.js';

/**
 * What kustomize or Flux does to the names of all that it builds. What Flux substitutes (`${NAME}`) is kept
 * as it is written.
 */
export interface Renaming {
  /** undefined leaves the namespace as it is. */
  readonly namespace: string | undefined;
  readonly prefix: string;
  readonly suffix: string;
}

/** A kustomization.yaml. */
export interface Kustomization extends Renaming {
  readonly file: string;
  /** Its folder, '.' for the top. */
  readonly folder: string;
  /** Whether it may give what it builds a `spec.decryption`: a patch does, or is in a file of its own. */
  readonly mayDecrypt: boolean;
  /** Paths of files and folders that it lists, relative to the top. */
  readonly resources: ReadonlySet<string>;
  readonly components: readonly string[];
  /** Secrets that it generates under a name that is known: one with a hash can't be another's name. */
  readonly secrets: readonly { readonly name: string; readonly namespace: string | undefined }[];
  /** Files that its secretGenerators read, relative to the top. */
  readonly inputs: readonly string[];
}

/** A Flux Kustomization. */
export interface FluxKustomization extends Renaming {
  readonly file: string;
  readonly name: string;
  readonly ownNamespace: string | undefined;
  /** The folder that it builds, relative to the top; '.' for the top. */
  readonly path: string;
  /** Whether it has a `decryption`. */
  readonly decrypts: boolean;
  /** Whether a patch of it may give Flux Kustomizations that it builds a `decryption`. */
  readonly mayDecrypt: boolean;
  /** The Flux Kustomizations that it waits for. */
  readonly dependsOn: readonly { readonly name: string; readonly namespace: string | undefined }[];
}

/** Whether patches may add a `decryption`: one says so, or is in a file of its own. */
function mayDecrypt(patches: unknown): boolean {
  return /decryption|"path"/.test(JSON.stringify(patches) ?? '');
}

/** A Secret's name and namespace; `${NAME}` in it stands for anything. */
export interface Place {
  readonly name: string;
  /** undefined where nothing says it. */
  readonly namespace: string | undefined;
  /** Whether no prefix or suffix is put around the name: it is not that of the object itself. */
  readonly nameStays?: true;
}

/** Whether a file is one that kustomize takes for its instructions. */
export function isKustomizationFile(file: string): boolean {
  return ['kustomization.yaml', 'kustomization.yml', 'Kustomization'].includes(posix.basename(file));
}

/** A string in the tree that SOPS did not encrypt. */
export function plainText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && !value.startsWith('ENC[') ? value : undefined;
}

/** Whether a name, or a part of one, is what Flux substitutes. */
export function isSubstituted(text: string): boolean {
  return text.includes('${');
}

/** Whether a name or namespace can be the wanted one, whatever Flux substitutes in it. */
export function fits(written: string, wanted: string): boolean {
  if (!isSubstituted(written)) return written === wanted;
  const parts = written.split(/\$\{[^}]*\}?/).map(escapeRegExp);
  return new RegExp(`^${parts.join('.*')}$`).test(wanted);
}

/** Reads the part of a kustomization.yaml that decides on Secrets' names. */
export function toKustomization(file: string, tree: Tree): Kustomization {
  const folder = posix.dirname(file);
  const paths = (value: unknown) =>
    (Array.isArray(value) ? value : [])
      .filter((path) => typeof path === 'string')
      .map((path) => below(folder, path));
  const noHash = (options: unknown) => isTree(options) && options['disableNameSuffixHash'] === true;
  const generators = Array.isArray(tree['secretGenerator']) ? tree['secretGenerator'].filter(isTree) : [];
  return {
    file,
    folder,
    ...renaming(tree, 'namespace'),
    mayDecrypt: mayDecrypt([tree['patches'], tree['patchesStrategicMerge'], tree['patchesJson6902']]),
    resources: new Set([...paths(tree['resources']), ...paths(tree['bases'])]),
    components: paths(tree['components']),
    secrets: generators
      .filter(({ options }) => noHash(options) || noHash(tree['generatorOptions']))
      .map(({ name, namespace }) => ({ name: String(name), namespace: plainText(namespace) })),
    inputs: generators.flatMap(({ files, envs, env }) =>
      // `key=file`, or the file alone.
      paths([files, envs, env].flat().map((input) => String(input ?? '').replace(/^[^=]*=/, ''))),
    ),
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
  const dependsOn = Array.isArray(spec['dependsOn']) ? spec['dependsOn'].filter(isTree) : [];
  return {
    file,
    name: String(metadata['name']),
    ownNamespace: plainText(metadata['namespace']),
    path: normalPath(plainText(spec['path']) ?? '.'),
    decrypts: isTree(spec['decryption']) && spec['decryption']['provider'] === 'sops',
    mayDecrypt: mayDecrypt(spec['patches']),
    dependsOn: dependsOn.map(({ name, namespace }) => ({
      name: String(name),
      namespace: plainText(namespace),
    })),
    ...renaming(spec, 'targetNamespace'),
  };
}

/** Every word of a kustomization.yaml, as the file or folder that it would be: what it lists is among them. */
export function nodesIn({ file, bytes }: FileBytes): string[] {
  const folder = posix.dirname(file);
  const words = bytes.toString('utf8').match(/[^\s,[\]{}"']+/g) ?? [];
  const paths = words.filter((word) => !word.endsWith(':')).map((word) => below(folder, word));
  return [...new Set(paths)];
}

/** A path as a kustomization in a folder writes it, relative to the top. */
function below(folder: string, path: string): string {
  const plain = folder !== '.' && /^[^./]/.test(path) && !/\/\.{0,2}(\/|$)/.test(path);
  return plain ? `${folder}/${path}` : posix.join(folder, path).replace(/(.)\/$/, '$1');
}

/** `./apps/`, `/apps` and `apps` are one folder to Flux; '.' is the top. */
export function normalPath(path: string): string {
  return (
    posix
      .join('.', path)
      .replace(/^\/+/, '')
      .replace(/(.)\/$/, '$1') || '.'
  );
}
