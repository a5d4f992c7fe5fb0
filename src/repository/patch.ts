import { load, YAMLException } from 'js-yaml';
import { applyPatch as applyOperations, type Operation } from 'rfc6902';
import { isTree, type Tree } from '../tree.js';

/** The target of a patch. As in kustomize, names and kinds are anchored regular expressions. */
export interface PatchTarget {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly annotationSelector?: string;
}

/** A patch of a kustomization or Flux Kustomization: a strategic merge or a list of JSON 6902 operations. */
export interface Patch {
  readonly target: PatchTarget | undefined;
  readonly change: Tree | readonly Operation[];
  /** The file that contains it, relative to the top of the repository. */
  readonly file: string;
}

/**
 * Reads one entry of `patches:`.
 *
 * @param entry `{ patch, path, target }`.
 * @param file The file that contains it.
 * @param read Reads the file that `path` names.
 * @returns The patches: one per document, none if the text can't be parsed.
 */
export function toPatches(entry: unknown, file: string, read: (path: string) => string | undefined): Patch[] {
  if (!isTree(entry)) return [];
  const { patch, path } = entry;
  const text = typeof patch === 'string' ? patch : typeof path === 'string' ? read(path) : undefined;
  if (text === undefined) return [];
  const target = isTree(entry['target']) ? (entry['target'] as PatchTarget) : undefined;
  return documents(text).flatMap((change): Patch[] => {
    if (Array.isArray(change)) return target ? [{ target, change: change as Operation[], file }] : [];
    return isTree(change) ? [{ target, change, file }] : [];
  });
}

function documents(text: string): unknown[] {
  return text.split(/^---(?=\s|$)/m).flatMap((document) => {
    try {
      return [load(document)];
    } catch (error) {
      // `load` also refuses an empty document.
      if (error instanceof YAMLException) return [];
      throw error;
    }
  });
}

/**
 * Applies the patches that are meant for an object, in their order; the object itself is left as it is.
 *
 * @returns undefined when one of them deletes it.
 */
export function patched(object: Tree, patches: readonly Patch[]): Tree | undefined {
  return patches
    .filter((patch) => isFor(patch, object))
    .reduce<Tree | undefined>((result, { change }) => {
      if (result === undefined) return undefined;
      if (!Array.isArray(change)) return merge(result, withoutIdentity(change as Tree)) as Tree | undefined;
      const copy = structuredClone(result);
      // kustomize fails on an operation that does not apply; predicting its errors is not our job.
      return applyOperations(copy, change).some((error) => error !== null) ? result : copy;
    }, object);
}

/** Whether a patch targets an object: by its `target`, else by the identity in the patch. */
export function isFor({ target, change }: Patch, object: Tree): boolean {
  const metadata = isTree(object['metadata']) ? object['metadata'] : {};
  const [version = '', group = ''] = String(object['apiVersion'] ?? '')
    .split('/')
    .reverse();
  if (target) {
    return (
      matches(target.group, group) &&
      matches(target.version, version) &&
      matches(target.kind, String(object['kind'] ?? '')) &&
      matches(target.name, String(metadata['name'] ?? '')) &&
      matches(target.namespace, String(metadata['namespace'] ?? '')) &&
      selects(target.labelSelector, metadata['labels']) &&
      selects(target.annotationSelector, metadata['annotations'])
    );
  }
  if (Array.isArray(change)) return false;
  const { apiVersion, kind, metadata: own } = change as Tree;
  return (
    apiVersion === object['apiVersion'] &&
    kind === object['kind'] &&
    isTree(own) &&
    own['name'] === metadata['name'] &&
    own['namespace'] === metadata['namespace']
  );
}

function matches(pattern: string | undefined, text: string): boolean {
  if (pattern === undefined || pattern === '') return true;
  try {
    return new RegExp(`^(?:${pattern})$`).test(text);
  } catch {
    return pattern === text;
  }
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
function selects(selector: string | undefined, labels: unknown): boolean {
  if (!selector) return true;
  const there = isTree(labels) ? labels : {};
  return selector.split(/,(?![^(]*\))/).every((part) => {
    const [, key = '', operator = '', list = ''] =
      /^\s*(\S+)\s+(in|notin)\s+\(([^)]*)\)\s*$/.exec(part) ?? [];
    if (operator) {
      const found = list.split(',').some((value) => value.trim() === there[key]);
      return operator === 'in' ? found : !found;
    }
    const [, name = '', sign = '', value = ''] = /^\s*([^=!\s]+)\s*(==|=|!=)\s*(.*?)\s*$/.exec(part) ?? [];
    if (sign) return (there[name] === value) === (sign !== '!=');
    const wanted = part.trim();
    return wanted.startsWith('!') ? !(wanted.slice(1) in there) : wanted in there;
  });
}

/** A strategic merge uses name and namespace only to find its target; kustomize keeps those of the object. */
function withoutIdentity({ apiVersion: _version, kind: _kind, ...change }: Tree): Tree {
  if (!isTree(change['metadata'])) return change;
  const { name: _name, namespace: _namespace, ...metadata } = change['metadata'];
  return { ...change, metadata };
}

/** A strategic merge on a custom resource: mappings merge, everything else is replaced, null deletes. */
function merge(value: unknown, change: unknown): unknown {
  if (!isTree(change)) return change;
  const { $patch: directive, ...fields } = change;
  if (directive === 'delete') return undefined;
  if (directive === 'replace' || !isTree(value)) return withoutNulls(fields);
  const result: Record<string, unknown> = { ...value };
  for (const [key, inner] of Object.entries(fields)) {
    const merged = inner === null ? undefined : merge(result[key], inner);
    if (merged === undefined) delete result[key];
    else result[key] = merged;
  }
  return result;
}

function withoutNulls(tree: Tree): Tree {
  return Object.fromEntries(
    Object.entries(tree)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, isTree(value) ? withoutNulls(value) : value]),
  );
}
