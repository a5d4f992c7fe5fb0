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

/** What is at a path of fields; undefined where there is nothing. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((inner, field) => (isTree(inner) ? inner[field] : undefined), value);
}

/** `metadata` of an object. */
export function metadataOf({ metadata }: Tree): Tree {
  return isTree(metadata) ? metadata : {};
}

/** A field in which two values differ: its path, with dots, and what each has there. */
export interface FieldDifference {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** The fields in which two values differ. Mappings are gone into, lists are one value. */
export function fieldDifferences(from: unknown, to: unknown, field = ''): FieldDifference[] {
  if (isTree(from) && isTree(to)) {
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((name) =>
      fieldDifferences(from[name], to[name], field === '' ? name : `${field}.${name}`),
    );
  }
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ field, from, to }];
}
