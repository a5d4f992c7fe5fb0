import { z } from 'zod';
import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { isTree } from '../tree.js';
import {
  checkShape,
  closedObject,
  dnsLabel,
  dnsSubdomain,
  externalUnitShape,
  plainKey,
  refreshInterval,
  rule,
  text,
} from './shape.js';

/** What a key of a Secret may be: https://kubernetes.io/docs/concepts/configuration/secret/ */
const secretKey = plainKey().regex(
  /^(?!\.{1,2}$)(?!\.\.)[-._a-zA-Z0-9]{1,253}$/,
  rule('is no key of a Secret', 'use at most 253 letters, digits, -, _ and .'),
);

/** 1Password's own notation: `op://Vault/Item/field`, maybe with a section before the field. */
const reference = /^op:\/\/[^/]*\/([^/]+)(?:\/.*?([^/?]+)(?:\?.*)?)?$/;

function referenceTodo(value: string): string {
  const [, item = 'Item', field = 'field'] = reference.exec(value) ?? [];
  return `write item: '${item}' and keys: { key: '${field}' }; the vaults are in src/settings.ts`;
}

/** What is wrong with a title, a label or the name of a file, as a message of `rule`. */
function nameFault(value: string, nothing: string): string | undefined {
  if (value.trim() === '') return nothing;
  if (value.startsWith('op://'))
    return rule("is a reference of 1Password's command line", referenceTodo(value));
  if (value !== value.trim()) {
    return rule(
      'has blanks at its ends',
      'write it without them, and rename it in 1Password if it has them there',
    );
  }
  return undefined;
}

function nameOf(nothing: string) {
  return z.string().superRefine((value, context) => {
    const message = nameFault(value, nothing);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
}

const noField = rule('names no field', "write the field's label in 1Password");
const noFile = rule('names no file', "write the file's name in 1Password");
const label = nameOf(noField);
const file = nameOf(noFile);
const itemTitle = nameOf(rule('names no item', "write the item's title or ID in 1Password")).regex(
  /^[^\p{Cc}\p{Cs}]*$/u,
  rule('holds a character that no title has', "write the item's ID"),
);

/** An alias becomes part of a template's name. */
const alias = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, rule('is no alias', 'use letters, digits and _, a letter first'));

/** What is no word here, and often tried. */
const noSection = z
  .custom<never>(
    () => false,
    rule('is not needed: External Secrets Operator knows a field by its label alone', 'leave section out'),
  )
  .exactOptional();

const keySource = z.union(
  [
    label,
    closedObject({
      item: z.string().exactOptional(),
      field: label,
      section: noSection,
      mayBeEmpty: z.boolean().exactOptional(),
      decode: z
        .literal('base64', rule('is no encoding that can be decoded', "write 'base64'"))
        .exactOptional(),
    }),
    closedObject({ item: z.string().exactOptional(), file, mayBeEmpty: z.boolean().exactOptional() }),
  ],
  rule(
    'is no source of a key',
    "write a field's label, { field: 'label' } or { file: 'name' }; beside them there are item, mayBeEmpty and, for a field, decode",
  ),
);

/** A field that may not be empty when it is there. */
function filled<Key extends z.ZodType<string>, Value extends z.ZodType>(key: Key, value: Value) {
  return z
    .record(key, value)
    .refine((entries) => Object.keys(entries).length > 0, rule('is empty', 'fill it in, or leave it out'));
}

const words = z.record(plainKey(), z.string());

const shape = closedObject({
  namespace: dnsLabel(),
  name: dnsSubdomain(),
  item: itemTitle.exactOptional(),
  items: filled(alias, itemTitle).exactOptional(),
  keys: z
    .union(
      [z.literal('all'), filled(secretKey, keySource)],
      rule('is not keys with their sources', "write { key: 'label' } or 'all'"),
    )
    .exactOptional(),
  template: filled(secretKey, z.string()).exactOptional(),
  type: text().exactOptional(),
  labels: words.exactOptional(),
  annotations: words.exactOptional(),
  refreshInterval: refreshInterval().exactOptional(),
  waitsFor: z.array(externalUnitShape()).exactOptional(),
  unit: dnsLabel().exactOptional(),
});

/** What the fields say together; looks at a value of any shape, so that its mistakes are told with the others. */
function togetherProblems(secret: { readonly [field: string]: unknown }, where: string): Problem[] {
  const problems: Problem[] = [];
  const say = (field: string, what: string, todo: string) =>
    problems.push({ where: `${where}: ${field}`, what, todo });
  const { item, items, keys, template } = secret;
  if (item === undefined && items === undefined) say('item', 'is missing', 'name the 1Password item');
  if (item !== undefined && items !== undefined) say('item', 'stands beside items', 'write one of the two');
  if (keys === undefined && template === undefined) {
    say('keys', 'is missing, so the Secret would have no key', "write { key: 'label' }, or 'all'");
  }
  const aliases = isTree(items) ? Object.keys(items) : [];
  for (const [key, source] of isTree(keys) ? Object.entries(keys) : []) {
    const from = isTree(source) ? source['item'] : undefined;
    if (isTree(template) && Object.hasOwn(template, key)) {
      say(`template.${key}`, 'is a key that keys makes, too', 'keep one of the two');
    }
    if (items !== undefined && from === undefined) {
      say(
        `keys.${key}`,
        'does not say which of the items',
        `write { item: '${aliases[0] ?? 'alias'}', field: 'label' }`,
      );
    } else if (typeof from === 'string' && !aliases.includes(from)) {
      const todo = items === undefined ? 'leave item out' : `the aliases are ${aliases.join(', ')}`;
      say(`keys.${key}.item`, `'${from}' is no alias of items`, todo);
    }
  }
  return problems;
}

/**
 * Checks the shape of an app secret; whether it works in the cluster is for the guards.
 *
 * @param input What a file under `src/secrets/` exports: anything.
 * @param where The file, for the messages.
 * @returns The app secret, or all that is wrong with it and `sound`, the fields that are right by themselves.
 */
export function checkAppSecret(
  input: unknown,
  where: string,
): { value: AppSecretProps } | { problems: Problem[]; sound: SoundFields } {
  if (!isTree(input)) {
    return {
      sound: {},
      problems: [
        { where, what: 'exports something that is no app secret', todo: 'export default appSecret({ ... })' },
      ],
    };
  }
  const named = placeOf(where, input);
  const checked = checkShape(shape, input, named);
  const problems = [...('problems' in checked ? checked.problems : []), ...togetherProblems(input, named)];
  return 'value' in checked && problems.length === 0
    ? { value: checked.value }
    : { problems, sound: soundFields(input) };
}

/** The fields of an app secret that are right by themselves, so that what they hold can be looked at, too. */
export type SoundFields = Partial<AppSecretProps>;

function soundFields(input: { readonly [field: string]: unknown }): SoundFields {
  const fields: Record<string, z.ZodType> = shape.shape;
  return Object.fromEntries(
    Object.entries(input).filter(([field, value]) => {
      const schema = Object.hasOwn(fields, field) ? fields[field] : undefined;
      return schema?.safeParse(value).success;
    }),
  );
}

/** Where a mistake of an app secret is: the file, and as much of its name as there is. */
export function placeOf(
  file: string,
  { namespace, name }: { readonly namespace?: unknown; readonly name?: unknown },
): string {
  const called = [namespace, name].filter((part) => typeof part === 'string' && part !== '');
  return called.length > 0 ? `${file}: ${called.join('/')}` : file;
}
