import type { z } from 'zod';
import { type Problem, problemLine } from '../../errors.js';
import type { ItemFinder } from '../../onepassword/item-finder.js';
import {
  fileNameFor,
  keysFor,
  type NewSecret,
  type NewSource,
  typedSource,
} from '../../onepassword/secret-file.js';
import { dnsLabel, dnsSubdomain, text } from '../../platform/shape.js';
import type { Prompts } from '../../terminal/prompts.js';

/** What the flags gave; prompts ask for the rest. */
export interface SaidSecret {
  readonly namespace?: string;
  readonly name?: string;
  readonly item?: string;
  readonly keys: NewSecret['keys'] | undefined;
  readonly type?: string;
  readonly file?: string;
}

/** The prompts, and what answers are checked against. */
export interface Asking {
  /** The items to choose from; undefined if 1Password can't be read. */
  readonly finder: ItemFinder | undefined;
  /** Why `src/secrets/<file>.ts` can't be created; undefined if it can. */
  readonly fileProblem: (file: string) => Problem | undefined;
  /**
   * Why 1Password or synth would refuse the secret, as far as it is known yet: `keys` is `'all'` until they are
   * chosen.
   */
  readonly refusal: (secret: NewSecret, file: string, said: 'place' | 'keys') => Promise<string | undefined>;
  readonly prompts: Prompts;
}

/**
 * Prompts for what the flags left out, and again after an invalid answer. Does not prompt if nothing is missing.
 *
 * @returns The secret, and the name of its file, without `.ts`.
 */
export async function askSecret(
  said: SaidSecret,
  { finder, fileProblem, refusal, prompts }: Asking,
): Promise<{ file: string; secret: NewSecret }> {
  const { namespace, name, keys } = said;
  if (namespace !== undefined && name !== undefined && keys !== undefined) {
    const file = said.file ?? fileNameFor(name);
    return {
      file,
      secret: newSecret(namespace, name, said.item ?? defaultItem(file, finder), keys, said.type),
    };
  }
  const { input } = prompts;
  const ask = (message: string, validate: Validate, usual?: string) =>
    input({ message, validate, ...(usual !== undefined && { default: usual }) });
  const orTrue = async (why: Promise<string | undefined>) => (await why) ?? true;

  const secretName = name ?? (await ask('Name of the Secret', by(dnsSubdomain())));
  const usualFile = said.file ?? fileNameFor(secretName);
  const placed = (place: string) => newSecret(place, secretName, said.item ?? 'item', 'all', undefined);
  const goodPlace = both(by(dnsLabel()), (place) => orTrue(refusal(placed(place), usualFile, 'place')));
  const itsNamespace = namespace ?? (await ask('Namespace', goodPlace));
  const file = said.file ?? (await askFile(usualFile, fileProblem, prompts));
  const item = said.item ?? (await askItem(file, finder, prompts));
  const goodKeys = (chosen: NewSecret['keys']) =>
    refusal(newSecret(itsNamespace, secretName, item, chosen, said.type), file, 'keys');
  const itsKeys = keys ?? (await askKeys(item, finder, prompts, goodKeys));
  const goodType = both(by(text()), (type) =>
    orTrue(refusal(newSecret(itsNamespace, secretName, item, itsKeys, type), file, 'keys')),
  );
  const type = said.type ?? (await ask('Type of the Secret', goodType, 'Opaque'));
  const written = said.type === undefined && type === 'Opaque' ? undefined : type;
  return { file, secret: newSecret(itsNamespace, secretName, item, itsKeys, written) };
}

function newSecret(
  namespace: string,
  name: string,
  item: string,
  keys: NewSecret['keys'],
  type: string | undefined,
): NewSecret {
  return { namespace, name, item, keys, ...(type !== undefined && { type }) };
}

type Validate = (answer: string) => true | string | Promise<true | string>;

/** Runs the second check only if the first passes. */
function both(first: (answer: string) => true | string, second: Validate): Validate {
  return (answer) => {
    const found = first(answer);
    return found === true ? second(answer) : found;
  };
}

/** Validates an answer by the schema of the field. */
function by(schema: z.ZodType<string>): (answer: string) => true | string {
  return (answer) => schema.safeParse(answer).error?.issues[0]?.message ?? true;
}

/** The default file name, unless it is taken. */
async function askFile(
  usual: string,
  fileProblem: Asking['fileProblem'],
  { input }: Prompts,
): Promise<string> {
  const taken = fileProblem(usual);
  if (!taken) return usual;
  return input({
    message: `${taken.where} ${taken.what}. Name of another file, without .ts`,
    validate: (answer) => {
      const problem = fileProblem(answer);
      return problem === undefined || problemLine(problem);
    },
  });
}

/** The one item whose title is the app's name, ignoring case; otherwise the app's name itself. */
function defaultItem(app: string, finder: ItemFinder | undefined): string {
  const same = (finder?.titles ?? []).filter((title) => title.toLowerCase() === app.toLowerCase());
  return same.length === 1 && same[0] !== undefined ? same[0] : app;
}

async function askItem(
  app: string,
  finder: ItemFinder | undefined,
  { input, search }: Prompts,
): Promise<string> {
  const message = 'Title of the 1Password item';
  const usual = defaultItem(app, finder);
  if (!finder || finder.titles.length === 0) return input({ message, default: usual, validate: by(text()) });
  const titles = [...new Set(finder.titles)].sort((a, b) => a.localeCompare(b, 'en'));
  const first = [usual, ...titles.filter((title) => title !== usual)].filter((one) => titles.includes(one));
  return search({
    message,
    source: (typed) => {
      const fitting = first.filter((title) => title.toLowerCase().includes(typed.toLowerCase()));
      return fitting.includes(typed) ? [typed, ...fitting.filter((title) => title !== typed)] : fitting;
    },
    validate: (title) => {
      const found = finder.find(title);
      return 'item' in found || found.problem;
    },
  });
}

async function askKeys(
  item: string,
  finder: ItemFinder | undefined,
  { checkbox, input, select }: Prompts,
  refusal: (keys: NewSecret['keys']) => Promise<string | undefined>,
): Promise<NewSecret['keys']> {
  const notAll = await refusal('all');
  const all = await select({
    message: 'Fields and files of the item',
    choices: [
      { value: false, name: 'choose' },
      {
        value: true,
        name: 'all fields, with their labels as keys (a missing field goes unnoticed)',
        disabled: notAll === undefined ? false : `(unavailable: ${notAll})`,
      },
    ],
  });
  if (all) return 'all';
  const choices = Object.entries(keysFor(await sourcesOf(item, finder)));
  if (choices.length === 0) {
    const sources = (typed: string) => typed.split(',').flatMap((source) => typedSource(source.trim()) ?? []);
    const typed = await input({
      message: 'Labels of its fields, separated by commas (file:NAME for a file)',
      default: 'password',
      validate: async (answer) =>
        sources(answer).length > 0 ? ((await refusal(keysFor(sources(answer)))) ?? true) : 'enter a label',
    });
    return keysFor(sources(typed));
  }
  const keysOf = (chosen: readonly string[]) =>
    Object.fromEntries(choices.filter(([key]) => chosen.includes(key)));
  const chosen = await checkbox({
    message: 'Fields and files, with their keys',
    validate: async (marked) => (await refusal(keysOf(marked.map(({ value }) => value)))) ?? true,
    choices: choices.map(([key, source]) => {
      const shown = typeof source === 'string' ? source : `file ${source.file}`;
      return { value: key, name: key === shown ? key : `${shown} -> ${key}` };
    }),
    required: true,
  });
  return keysOf(chosen);
}

/** The fields and files to choose from: of a Document, ESO reads only files. */
async function sourcesOf(item: string, finder: ItemFinder | undefined): Promise<NewSource[]> {
  const found = finder?.find(item);
  if (!finder || !found || 'problem' in found) return [];
  const { labels, files } = await finder.read(found.item);
  const readable = found.item.isDocument ? [] : labels.filter((label) => label !== '');
  return [...new Set(readable), ...[...new Set(files)].map((file) => ({ file }))];
}
