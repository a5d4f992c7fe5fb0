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

const noDeletionPolicy = z
  .custom<never>(
    () => false,
    rule(
      'is always Retain: with another one ESO writes a Secret without the keys that are missing',
      'leave it out',
    ),
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

/** A folder of the repository, from its top. */
const repositoryFolder = text().regex(
  /^(?!\/)(?!(.*\/)?\.\.(\/|$))[^\\\p{Cc}]*$/u,
  rule(
    'is no folder of this repository',
    "write it from the top of the repository, such as 'kubernetes/apps/media/radarr/app'",
  ),
);

/** A list with something in it, and nothing twice. */
function listOf<Entry extends z.ZodType>(entry: Entry, todo = 'fill it in, or leave it out') {
  return z
    .array(entry)
    .min(1, rule('is empty', todo))
    .refine((list) => new Set(list).size === list.length, rule('names something twice', 'name each once'));
}

const configMapTemplates = closedObject({
  configMap: dnsSubdomain(),
  keys: listOf(secretKey, 'name the keys that are templates'),
});

/** All but where the Secret is. */
const fields = {
  name: dnsSubdomain(),
  externalSecretName: dnsSubdomain().exactOptional(),
  item: itemTitle.exactOptional(),
  items: z
    .union(
      [filled(alias, itemTitle), listOf(itemTitle)],
      rule('is not items', "write { alias: 'title' }, or a list of titles"),
    )
    .exactOptional(),
  keys: z
    .union(
      [z.literal('all'), filled(secretKey, keySource)],
      rule('is not keys with their sources', "write { key: 'label' } or 'all'"),
    )
    .exactOptional(),
  template: filled(secretKey, z.string()).exactOptional(),
  templateFrom: listOf(configMapTemplates).exactOptional(),
  type: text().exactOptional(),
  labels: words.exactOptional(),
  annotations: words.exactOptional(),
  refreshInterval: refreshInterval().exactOptional(),
  refreshPolicy: z
    .literal(
      'CreatedOnce',
      rule(
        'is not a refresh policy that can be set',
        "write 'CreatedOnce', or leave it out to refresh periodically",
      ),
    )
    .exactOptional(),
  creationPolicy: z
    .enum(
      ['Orphan', 'Merge'],
      rule(
        'is not a creation policy that can be set',
        "write 'Orphan' or 'Merge', or leave it out for Owner",
      ),
    )
    .exactOptional(),
  deletionPolicy: noDeletionPolicy,
  waitsFor: z.array(externalUnitShape()).exactOptional(),
  unit: dnsLabel().exactOptional(),
  beside: repositoryFolder.exactOptional(),
};

const shape = closedObject({ namespace: dnsLabel(), ...fields });
const inNamespaces = closedObject({ namespaces: listOf(dnsLabel(), 'name at least one'), ...fields });

/** What the fields say together; looks at a value of any shape, so that its mistakes are told with the others. */
function togetherProblems(secret: { readonly [field: string]: unknown }, where: string): Problem[] {
  const problems: Problem[] = [];
  const say = (field: string, what: string, todo: string) =>
    problems.push({ where: `${where}: ${field}`, what, todo });
  const { item, items, keys, template, templateFrom } = secret;
  if (item === undefined && items === undefined) say('item', 'is missing', 'name the 1Password item');
  if (item !== undefined && items !== undefined) say('item', 'stands beside items', 'write one of the two');
  if (keys === undefined && template === undefined && templateFrom === undefined) {
    say('keys', 'is missing, so the Secret would have no key', "write { key: 'label' }, or 'all'");
  }
  if (Array.isArray(items) && keys !== 'all') {
    const todo = "write keys: 'all', or give each item an alias: { alias: 'title' }";
    say('items', "is a list, which goes with keys: 'all' only", todo);
  }
  problems.push(...templateFromProblems(secret, where), ...policyProblems(secret, where));
  for (const field of secret['beside'] === undefined ? [] : ['unit', 'waitsFor']) {
    if (secret[field] === undefined) continue;
    const todo =
      field === 'unit'
        ? 'leave one of the two out'
        : "leave it out, and write it into dependsOn of the app's Flux Kustomization";
    say(field, "stands beside `beside`, which puts it into the app's own Flux Kustomization", todo);
  }
  const aliases = isTree(items) ? Object.keys(items) : [];
  for (const [key, source] of isTree(keys) ? Object.entries(keys) : []) {
    const from = isTree(source) ? source['item'] : undefined;
    if (isTree(template) && Object.hasOwn(template, key)) {
      say(`template.${key}`, 'is a key that keys makes, too', 'keep one of the two');
    }
    if (Array.isArray(items)) continue;
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

/** Keys that a template in a ConfigMap would share with something else, which would win in silence. */
function templateFromProblems(
  { keys, template, templateFrom }: { readonly [field: string]: unknown },
  where: string,
): Problem[] {
  const makers = new Map<unknown, string>();
  for (const [field, entries] of Object.entries({ keys, template })) {
    for (const key of isTree(entries) ? Object.keys(entries) : [])
      makers.set(key, `that ${field} makes, too`);
  }
  const lists = Array.isArray(templateFrom) ? templateFrom : [];
  return lists.flatMap((one: unknown, index) => {
    const named = isTree(one) && Array.isArray(one['keys']) ? one['keys'] : [];
    return named.flatMap((key: unknown): Problem[] => {
      const other = makers.get(key);
      makers.set(key, other ?? `of templateFrom[${index}], too`);
      if (other === undefined || other === `of templateFrom[${index}], too`) return [];
      const what = `has ${JSON.stringify(key)}, a key ${other}`;
      return [{ where: `${where}: templateFrom[${index}].keys`, what, todo: 'keep one of the two' }];
    });
  });
}

/** Policies with what can't go with them. */
function policyProblems(secret: { readonly [field: string]: unknown }, where: string): Problem[] {
  const { keys, type, creationPolicy, refreshPolicy, refreshInterval } = secret;
  const problems: Problem[] = [];
  const say = (field: string, what: string, todo: string) =>
    problems.push({ where: `${where}: ${field}`, what, todo });
  if (creationPolicy === 'Merge' && type !== undefined) {
    const todo = 'leave it out, and set it where the Secret is made';
    say(
      'type',
      'stands beside creationPolicy Merge, and Kubernetes does not change the type of a Secret',
      todo,
    );
  }
  if (creationPolicy === 'Merge' && keys === 'all') {
    const what = "is 'all' beside creationPolicy Merge, so that any key of the Secret could be overwritten";
    say('keys', what, "write { key: 'label' } for each");
  }
  if (refreshPolicy === 'CreatedOnce' && refreshInterval !== undefined) {
    const what = 'stands beside refreshPolicy CreatedOnce, with which nothing is refreshed';
    say('refreshInterval', what, 'leave one of the two out');
  }
  if (refreshPolicy === 'CreatedOnce' && creationPolicy === 'Orphan') {
    const what =
      'is Orphan beside refreshPolicy CreatedOnce: a Secret that somebody deletes would never come back, and ESO calls that Ready';
    say('creationPolicy', what, 'leave one of the two out');
  }
  if (refreshPolicy === 'CreatedOnce' && creationPolicy === 'Merge') {
    const what =
      'is Merge beside refreshPolicy CreatedOnce: ESO would read 1Password again at every change of the Secret';
    say('creationPolicy', what, 'leave one of the two out');
  }
  return problems;
}

/**
 * Checks what a file under `src/secrets/` declares.
 *
 * @param input Anything.
 * @param where The file, for the messages.
 * @returns An app secret for each namespace, or all that is wrong, told once, and `sound`, the fields that are
 *   right by themselves.
 */
export function checkDeclaration(
  input: unknown,
  where: string,
): { values: AppSecretProps[] } | { problems: Problem[]; sound: SoundFields } {
  if (!isTree(input) || input['namespaces'] === undefined) {
    const checked = checkAppSecret(input, where);
    return 'value' in checked ? { values: [checked.value] } : checked;
  }
  const { namespace, ...rest } = input;
  const named = placeOf(where, input);
  const checked = checkShape(inNamespaces, rest, named);
  const problems = [
    ...(namespace === undefined
      ? []
      : [{ where: `${named}: namespace`, what: 'stands beside namespaces', todo: 'write one of the two' }]),
    ...('problems' in checked ? checked.problems : []),
    ...togetherProblems(rest, named),
  ];
  if (!('value' in checked) || problems.length > 0) return { problems, sound: soundFields(rest) };
  const { namespaces, ...secret } = checked.value;
  return { values: namespaces.map((one) => ({ namespace: one, ...secret })) };
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
  const schemas: Record<string, z.ZodType> = shape.shape;
  return Object.fromEntries(
    Object.entries(input).filter(([field, value]) => {
      const schema = Object.hasOwn(schemas, field) ? schemas[field] : undefined;
      return schema?.safeParse(value).success;
    }),
  );
}

/** Where a mistake of an app secret is: the file, and as much of its name as there is. */
export function placeOf(
  file: string,
  {
    namespace,
    namespaces,
    name,
  }: { readonly namespace?: unknown; readonly namespaces?: unknown; readonly name?: unknown },
): string {
  const isList = namespace === undefined && Array.isArray(namespaces) && namespaces.length > 0;
  const places: unknown[] = isList ? [...new Set(namespaces)] : [namespace];
  const called = places
    .map((place) => [place, name].filter((part) => typeof part === 'string' && part !== '').join('/'))
    .filter((text) => text !== '');
  return called.length > 0 ? `${file}: ${someOf(called)}` : file;
}

/** Names in one line, and of many the first ones. */
export function someOf(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(', ');
}
