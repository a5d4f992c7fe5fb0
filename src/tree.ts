/** A mapping in parsed YAML or JSON, or in the export of a project's file. */
export type Tree = { readonly [key: string]: unknown };

/** Whether JavaScript reserves a key: cdk8s does not treat an object that has it as a plain object. */
export function isReservedKey(key: string): boolean {
  return key === 'constructor' || key === '__proto__';
}

/** Whether a value is a mapping: a plain object, not an instance of a class. */
export function isTree(value: unknown): value is Tree {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** The value at a path of fields; undefined if there is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce((inner, field) => (isTree(inner) ? inner[field] : undefined), value);
}

/** The `metadata` of an object, or an empty mapping. */
export function metadataOf({ metadata }: Tree): Tree {
  return isTree(metadata) ? metadata : {};
}

/** A field in which two values differ: its dotted path, and both values. */
export interface FieldDifference {
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** The fields in which two values differ. It descends into mappings, and compares lists as a whole. */
export function fieldDifferences(from: unknown, to: unknown, field = ''): FieldDifference[] {
  if (isTree(from) && isTree(to)) {
    return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((name) =>
      fieldDifferences(from[name], to[name], field === '' ? name : `${field}.${name}`),
    );
  }
  return JSON.stringify(from) === JSON.stringify(to) ? [] : [{ field, from, to }];
}
