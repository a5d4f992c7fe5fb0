import { beforeEach, expect, test, vi } from 'vitest';
import { askSecret } from '../../src/cli/ask-secret.js';
import { ItemFinder } from '../../src/onepassword/item-finder.js';
import type { Vaults } from '../../src/onepassword/vaults.js';

/** What the operator answers, by the beginning of the question. */
const answers = new Map<string, unknown>();
const asked: string[] = [];
/** What the operator was offered. */
const offered: unknown[] = [];

async function answer(config: { message: string; default?: string }): Promise<unknown> {
  asked.push(config.message);
  return answers.get(config.message) ?? config.default;
}

vi.mock('@inquirer/prompts', () => ({
  input: answer,
  async search(config: { message: string; source: (typed?: string) => unknown }) {
    offered.push(config.source(), config.source('SHARED'));
    return answer(config);
  },
  async checkbox(config: { message: string; choices: unknown }) {
    offered.push(config.choices);
    return answer(config);
  },
}));

beforeEach(() => {
  answers.clear();
  asked.length = 0;
  offered.length = 0;
});

const items = ['Shared thing', 'Grafana'].map((title, index) => ({
  id: `id${index}`,
  title,
  vaultId: 'v',
  isDocument: false,
}));
const vaults: Vaults = {
  source: 'Connect',
  listItems: async () => items,
  readItem: async () => ({ labels: ['username', 'admin user', '', 'username'], files: [] }),
};

test('offers the items, the one called as the app first, and its fields with their keys', async () => {
  answers.set('Name of the Secret', 'grafana');
  answers.set('Its namespace', 'monitoring');
  answers.set('Title of the 1Password item', 'Grafana');
  answers.set('Fields, each with the key that it gets', ['admin_user']);
  const finder = await ItemFinder.open(vaults, ['Kubernetes']);
  expect(await askSecret({ keys: undefined }, finder)).toEqual({
    file: 'grafana',
    secret: { namespace: 'monitoring', name: 'grafana', item: 'Grafana', keys: { admin_user: 'admin user' } },
  });
  expect(offered).toEqual([
    ['Grafana', 'Shared thing'],
    ['Shared thing'],
    [
      { value: 'username', name: 'username' },
      { value: 'admin_user', name: 'admin user -> admin_user' },
    ],
  ]);
});

test('without 1Password asks for the title and the labels, and asks for nothing that was said', async () => {
  answers.set('Labels of its fields, with commas between them', 'password, api key,');
  const said = { namespace: 'apps', name: 'web.example', type: 'Opaque', keys: undefined };
  expect(await askSecret(said, undefined)).toEqual({
    file: 'web-example',
    secret: {
      namespace: 'apps',
      name: 'web.example',
      item: 'web-example',
      keys: { password: 'password', api_key: 'api key' },
      type: 'Opaque',
    },
  });
  expect(asked).toEqual(['Title of the 1Password item', 'Labels of its fields, with commas between them']);
});
