/** A mapping in parsed YAML or JSON, or in what an operator's file exports. */
export type Tree = { readonly [key: string]: unknown };

/** Whether a value is a mapping: a plain object, none of a class. */
export function isTree(value: unknown): value is Tree {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
