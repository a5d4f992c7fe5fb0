import type { ItemFinder } from '../onepassword/item-finder.js';
import { fileNameFor, keysFromLabels, type NewSecret } from '../onepassword/secret-file.js';

/** What was said by flags; the rest is asked for. */
export interface SaidSecret {
  readonly namespace?: string;
  readonly name?: string;
  readonly item?: string;
  readonly keys: NewSecret['keys'] | undefined;
  readonly type?: string;
  readonly file?: string;
}

/**
 * Asks on the terminal for what the flags did not say; with everything said, asks for nothing.
 *
 * @param finder The items to choose from; undefined when 1Password can't be read.
 * @returns The secret, and the name of its file without `.ts`.
 */
export async function askSecret(
  said: SaidSecret,
  finder: ItemFinder | undefined,
): Promise<{ file: string; secret: NewSecret }> {
  const prompts = async () => import('@inquirer/prompts');
  const required = (text: string) => text.trim() !== '' || 'write a name';
  const ask = async (message: string) => (await prompts()).input({ message, validate: required });

  const asksNothing = said.namespace !== undefined && said.name !== undefined && said.keys !== undefined;
  const name = said.name ?? (await ask('Name of the Secret'));
  const namespace = said.namespace ?? (await ask('Its namespace'));
  const file = said.file ?? fileNameFor(name);
  const item = said.item ?? (asksNothing ? defaultItem(file, finder) : await askItem(file, finder, prompts));
  const keys = said.keys ?? (await askKeys(item, finder, prompts));
  const secret = { namespace, name, item, keys, ...(said.type !== undefined && { type: said.type }) };
  return { file, secret };
}

type Prompts = () => Promise<typeof import('@inquirer/prompts')>;

/** The item that is called as the app, upper and lower case aside where there is only one such. */
function defaultItem(app: string, finder: ItemFinder | undefined): string {
  const same = (finder?.titles ?? []).filter((title) => title.toLowerCase() === app.toLowerCase());
  return same.length === 1 && same[0] !== undefined ? same[0] : app;
}

async function askItem(app: string, finder: ItemFinder | undefined, prompts: Prompts): Promise<string> {
  const message = 'Title of the 1Password item';
  const { input, search } = await prompts();
  const usual = defaultItem(app, finder);
  if (!finder || finder.titles.length === 0) return input({ message, default: usual });
  const titles = [...new Set(finder.titles)].sort((a, b) => a.localeCompare(b, 'en'));
  const first = [usual, ...titles.filter((title) => title !== usual)].filter((one) => titles.includes(one));
  return search({
    message,
    source: (typed = '') => first.filter((title) => title.toLowerCase().includes(typed.toLowerCase())),
  });
}

async function askKeys(
  item: string,
  finder: ItemFinder | undefined,
  prompts: Prompts,
): Promise<NewSecret['keys']> {
  const { checkbox, input } = await prompts();
  const found = finder?.find(item);
  const labels = finder && found && 'item' in found ? (await finder.read(found.item)).labels : [];
  const choices = Object.entries(keysFromLabels([...new Set(labels)].filter((label) => label !== '')));
  if (choices.length === 0) {
    const message = 'Labels of its fields, with commas between them';
    const typed = await input({ message, default: 'password' });
    const written = typed.split(',').map((label) => label.trim());
    return keysFromLabels(written.filter((label) => label !== ''));
  }
  const chosen = await checkbox({
    message: 'Fields, each with the key that it gets',
    choices: choices.map(([key, label]) => ({
      value: key,
      name: key === label ? key : `${label} -> ${key}`,
    })),
    required: true,
  });
  return Object.fromEntries(choices.filter(([key]) => chosen.includes(key)));
}
