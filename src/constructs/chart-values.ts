import type { Problem } from '../errors.js';
import { isTree, type Tree } from '../tree.js';

/** What an operator may choose for a value; leaving it out is always fine. */
export interface ValueRule {
  readonly fine: (value: unknown) => boolean;
  /** What the product needs there, for a message: `true`, `it left out`. */
  readonly needed: string;
}

/** Nothing but this value, which is the chart's default. */
export function only(value: unknown): ValueRule {
  return { fine: (asked) => asked === value, needed: JSON.stringify(value) };
}

/** A number of at least so much. */
export function atLeast(least: number): ValueRule {
  return { fine: (asked) => typeof asked === 'number' && asked >= least, needed: `at least ${least}` };
}

const selectorLabels = ['app.kubernetes.io/name', 'app.kubernetes.io/instance'];

/** Labels that do not overwrite those by which the chart's selectors find its pods. */
export const noSelectorLabel: ValueRule = {
  fine: (labels) => isTree(labels) && !Object.keys(labels).some((key) => selectorLabels.includes(key)),
  needed: `no ${selectorLabels.join(' and ')}`,
};

/** No value at all. */
export const leftOut: ValueRule = { fine: (asked) => asked === null, needed: 'it left out' };

/**
 * Looks for values that would undo what the product promises, though it does not set them.
 *
 * @param values What the operator adds.
 * @param rules By path.
 * @param where What the messages call the values.
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

/** A value by its path; undefined when it is not there. */
export function valueAt(values: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((at, key) => (isTree(at) ? at[key] : undefined), values);
}

/** A value that an operator asked for, and that would undo what the product promises. */
export function conflict(where: string, asked: unknown, needed: string): Problem {
  const what = `is ${JSON.stringify(asked)}, where the project needs ${needed}`;
  return { code: 'chart-values', where, what, todo: 'remove it' };
}

/**
 * Puts an operator's chart values over those that the product only proposes.
 *
 * @returns Both together, the operator's where they disagree; lists are taken whole.
 */
export function overDefaults<Values extends object>(defaults: Values, values: Values): Values {
  // In the operator's order, which is that of the messages.
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
 * Adds an operator's chart values to those that the product relies on.
 *
 * @param fixed What the product needs.
 * @param extra What the operator adds; lists are taken whole.
 * @param where What the messages call the values.
 * @returns `values`: both together, `fixed` where they disagree; `problems`: where they do.
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
        problems.push(conflict(at, asked, JSON.stringify(own)));
      }
    }
    return merged;
  };
  return { values: merge(fixed as Tree, extra as Tree, where) as Values, problems };
}
