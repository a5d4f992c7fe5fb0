import { posix } from 'node:path';
import { escapeRegExp } from '../regexp.js';
import { isTree, metadataOf, type Tree } from '../tree.js';
import { type Patch, patched, toPatches } from './patch.js';
import type { FileBytes } from './read.js';

/**
 * What one kustomization, or the Flux Kustomization around it, does to everything that it builds. Flux's variables
 * (`${NAME}`) are kept as written.
 */
export interface Step {
  /** The file that contains it, relative to the top of the repository. */
  readonly file: string;
  /** undefined keeps the namespace. */
  readonly namespace: string | undefined;
  readonly prefix: string;
  readonly suffix: string;
  readonly patches: readonly Patch[];
}

/** A kustomization.yaml. */
export interface Kustomization extends Step {
  /** Its folder, '.' for the top. */
  readonly folder: string;
  /** Paths of files and folders that it lists, relative to the top. */
  readonly resources: ReadonlySet<string>;
  readonly components: readonly string[];
  /** Files that it reads and that are not objects: patches and inputs of generators. */
  readonly inputs: ReadonlySet<string>;
  /** Secrets that it generates without a hash suffix; one with a hash can't clash. */
  readonly secrets: readonly { readonly name: string; readonly namespace: string | undefined }[];
  /** Files that its secretGenerators read. */
  readonly secretInputs: readonly string[];
}

/** Reads another file of the repository as text; undefined if it does not exist. */
export type ReadText = (file: string) => string | undefined;

/** Whether a file is a kustomization.yaml, by its name. */
export function isKustomizationFile(file: string): boolean {
  return ['kustomization.yaml', 'kustomization.yml', 'Kustomization'].includes(posix.basename(file));
}

/** The value, if it is a string that SOPS did not encrypt. */
export function plainText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' && !value.startsWith('ENC[') ? value : undefined;
}

/** Whether a string contains a variable that Flux substitutes. */
export function isSubstituted(text: string): boolean {
  return text.includes('${');
}

/** Whether a name or namespace can become the wanted one, after any substitution by Flux. */
export function fits(written: string, wanted: string): boolean {
  if (!isSubstituted(written)) return written === wanted;
  const parts = written.split(/\$\{[^}]*\}?/).map(escapeRegExp);
  return new RegExp(`^${parts.join('.*')}$`).test(wanted);
}

/** Reads a kustomization.yaml. */
export function toKustomization(file: string, tree: Tree, read: ReadText): Kustomization {
  const folder = posix.dirname(file);
  const paths = (value: unknown) => texts(value).map((path) => below(folder, path));
  const noHash = (options: unknown) => isTree(options) && options['disableNameSuffixHash'] === true;
  const generators = ['secretGenerator', 'configMapGenerator'].map((field) => trees(tree[field]));
  const inputsOf = (list: readonly Tree[]) =>
    list.flatMap(({ files, envs, env }) =>
      // `key=file`, or just the file.
      paths([files, envs, env].flat().map((input) => String(input ?? '').replace(/^[^=]*=/, ''))),
    );
  const [secretGenerators = []] = generators;
  const patches = ['patches', 'patchesStrategicMerge', 'patchesJson6902'].flatMap((field) =>
    Array.isArray(tree[field]) ? tree[field] : [],
  );
  const patchFiles = patches.flatMap((patch) =>
    paths([typeof patch === 'string' && !patch.includes('\n') ? patch : isTree(patch) ? patch['path'] : '']),
  );
  return {
    file,
    folder,
    namespace: plainText(tree['namespace']),
    prefix: plainText(tree['namePrefix']) ?? '',
    suffix: plainText(tree['nameSuffix']) ?? '',
    patches: patches.flatMap((patch) =>
      toPatches(
        typeof patch === 'string' ? (patch.includes('\n') ? { patch } : { path: patch }) : patch,
        file,
        (path) => read(below(folder, path)),
      ),
    ),
    resources: new Set([...paths(tree['resources']), ...paths(tree['bases'])]),
    components: paths(tree['components']),
    inputs: new Set([...patchFiles, ...inputsOf(generators.flat())]),
    secrets: secretGenerators
      .filter(({ options }) => noHash(options) || noHash(tree['generatorOptions']))
      .map(({ name, namespace }) => ({ name: String(name), namespace: plainText(namespace) })),
    secretInputs: inputsOf(secretGenerators),
  };
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string' && one !== '') : [];
}

/** The mappings of a list. */
export function trees(value: unknown): Tree[] {
  return Array.isArray(value) ? value.filter(isTree) : [];
}

/** `apiVersion` without the version; '' for the core group. */
export function groupOf({ apiVersion }: Tree): string {
  const text = String(apiVersion ?? '');
  return text.includes('/') ? text.slice(0, text.indexOf('/')) : '';
}

/** Kinds to whose names kustomize adds no prefix or suffix. */
const fixedNames = new Set(['Namespace', 'CustomResourceDefinition', 'APIService']);

/** Whether a step changes nothing. */
export function doesNothing({ namespace, prefix, suffix, patches }: Step): boolean {
  return namespace === undefined && prefix === '' && suffix === '' && patches.length === 0;
}

/** What a step makes of an object; undefined when a patch deletes it. */
export function afterStep(object: Tree, { namespace, prefix, suffix, patches }: Step): Tree | undefined {
  const changed = patches.length > 0 ? patched(object, patches) : object;
  if (changed === undefined) return undefined;
  if (namespace === undefined && prefix === '' && suffix === '') return changed;
  const metadata = metadataOf(changed);
  const name = plainText(metadata['name']);
  if (changed['kind'] === 'Namespace') {
    return { ...changed, metadata: { ...metadata, name: namespace ?? name } };
  }
  const around = fixedNames.has(String(changed['kind'])) || name === undefined;
  return {
    ...changed,
    metadata: {
      ...metadata,
      ...(!around && { name: `${prefix}${name}${suffix}` }),
      ...(namespace !== undefined && { namespace }),
    },
  };
}

/** Every word in a kustomization.yaml, resolved as a path: a superset of what it lists. */
export function nodesIn({ file, bytes }: FileBytes): string[] {
  const folder = posix.dirname(file);
  const words = bytes.toString('utf8').match(/[^\s,[\]{}"']+/g) ?? [];
  const paths = words
    .filter((word) => !word.endsWith(':'))
    // `key=file` of a generator.
    .flatMap((word) => (word.includes('=') ? [word, word.replace(/^[^=]*=/, '')] : [word]))
    .map((word) => below(folder, word));
  return [...new Set(paths)];
}

/** A path in a folder's kustomization.yaml, made relative to the top. */
export function below(folder: string, path: string): string {
  const plain = folder !== '.' && /^[^./]/.test(path) && !/\/\.{0,2}(\/|$)/.test(path);
  return plain ? `${folder}/${path}` : posix.join(folder, path).replace(/(.)\/$/, '$1');
}

/** `./apps/`, `/apps` and `apps` are the same folder to Flux; '.' is the top. */
export function normalPath(path: string): string {
  return (
    posix
      .join('.', path)
      .replace(/^\/+/, '')
      .replace(/(.)\/$/, '$1') || '.'
  );
}
