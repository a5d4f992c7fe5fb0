import { isTree, type Tree } from '../tree.js';

/** Values that a Flux Kustomization gives variables in its own text (`postBuild.substitute`). */
export type Variables = ReadonlyMap<string, string>;

/** Reads `spec.postBuild.substitute` of a Flux Kustomization. */
export function variablesOf(spec: Tree): Variables {
  const postBuild = isTree(spec['postBuild']) ? spec['postBuild'] : {};
  const values = isTree(postBuild['substitute']) ? postBuild['substitute'] : {};
  return new Map(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

/**
 * Puts the known values into an object; a variable whose value is elsewhere (`substituteFrom`) stays as it is
 * written. Flux leaves an object alone whose annotation or label says so.
 * https://fluxcd.io/flux/components/kustomize/kustomizations/#post-build-variable-substitution
 */
export function substituted(object: Tree, variables: Variables): Tree {
  if (variables.size === 0 || isLeftAlone(object)) return object;
  return inEvery(object, variables) as Tree;
}

function inEvery(value: unknown, variables: Variables): unknown {
  if (typeof value === 'string') return value.includes('${') ? inText(value, variables) : value;
  if (Array.isArray(value)) return value.map((one) => inEvery(one, variables));
  if (!isTree(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inEvery(one, variables)]));
}

function inText(text: string, variables: Variables): string {
  return text.replace(
    /(?<!\$)\$\{([A-Za-z_]\w*)(?::?[-=]([^}$]*))?\}/g,
    (written, name: string) => variables.get(name) ?? written,
  );
}

/** Name and value of the annotation, or label, with which Flux substitutes nothing in an object. */
export const leaveAlone = { key: 'kustomize.toolkit.fluxcd.io/substitute', value: 'disabled' } as const;

function isLeftAlone({ metadata }: Tree): boolean {
  if (!isTree(metadata)) return false;
  return [metadata['annotations'], metadata['labels']].some(
    (there) => isTree(there) && there[leaveAlone.key] === leaveAlone.value,
  );
}
