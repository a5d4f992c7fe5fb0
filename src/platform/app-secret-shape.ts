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

/** Valid keys of a Secret: https://kubernetes.io/docs/concepts/configuration/secret/ */
const secretKey = plainKey().regex(
  /^(?!\.{1,2}$)(?!\.\.)[-._a-zA-Z0-9]{1,253}$/,
  rule('is not a valid Secret key', 'use at most 253 letters, digits, -, _ and .'),
);

/** A 1Password secret reference: `op://Vault/Item/field`, with an optional section before the field. */
const reference = /^op:\/\/[^/]*\/([^/]+)(?:\/.*?([^/?]+)(?:\?.*)?)?$/;

function referenceTodo(value: string): string {
  const [, item = 'Item', field = 'field'] = reference.exec(value) ?? [];
  return `write item: '${item}' and keys: { key: '${field}' }; the vaults are in src/settings.ts`;
}

/** What is wrong with an item's title, a field's label or a file's name, as a message of `rule`. */
function nameFault(value: string, nothing: string): string | undefined {
  if (value.trim() === '') return nothing;
  if (value.startsWith('op://')) return rule('is a 1Password secret reference', referenceTodo(value));
  if (value !== value.trim()) {
    return rule(
      'has leading or trailing whitespace',
      'remove it, here and in 1Password if it is there as well',
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

const noField = rule('is blank', "write the field's label in 1Password");
const noFile = rule('is blank', "write the file's name in 1Password");
const label = nameOf(noField);
const file = nameOf(noFile);
const itemTitle = nameOf(rule('is blank', "write the item's title or ID in 1Password")).regex(
  /^[^\p{Cc}\p{Cs}]*$/u,
  rule("contains a character a title can't have", "write the item's ID"),
);

/** An alias becomes part of a template variable's name. */
const alias = z
  .string()
  .regex(
    /^[a-zA-Z][a-zA-Z0-9_]*$/,
    rule('is not a valid alias', 'use letters, digits and _, starting with a letter'),
  );

/** Not supported, but people try it: the message says why. */
const noSection = z
  .custom<never>(
    () => false,
    rule('is not supported: External Secrets Operator finds a field by its label alone', 'remove section'),
  )
  .exactOptional();

const noDeletionPolicy = z
  .custom<never>(
    () => false,
    rule(
      "can't be set: it is always Retain, because otherwise External Secrets Operator writes a Secret without its missing keys",
      'remove it',
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
      decode: z.literal('base64', rule('is not a supported encoding', "write 'base64'")).exactOptional(),
    }),
    closedObject({ item: z.string().exactOptional(), file, mayBeEmpty: z.boolean().exactOptional() }),
  ],
  rule(
    'is not a valid source for a key',
    "write a field's label, { field: 'label' } or { file: 'name' }; item, mayBeEmpty and, for a field, decode can be added",
  ),
);

/** An optional object that must not be empty. */
function filled<Key extends z.ZodType<string>, Value extends z.ZodType>(key: Key, value: Value) {
  return z
    .record(key, value)
    .refine((entries) => Object.keys(entries).length > 0, rule('is empty', 'fill it in, or leave it out'));
}

const words = z.record(plainKey(), z.string());

/** A folder of the repository, relative to its top. */
const repositoryFolder = text().regex(
  /^(?!\/)(?!(.*\/)?\.\.(\/|$))[^\\\p{Cc}]*$/u,
  rule(
    'is not a folder in this repository',
    "write its path from the top of the repository, such as 'kubernetes/apps/media/radarr/app'",
  ),
);

/** A list with at least one entry and no duplicates. */
function listOf<Entry extends z.ZodType>(entry: Entry, todo = 'fill it in, or leave it out') {
  return z
    .array(entry)
    .min(1, rule('is empty', todo))
    .refine((list) => new Set(list).size === list.length, rule('has a duplicate entry', 'list each once'));
}

const configMapTemplates = closedObject({
  configMap: dnsSubdomain(),
  keys: listOf(secretKey, 'list the keys that hold templates'),
});

/** Every field except the namespace. */
const fields = {
  name: dnsSubdomain(),
  externalSecretName: dnsSubdomain().exactOptional(),
  item: itemTitle.exactOptional(),
  items: z
    .union(
      [filled(alias, itemTitle), listOf(itemTitle)],
      rule('is not a valid value for items', "write { alias: 'title' } or a list of titles"),
    )
    .exactOptional(),
  keys: z
    .union(
      [z.literal('all'), filled(secretKey, keySource)],
      rule('is not a valid value for keys', "write { key: 'label' } or 'all'"),
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
        'is not a supported refresh policy',
        "write 'CreatedOnce', or leave it out to refresh periodically",
      ),
    )
    .exactOptional(),
  creationPolicy: z
    .enum(
      ['Orphan', 'Merge'],
      rule('is not a supported creation policy', "write 'Orphan' or 'Merge', or leave it out for Owner"),
    )
    .exactOptional(),
  deletionPolicy: noDeletionPolicy,
  waitsFor: z.array(externalUnitShape()).exactOptional(),
  unit: dnsLabel().exactOptional(),
  beside: repositoryFolder.exactOptional(),
};

const shape = closedObject({ namespace: dnsLabel(), ...fields });
const inNamespaces = closedObject({ namespaces: listOf(dnsLabel(), 'list at least one'), ...fields });

/** Problems between fields. Takes a value of any shape, so that these are reported along with its other mistakes. */
function togetherProblems(secret: { readonly [field: string]: unknown }, where: string): Problem[] {
  const problems: Problem[] = [];
  const say = (field: string, what: string, todo: string) =>
    problems.push({ where: `${where}: ${field}`, what, todo });
  const { item, items, keys, template, templateFrom } = secret;
  if (item === undefined && items === undefined) say('item', 'is missing', 'name the 1Password item');
  if (item !== undefined && items !== undefined)
    say('item', "can't be combined with items", 'keep one of the two');
  if (keys === undefined && template === undefined && templateFrom === undefined) {
    say('keys', 'is missing, so the Secret would have no keys', "write { key: 'label' }, or 'all'");
  }
  if (Array.isArray(items) && keys !== 'all') {
    const todo = "write keys: 'all', or give each item an alias: { alias: 'title' }";
    say('items', "is a list, which only works with keys: 'all'", todo);
  }
  problems.push(...templateFromProblems(secret, where), ...policyProblems(secret, where));
  for (const field of secret['beside'] === undefined ? [] : ['unit', 'waitsFor']) {
    if (secret[field] === undefined) continue;
    const todo =
      field === 'unit'
        ? 'remove one of the two'
        : "remove it, and add it to dependsOn of the app's Flux Kustomization";
    say(
      field,
      "can't be combined with beside, which puts the ExternalSecret in the app's own Flux Kustomization",
      todo,
    );
  }
  const aliases = isTree(items) ? Object.keys(items) : [];
  for (const [key, source] of isTree(keys) ? Object.entries(keys) : []) {
    const from = isTree(source) ? source['item'] : undefined;
    if (isTree(template) && Object.hasOwn(template, key)) {
      say(`template.${key}`, 'is already a key in keys', 'keep one of the two');
    }
    if (Array.isArray(items)) continue;
    if (items !== undefined && from === undefined) {
      say(
        `keys.${key}`,
        'does not say which item',
        `write { item: '${aliases[0] ?? 'alias'}', field: 'label' }`,
      );
    } else if (typeof from === 'string' && !aliases.includes(from)) {
      const todo = items === undefined ? 'leave item out' : `the aliases are ${aliases.join(', ')}`;
      say(`keys.${key}.item`, `'${from}' is not an alias in items`, todo);
    }
  }
  return problems;
}

/** Keys that a template in a ConfigMap shares with another source: one of the two would silently win. */
function templateFromProblems(
  { keys, template, templateFrom }: { readonly [field: string]: unknown },
  where: string,
): Problem[] {
  const makers = new Map<unknown, string>();
  for (const [field, entries] of Object.entries({ keys, template })) {
    for (const key of isTree(entries) ? Object.keys(entries) : []) makers.set(key, field);
  }
  const lists = Array.isArray(templateFrom) ? templateFrom : [];
  return lists.flatMap((one: unknown, index) => {
    const named = isTree(one) && Array.isArray(one['keys']) ? one['keys'] : [];
    return named.flatMap((key: unknown): Problem[] => {
      const other = makers.get(key);
      makers.set(key, other ?? `templateFrom[${index}]`);
      if (other === undefined || other === `templateFrom[${index}]`) return [];
      const what = `has ${JSON.stringify(key)}, which is already a key in ${other}`;
      return [{ where: `${where}: templateFrom[${index}].keys`, what, todo: 'keep one of the two' }];
    });
  });
}

/** Combinations that a creation or refresh policy rules out. */
function policyProblems(secret: { readonly [field: string]: unknown }, where: string): Problem[] {
  const { keys, type, creationPolicy, refreshPolicy, refreshInterval } = secret;
  const problems: Problem[] = [];
  const say = (field: string, what: string, todo: string) =>
    problems.push({ where: `${where}: ${field}`, what, todo });
  if (creationPolicy === 'Merge' && type !== undefined) {
    const todo = 'remove it, and set it where the Secret is created';
    say('type', "can't be combined with creationPolicy Merge: the type of a Secret is immutable", todo);
  }
  if (creationPolicy === 'Merge' && keys === 'all') {
    const what = "is 'all' with creationPolicy Merge, which could overwrite any key of the Secret";
    say('keys', what, "write { key: 'label' } for each");
  }
  if (refreshPolicy === 'CreatedOnce' && refreshInterval !== undefined) {
    const what = 'has no effect with refreshPolicy CreatedOnce, which never refreshes';
    say('refreshInterval', what, 'leave one of the two out');
  }
  if (refreshPolicy === 'CreatedOnce' && creationPolicy === 'Orphan') {
    const what =
      'is Orphan with refreshPolicy CreatedOnce: a deleted Secret would never come back, and External Secrets Operator would still report Ready';
    say('creationPolicy', what, 'leave one of the two out');
  }
  if (refreshPolicy === 'CreatedOnce' && creationPolicy === 'Merge') {
    const what =
      'is Merge with refreshPolicy CreatedOnce: External Secrets Operator would read 1Password again on every change to the Secret';
    say('creationPolicy', what, 'leave one of the two out');
  }
  return problems;
}

/**
 * Checks one declaration of a file under `src/secrets/`.
 *
 * @param input The declaration, of any shape.
 * @param where The file, for the messages.
 * @returns One app secret per namespace; or every problem, reported once, and `sound`, the fields that are valid
 *   on their own.
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
      : [
          {
            where: `${named}: namespace`,
            what: "can't be combined with namespaces",
            todo: 'keep one of the two',
          },
        ]),
    ...('problems' in checked ? checked.problems : []),
    ...togetherProblems(rest, named),
  ];
  if (!('value' in checked) || problems.length > 0) return { problems, sound: soundFields(rest) };
  const { namespaces, ...secret } = checked.value;
  return { values: namespaces.map((one) => ({ namespace: one, ...secret })) };
}

/**
 * Checks the shape of an app secret; the guards check whether it works in a cluster.
 *
 * @param input What a file under `src/secrets/` exports, of any shape.
 * @param where The file, for the messages.
 * @returns The app secret; or every problem, and `sound`, the fields that are valid on their own.
 */
export function checkAppSecret(
  input: unknown,
  where: string,
): { value: AppSecretProps } | { problems: Problem[]; sound: SoundFields } {
  if (!isTree(input)) {
    return {
      sound: {},
      problems: [
        {
          where,
          what: 'exports something that is not an app secret',
          todo: 'export default appSecret({ ... })',
        },
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

/** The fields of an app secret that are valid on their own, so that the guards can still check them. */
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

/** Where a mistake is: the file, and as much of the app secret's name as it gives. */
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

/** Names in one line: all of up to three, else the first two and a count. */
export function someOf(names: readonly string[]): string {
  return names.length > 3 ? `${names.slice(0, 2).join(', ')} and ${names.length - 2} more` : names.join(', ');
}
