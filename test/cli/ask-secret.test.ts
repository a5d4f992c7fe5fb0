import { beforeEach, expect, test } from 'vitest';
import { askSecret } from '../../src/commands/add-secret/ask-secret.js';
import { ItemFinder } from '../../src/onepassword/item-finder.js';
import type { Vaults } from '../../src/onepassword/vaults.js';
import type { Prompts } from '../../src/terminal/prompts.js';

/** What the operator answers, by the beginning of the question. */
const answers = new Map<string, unknown>();
const asked: string[] = [];
/** What the operator was offered. */
const offered: unknown[] = [];

const disabled: unknown[] = [];

/** What the questions say to an answer that can't be, by the beginning of the question. */
const refused = new Map<string, unknown>();

interface Question {
  readonly message: string;
  readonly default?: string;
  readonly validate?: (answer: never) => unknown;
}

async function answer({ message, default: usual, validate }: Question): Promise<unknown> {
  asked.push(message);
  for (const wrong of wrongAnswers) refused.set(`${message}: ${wrong}`, await validate?.(wrong as never));
  const given = answers.get(message) ?? usual;
  expect((await validate?.(given as never)) ?? true).toBe(true);
  return given;
}

/** Given to every question before the right one. */
const wrongAnswers = ['', 'No Name', 'grafana', 'Twice'];

/** In the place of a terminal. */
const prompts = {
  input: answer,
  async search(config: { message: string; source: (typed?: string) => unknown }) {
    offered.push(config.source(''), config.source('SHARED'));
    return answer(config);
  },
  async checkbox(config: { message: string; choices: unknown }) {
    offered.push(config.choices);
    asked.push(config.message);
    return answers.get(config.message);
  },
  async select(config: { message: string; choices: { disabled?: unknown }[] }) {
    disabled.push(...config.choices.flatMap((choice) => choice.disabled || []));
    return answers.get(config.message) ?? false;
  },
} as unknown as Prompts;

beforeEach(() => {
  answers.clear();
  asked.length = 0;
  offered.length = 0;
  refused.clear();
});

const items = ['Shared thing', 'Grafana', 'Twice', 'Twice', 'Kubeconfig'].map((title, index) => ({
  id: `id${index}`,
  title,
  vaultId: 'v',
  isDocument: title === 'Kubeconfig',
}));
const vaults: Vaults = {
  source: 'Connect',
  listItems: async () => items,
  readItem: async () => ({
    labels: ['username', 'admin user', '', 'username'],
    files: ['ca.pem'],
    emptyLabels: [],
    emptyFiles: [],
  }),
};

const fileProblem = () => undefined;
/** What would be refused in the end, by the item or the namespace. */
const refusals = new Map<string, string>();
const refusal = async ({ namespace, item }: { namespace: string; item: string }) =>
  refusals.get(item) ?? refusals.get(namespace);

test('offers the items, the one called as the app first, and its fields with their keys', async () => {
  answers.set('Name of the Secret', 'grafana');
  answers.set('Namespace', 'monitoring');
  answers.set('Title of the 1Password item', 'Grafana');
  answers.set('Fields and files, with their keys', ['admin_user', 'ca.pem']);
  const finder = await ItemFinder.open(vaults, ['Kubernetes']);
  expect(await askSecret({ keys: undefined }, { finder, fileProblem, refusal, prompts })).toEqual({
    file: 'grafana',
    secret: {
      namespace: 'monitoring',
      name: 'grafana',
      item: 'Grafana',
      keys: { admin_user: 'admin user', 'ca.pem': { file: 'ca.pem' } },
    },
  });
  expect(offered).toEqual([
    ['Grafana', 'Kubeconfig', 'Shared thing', 'Twice'],
    ['Shared thing'],
    [
      { value: 'username', name: 'username' },
      { value: 'admin_user', name: 'admin user -> admin_user' },
      { value: 'ca.pem', name: 'file ca.pem -> ca.pem' },
    ],
  ]);
  expect(refused.get('Name of the Secret: No Name')).toBe(
    'is not a valid Kubernetes name; use lower-case letters, digits, - and .',
  );
  expect(refused.get('Namespace: No Name')).toBe(
    'is not a valid Kubernetes name; use at most 63 lower-case letters, digits and -',
  );
  expect(refused.get('Title of the 1Password item: Twice')).toBe(
    'vault Kubernetes has 2 items with this title: id2, id3',
  );
  expect(refused.get('Type of the Secret: ')).toBe('is empty; fill it in');
});

test('only the files of a Document, and everything of an item', async () => {
  answers.set('Fields and files, with their keys', ['ca.pem']);
  answers.set('Type of the Secret', 'kubernetes.io/tls');
  const said = { namespace: 'apps', name: 'kubeconfig', item: 'Kubeconfig', keys: undefined };
  const finder = await ItemFinder.open(vaults, ['Kubernetes']);
  const { secret } = await askSecret(said, { finder, fileProblem, refusal, prompts });
  expect(secret).toMatchObject({ keys: { 'ca.pem': { file: 'ca.pem' } }, type: 'kubernetes.io/tls' });
  expect(offered).toEqual([[{ value: 'ca.pem', name: 'file ca.pem -> ca.pem' }]]);
  answers.set('Fields and files of the item', true);
  expect((await askSecret(said, { finder, fileProblem, refusal, prompts })).secret.keys).toBe('all');
});

test('without 1Password asks for the title and the labels, and asks for nothing that was said', async () => {
  const labels = 'Labels of its fields, separated by commas (file:NAME for a file)';
  answers.set(labels, 'password, api key,, file:ca.pem');
  const said = { namespace: 'apps', name: 'web.example', type: 'Opaque', keys: undefined };
  expect(await askSecret(said, { finder: undefined, fileProblem, refusal, prompts })).toEqual({
    file: 'web-example',
    secret: {
      namespace: 'apps',
      name: 'web.example',
      item: 'web-example',
      keys: { password: 'password', api_key: 'api key', 'ca.pem': { file: 'ca.pem' } },
      type: 'Opaque',
    },
  });
  expect(asked).toEqual(['Title of the 1Password item', labels]);
});

test('an existing file: asks for another name', async () => {
  const question = 'src/secrets/web.ts is there already. Name of another file, without .ts';
  answers.set(question, 'grafana');
  const said = { namespace: 'apps', name: 'web', item: 'x', keys: undefined };
  const taken = (file: string) =>
    file === 'grafana'
      ? undefined
      : { where: `src/secrets/${file}.ts`, what: 'is there already', todo: 'choose another' };
  const { file } = await askSecret(said, { finder: undefined, fileProblem: taken, refusal, prompts });
  expect(file).toBe('grafana');
  expect(refused.get(`${question}: Twice`)).toBe('src/secrets/Twice.ts: is there already; choose another');
});

test('refuses an answer at its question, not at the end', async () => {
  refusals.set('taken', 'is the Secret of another file; choose another name');
  refusals.set('Grafana', 'two fields have this name; rename one');
  answers.set('Namespace', 'monitoring');
  answers.set('Name of the Secret', 'web');
  answers.set('Title of the 1Password item', 'Grafana');
  answers.set('Fields and files, with their keys', ['admin_user']);
  wrongAnswers.push('taken');
  const finder = await ItemFinder.open(vaults, ['Kubernetes']);
  await askSecret({ keys: undefined, type: 'Opaque' }, { finder, fileProblem, refusal, prompts });
  wrongAnswers.pop();
  refusals.clear();
  expect(refused.get('Namespace: taken')).toBe('is the Secret of another file; choose another name');
  expect(disabled).toContain('(unavailable: two fields have this name; rename one)');
});
