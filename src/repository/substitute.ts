import { isTree, type Tree } from '../tree.js';

/** The variables that a Flux Kustomization defines itself (`postBuild.substitute`). */
export type Variables = ReadonlyMap<string, string>;

/** Reads `spec.postBuild.substitute` of a Flux Kustomization. */
export function variablesOf(spec: Tree): Variables {
  const postBuild = isTree(spec['postBuild']) ? spec['postBuild'] : {};
  const values = isTree(postBuild['substitute']) ? postBuild['substitute'] : {};
  return new Map(Object.entries(values).map(([name, value]) => [name, String(value)]));
}

/**
 * Substitutes the known variables in an object; those from elsewhere (`substituteFrom`) stay as written. Like Flux, it
 * skips an object whose annotation or label disables substitution.
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

/** The annotation or label that disables substitution in an object. */
export const leaveAlone = { key: 'kustomize.toolkit.fluxcd.io/substitute', value: 'disabled' } as const;

function isLeftAlone({ metadata }: Tree): boolean {
  if (!isTree(metadata)) return false;
  return [metadata['annotations'], metadata['labels']].some(
    (there) => isTree(there) && there[leaveAlone.key] === leaveAlone.value,
  );
}
