/** Applies the rewrites of a look-up to labels, and finds the label behind a name. */
import { isTree } from '../tree.js';
import { withoutRewrite } from './names.js';

/** A rewrite of an ExternalSecret. */
interface Rewrite {
  readonly regexp?: { readonly source: string; readonly target: string };
}

/**
 * Renames labels by the rewrites of the look-up or, without rewrites, by External Secrets Operator's own conversion.
 * Empty keys are dropped.
 *
 * @param prefix The prefix of the item.
 * @param rewrites The rewrites of its look-up.
 * @returns The labels by their resulting name.
 */
export function labelsByName(
  labels: readonly string[],
  prefix: string,
  rewrites: readonly Rewrite[] | undefined,
): Map<string, string[]> {
  const named = new Map<string, string[]>();
  for (const label of new Set(labels)) {
    const name = rewrites
      ? rewrites.reduce((text, { regexp }) => rewritten(text, regexp?.source, regexp?.target), label)
      : withoutRewrite(label);
    if (label !== '' || prefix !== '') named.set(name, [...(named.get(name) ?? []), label]);
  }
  return named;
}

function rewritten(text: string, source = '', target = ''): string {
  return text.replace(new RegExp(source, 'gu'), target);
}

/**
 * Finds the items that may contain the field behind a name in a template, and its label (the name itself unless a
 * rewrite tells the label).
 *
 * @param spec The spec of an ExternalSecret, as the API server returns it.
 * @returns undefined if the name matches no look-up.
 */
export function fieldBehind(spec: unknown, name: string): { items: string[]; label: string } | undefined {
  const lookUps: LookUp[] = isTree(spec) && Array.isArray(spec['dataFrom']) ? spec['dataFrom'] : [];
  const candidates = lookUps
    .map(({ extract, rewrite = [] }) => {
      const rules = rewrite.flatMap(({ regexp }) => regexp ?? []);
      const prefix = rules.find(({ source }) => source === '^')?.target ?? '';
      return { item: extract?.key, prefix, rules };
    })
    .filter(({ item, prefix }) => item !== undefined && name.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  const [found] = candidates;
  if (found === undefined) return undefined;
  const items = [
    ...new Set(candidates.flatMap(({ prefix, item }) => (prefix === found.prefix && item) || [])),
  ];
  const plain = name.slice(found.prefix.length);
  const exact = found.rules.find(({ source, target }) => target === plain && /^\^.+\$$/.test(source));
  return { items, label: exact ? exact.source.slice(1, -1).replace(/\\(.)/g, '$1') : plain };
}

interface LookUp {
  readonly extract?: { readonly key?: string };
  readonly rewrite?: readonly Rewrite[];
}
