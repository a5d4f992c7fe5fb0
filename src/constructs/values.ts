import { isTree, type Tree } from '../tree.js';

/** A path in a chart's values, written as in `--set`: `connect.api.httpPort`. */
export interface ValueConflict {
  readonly path: string;
  readonly fixed: unknown;
  readonly asked: unknown;
}

/**
 * Adds an operator's chart values to those that the product relies on.
 *
 * @param fixed What the product needs.
 * @param extra What the operator adds; lists are taken whole.
 * @returns `values`: both together, `fixed` where they disagree; `conflicts`: where they do.
 */
export function mergeValues<Values extends object>(
  fixed: Values,
  extra: Values,
): { values: Values; conflicts: ValueConflict[] } {
  const conflicts: ValueConflict[] = [];
  const merge = (a: Tree, b: Tree, path: string): Tree => {
    const merged: Record<string, unknown> = { ...a };
    for (const [key, asked] of Object.entries(b)) {
      const at = path === '' ? key : `${path}.${key}`;
      const own = a[key];
      if (own === undefined) merged[key] = asked;
      else if (isTree(own) && isTree(asked)) merged[key] = merge(own, asked, at);
      else if (JSON.stringify(own) !== JSON.stringify(asked)) {
        conflicts.push({ path: at, fixed: own, asked });
      }
    }
    return merged;
  };
  return { values: merge(fixed as Tree, extra as Tree, '') as Values, conflicts };
}
