/** The building blocks of the schemas of settings and app secrets, and the messages when a value does not fit. */
import { z } from 'zod';
import { closest } from '../closest.js';
import { ExternalUnit } from '../constructs/external-unit.js';
import { goDuration, refreshBounds } from '../duration.js';
import type { Problem } from '../errors.js';
import { isReservedKey } from '../tree.js';

/** An object with these fields and no others. */
export function closedObject<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  return z.strictObject(shape);
}

/** The message of a rule: what is wrong with the value, and what to do. */
export function rule(what: string, todo: string): string {
  return `${what}; ${todo}`;
}

/** A string that is not blank. */
export function text(empty = rule('is empty', 'fill it in')) {
  return z.string().refine((value) => value.trim() !== '', empty);
}

/** A key of an object in a manifest: cdk8s does not treat an object with a field `constructor` as a plain one. */
export function plainKey() {
  return z
    .string()
    .refine((key) => !isReservedKey(key), rule('is a reserved name in JavaScript', 'choose another'));
}

/** A list with at least one entry and no duplicates. */
export function namesOf<Entry extends z.ZodType<string>>(entry: Entry) {
  return z
    .array(entry)
    .min(1, rule('is empty', 'list at least one, or leave the field out'))
    .refine((list) => new Set(list).size === list.length, rule('has a duplicate entry', 'list each once'));
}

/** An RFC 1123 label: the name of a namespace, or of anything that a Service is named after. */
export function dnsLabel() {
  return z
    .string()
    .regex(
      /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
      rule('is not a valid Kubernetes name', 'use at most 63 lower-case letters, digits and -'),
    );
}

/** An RFC 1123 subdomain: the name of a Secret and of most other objects. */
export function dnsSubdomain() {
  return z
    .string()
    .max(253, rule('is longer than 253 characters', 'shorten it'))
    .regex(
      /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/,
      rule('is not a valid Kubernetes name', 'use lower-case letters, digits, - and .'),
    );
}

const namePart = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const prefixPart = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/**
 * Whether a string is a valid key of a label or an annotation.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export function isMetadataKey(key: string): boolean {
  const [name = '', prefix, ...more] = key.split('/').reverse();
  return more.length === 0 && namePart.test(name) && (prefix === undefined || prefixPart.test(prefix));
}

/** Whether a string is a valid label value. */
export function isLabelValue(value: string): boolean {
  return value === '' || namePart.test(value);
}

/** Labels of an object. */
export function labels() {
  const key = plainKey().refine(isMetadataKey, rule('is not a valid label key', 'use a key such as release'));
  const value = z
    .string()
    .refine(isLabelValue, rule('is not a valid label value', 'use at most 63 letters, digits, -, _ and .'));
  return z.record(key, value);
}

/** The result of `externalUnit()`. */
export function externalUnitShape() {
  return z
    .custom<ExternalUnit>(
      (value) => value instanceof ExternalUnit,
      rule('is not a Flux Kustomization', "write externalUnit('its-name')"),
    )
    .superRefine(({ unitName, unitNamespace }, context) => {
      const names = [
        ...(dnsSubdomain().safeParse(unitName).success ? [] : [unitName]),
        ...(dnsLabel().optional().safeParse(unitNamespace).success ? [] : [unitNamespace]),
      ];
      for (const name of names) {
        const what = `names '${name}', which is not a valid Kubernetes name`;
        const todo = "write externalUnit('its-name', 'its-namespace')";
        context.addIssue({ code: 'custom', message: rule(what, todo) });
      }
    });
}

/** A duration as Flux's CRDs accept it. */
export function fluxDuration() {
  const pattern = /^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$/;
  return z
    .string()
    .refine(
      (value) => pattern.test(value) && goDuration(value) !== undefined,
      rule('is not a duration Flux accepts', 'use a duration such as 30s, 10m or 1h30m'),
    )
    .refine(
      (value) => (goDuration(value) ?? 1000) >= 1000,
      rule('is shorter than a second', 'use a duration such as 30s'),
    );
}

/**
 * The message for a refresh interval that is too long. The bound is this project's promise: how late a change in
 * 1Password may arrive. It does not apply to a store whose provider limits reads.
 */
export const tooLong = {
  what: 'is over 1h, the longest a change in 1Password may take to arrive',
  todo: 'write 10s to 1h',
} as const;

/** Whether a refresh interval is too long for that promise. */
export function isTooLong(interval: string): boolean {
  return (goDuration(interval) ?? 0) > refreshBounds.max;
}

/**
 * A refresh interval: a Go duration, because ESO can't list any ExternalSecrets once one of them has something else;
 * at least 10s, because each refresh costs Connect four requests.
 */
export function refreshInterval() {
  return z.string().superRefine((value, context) => {
    const duration = goDuration(value);
    const message =
      duration === undefined
        ? rule(
            'is not a Go duration, and a single such ExternalSecret stops External Secrets Operator for the whole cluster',
            'use hours, minutes or seconds, such as 30m',
          )
        : duration <= 0
          ? rule(
              'is not above 0, so External Secrets Operator would never refresh the Secret',
              'write 10s to 1h',
            )
          : duration < refreshBounds.min
            ? rule('is under 10s, and every refresh of an item costs Connect 4 requests', 'write 10s to 1h')
            : undefined;
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return value;
}

/** A value for a message, shortened. */
function shown(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'the list' : 'the object';
  // An address may contain a password, which must not be shown.
  const written = typeof value === 'string' ? `'${value.replace(/\/\/[^/@]*@/, '//...@')}'` : String(value);
  return written.length > 80 ? `${written.slice(0, 77)}...` : written;
}

function fieldPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) =>
      typeof key === 'number'
        ? `[${key}]`
        : /^[\w-]+$/.test(String(key))
          ? `${index ? '.' : ''}${String(key)}`
          : `['${String(key)}']`,
    )
    .join('');
}

function unwrap(type: unknown): z.core.$ZodType | undefined {
  const inner = type as z.core.$ZodType | undefined;
  if (inner && 'innerType' in inner._zod.def) return unwrap(inner._zod.def.innerType);
  // A transformed object has the fields of its input.
  return inner instanceof z.ZodPipe ? unwrap(inner.in) : inner;
}

/** Fields that a schema has only to explain why they are not supported. */
const explained = new Set(['section', 'deletionPolicy']);

/** The fields that a schema allows at a path; of a union, those of all its members. */
function knownFields(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let types = alternatives(schema);
  for (const key of path) {
    types = types.flatMap((type) => {
      if (type instanceof z.ZodObject) return alternatives(type.shape[String(key)]);
      if (type instanceof z.ZodRecord) return alternatives(type.valueType);
      return type instanceof z.ZodArray ? alternatives(type.element) : [];
    });
  }
  const fields = types.flatMap((type) => (type instanceof z.ZodObject ? Object.keys(type.shape) : []));
  return [...new Set(fields)].filter((field) => !explained.has(field));
}

function alternatives(type: unknown): z.core.$ZodType[] {
  const inner = unwrap(type);
  if (inner instanceof z.ZodUnion) return inner.options.flatMap(alternatives);
  return inner ? [inner] : [];
}

/**
 * Checks a value that the user wrote.
 *
 * @param schema The expected shape, with messages made by `rule`.
 * @param input The value, of any shape: it may not have been type-checked.
 * @param where The file, for the messages.
 * @returns The parsed value, or every problem with it.
 */
export function checkShape<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  where: string,
): { value: z.output<Schema> } | { problems: Problem[] } {
  const result = schema.safeParse(input);
  if (result.success) return { value: result.data };

  const problem = (path: Path, what: string, todo: string): Problem => ({
    where: path.length > 0 ? `${where}: ${fieldPath(path)}` : where,
    what,
    todo,
  });
  const broken = (path: Path, value: unknown, message: string): Problem => {
    const [what = '', ...todo] = message.split('; ');
    return problem(path, `${shown(value)} ${what}`, todo.join('; '));
  };
  const explain = (issue: z.core.$ZodIssue, under: Path): Problem[] => {
    const path = [...under, ...issue.path];
    const value = valueAt(input, path);
    switch (issue.code) {
      case 'unrecognized_keys': {
        const known = knownFields(schema, path);
        return issue.keys.map((key) => {
          const [near] = closest(key, known);
          const todo = near === undefined ? `the fields are ${known.join(', ')}` : `did you mean '${near}'?`;
          return problem([...path, key], 'unknown field', todo);
        });
      }
      case 'invalid_type': {
        const type = issue.expected === 'array' ? 'list' : issue.expected;
        const expected = /^[aeiou]/.test(type) ? `an ${type}` : `a ${type}`;
        const what = value === undefined ? 'is missing' : `${shown(value)} is not ${expected}`;
        const list =
          issue.expected === 'array' && typeof value === 'string' ? `write ['${value}']` : undefined;
        return [problem(path, what, list ?? `write ${expected}`)];
      }
      case 'invalid_union': {
        // The user meant the branch that accepts the type of the value itself.
        const meant = issue.errors.find((branch) => !branch.some(isOtherShape));
        return meant ? meant.flatMap((inner) => explain(inner, path)) : [broken(path, value, issue.message)];
      }
      case 'invalid_key':
        return issue.issues.map((inner) => broken(path.slice(0, -1), path.at(-1), inner.message));
      default:
        return [broken(path, value, issue.message)];
    }
  };
  return { problems: result.error.issues.flatMap((issue) => explain(issue, [])) };
}

type Path = readonly PropertyKey[];

function isOtherShape(issue: z.core.$ZodIssue): boolean {
  return (
    issue.code === 'unrecognized_keys' ||
    (issue.code === 'invalid_type' && issue.path.length <= 1 && issue.input === undefined) ||
    (issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value'))
  );
}
