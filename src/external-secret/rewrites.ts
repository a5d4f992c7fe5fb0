/** What the rewrites of a look-up do to labels, and which label is behind a name. */
import { isTree } from '../tree.js';
import { withoutRewrite } from './names.js';

/** A rewrite, as an ExternalSecret has it. */
interface Rewrite {
  readonly regexp?: { readonly source: string; readonly target: string };
}

/**
 * What becomes of labels: the rewrites of the look-up or, where there is none, what External Secrets Operator
 * does by itself. A key that is empty is dropped.
 *
 * @param prefix Of the item.
 * @param rewrites Of its look-up.
 * @returns The labels by the name that they end in.
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
 * The items that may have it, and the label if it is known exactly, behind a name of the template.
 *
 * @param spec Of an ExternalSecret, as the API server gives it.
 * @returns undefined when no look-up can be meant.
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
