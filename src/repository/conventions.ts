import { isTree, type Tree } from '../tree.js';
import type { SourceRef } from './flux-kustomization.js';
import { trees } from './kustomize.js';
import type { FluxModel } from './model.js';

/** What the repository says about its Flux: each answer, with a file that gives it. */
export interface Conventions {
  readonly namespace: readonly Answer<string>[];
  readonly source: readonly Answer<SourceRef>[];
  /** Name of the Secret with the key, or 'none' if Flux has its own. */
  readonly sopsSecret: readonly Answer<string>[];
  readonly serviceAccountName: readonly Answer<string>[];
}

/** One answer, and a file that gives it. */
export interface Answer<Value> {
  readonly value: Value;
  readonly file: string;
}

/** Reads the conventions from the roots, and the key from every Flux Kustomization that decrypts. */
export function conventionsOf(model: FluxModel): Conventions {
  const roots = model.elsewhere ? [model.elsewhere] : model.roots;
  return {
    namespace: distinct(
      roots.flatMap(({ namespace, file }) => (namespace ? [{ value: namespace, file }] : [])),
    ),
    source: distinct(
      roots.flatMap(({ source, namespace, file }) =>
        source ? [{ value: { ...source, namespace: source.namespace ?? namespace }, file }] : [],
      ),
    ),
    sopsSecret: distinct(keysIn(model)),
    serviceAccountName: distinct(
      roots.flatMap(({ spec, file }) =>
        typeof spec['serviceAccountName'] === 'string' ? [{ value: spec['serviceAccountName'], file }] : [],
      ),
    ),
  };
}

/** `decryption` and its fields, on one line or several. */
const decryption =
  /\bdecryption["']?\s*:\s*(\{[^{}]*(\{[^{}]*\})?[^{}]*\}|(\s+(provider|secretRef|name)\s*:[^\n]*)+)?/;

/** The `decryption` of Flux Kustomizations and of patches for them. */
function keysIn(model: FluxModel): Answer<string>[] {
  const own = [...model.roots, ...model.fluxSaying(decryption)].filter(({ root }) => root ?? !model.hasRoots);
  const patches = [
    ...own.map(({ step }) => step),
    ...model.kustomizationsHolding('decryption').filter(({ folder }) => !model.isDead(folder)),
  ].flatMap((step) => step.patches);
  const specs = [
    ...own.map(({ spec, file }) => ({ spec, file })),
    ...patches.flatMap(({ change, file }) =>
      isTree(change) && isTree(change['spec']) && change['kind'] === 'Kustomization'
        ? [{ spec: change['spec'], file }]
        : trees(change).flatMap((operation) => operationSpec(operation).map((spec) => ({ spec, file }))),
    ),
  ];
  return specs.flatMap(({ spec, file }) => {
    const { decryption } = spec;
    if (!isTree(decryption) || decryption['provider'] !== 'sops') return [];
    const name = isTree(decryption['secretRef']) ? decryption['secretRef']['name'] : undefined;
    return [{ value: typeof name === 'string' ? name : 'none', file }];
  });
}

/** The spec that `op: add, path: /spec/decryption` produces. */
function operationSpec({ path, value }: Tree): Tree[] {
  return path === '/spec/decryption' && isTree(value) ? [{ decryption: value }] : [];
}

function distinct<Value>(answers: readonly Answer<Value>[]): Answer<Value>[] {
  return [...new Map(answers.map((answer) => [JSON.stringify(answer.value), answer])).values()];
}
