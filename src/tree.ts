/** A mapping in parsed YAML or JSON, or in what an operator's file exports. */
export type Tree = { readonly [key: string]: unknown };

/** Whether a value is a mapping. */
export function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
