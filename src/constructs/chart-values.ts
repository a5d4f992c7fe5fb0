import type { Problem } from '../errors.js';
import { isTree, type Tree } from '../tree.js';

/** What the user may choose for a chart value; leaving it out is always fine. */
export interface ValueRule {
  readonly fine: (value: unknown) => boolean;
  /** What the message says after "must": `be true`, `not be set`. */
  readonly needed: string;
}

/** Only this value, the chart's default. */
export function only(value: unknown): ValueRule {
  return { fine: (asked) => asked === value, needed: `be ${JSON.stringify(value)}` };
}

/** A number not below a minimum. */
export function atLeast(least: number): ValueRule {
  return { fine: (asked) => typeof asked === 'number' && asked >= least, needed: `be at least ${least}` };
}

const selectorLabels = ['app.kubernetes.io/name', 'app.kubernetes.io/instance'];

/** Labels that leave those of the chart's pod selectors alone. */
export const noSelectorLabel: ValueRule = {
  fine: (labels) => isTree(labels) && !Object.keys(labels).some((key) => selectorLabels.includes(key)),
  needed: `not contain ${selectorLabels.join(' or ')}`,
};

/** No value at all. */
export const leftOut: ValueRule = { fine: (asked) => asked === null, needed: 'not be set' };

/**
 * Finds values that this project does not set itself but that would break it.
 *
 * @param values The user's values.
 * @param rules The rules, by path.
 * @param where The name of the values in messages.
 */
export function brokenRules(
  values: object,
  rules: Readonly<Record<string, ValueRule>>,
  where: string,
): Problem[] {
  return Object.entries(rules).flatMap(([path, { fine, needed }]) => {
    const asked = valueAt(values, path);
    return asked === undefined || fine(asked) ? [] : [conflict(`${where}.${path}`, asked, needed)];
  });
}

/** The value at a path; undefined if it is not set. */
export function valueAt(values: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (isTree(at) ? at[key] : undefined), values);
}

/** The problem of a value that would break this project. */
export function conflict(where: string, asked: unknown, needed: string): Problem {
  const what = `must ${needed} (got ${JSON.stringify(asked)})`;
  return { code: 'chart-values', where, what, todo: 'remove it' };
}

/**
 * Merges the user's chart values over the defaults that this project only proposes.
 *
 * @returns The merged values; the user's win, and lists are replaced as a whole.
 */
export function overDefaults<Values extends object>(defaults: Values, values: Values): Values {
  // In the user's order, which is that of the messages.
  const merge = (a: Tree, b: Tree): Tree => ({
    ...Object.fromEntries(
      Object.entries(b).map(([key, asked]) => {
        const own = a[key];
        return [key, isTree(own) && isTree(asked) ? merge(own, asked) : asked];
      }),
    ),
    ...Object.fromEntries(Object.entries(a).filter(([key]) => b[key] === undefined)),
  });
  return merge(defaults as Tree, values as Tree) as Values;
}

/**
 * Merges the user's chart values with those that this project relies on.
 *
 * @param fixed The values that this project relies on; they win.
 * @param extra The user's values; lists are not merged.
 * @param where The name of the values in messages.
 * @returns The merged `values`, and a problem for each value on which the two disagree.
 */
export function mergeValues<Values extends object>(
  fixed: Values,
  extra: Values,
  where: string,
): { values: Values; problems: Problem[] } {
  const problems: Problem[] = [];
  const merge = (a: Tree, b: Tree, path: string): Tree => {
    const merged: Record<string, unknown> = { ...a };
    for (const [key, asked] of Object.entries(b)) {
      const at = `${path}.${key}`;
      const own = a[key];
      if (own === undefined) merged[key] = asked;
      else if (isTree(own) && isTree(asked)) merged[key] = merge(own, asked, at);
      else if (JSON.stringify(own) !== JSON.stringify(asked)) {
        problems.push(conflict(at, asked, `be ${JSON.stringify(own)}`));
      }
    }
    return merged;
  };
  return { values: merge(fixed as Tree, extra as Tree, where) as Values, problems };
}
