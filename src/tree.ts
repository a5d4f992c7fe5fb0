/** A mapping in parsed YAML or JSON, or in what an operator's file exports. */
export type Tree = { readonly [key: string]: unknown };

/** Whether JavaScript keeps a key for itself: with it, cdk8s takes an object for no plain one. */
export function isReservedKey(key: string): boolean {
  return key === 'constructor' || key === '__proto__';
}

/** Whether a value is a mapping: a plain object, none of a class. */
export function isTree(value: unknown): value is Tree {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
