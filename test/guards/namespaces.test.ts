import { expect, test } from 'vitest';
import { errorsWith, flux, rootOf } from './repository.js';

const root = rootOf('./');
const namespace = (name: string) => `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${name}\n`;
const warning =
  'src/secrets/grafana.ts: monitoring/grafana: namespace: nothing in this repository creates or uses the namespace monitoring; correct the name, unless something else creates it';

test('warns about a namespace that nothing creates, if the repository creates any', async () => {
  const { code, err } = await errorsWith({ ...root, 'apps/ns.yaml': namespace('media') });
  expect(err).toContain(warning);
  expect(code).toBe(0);
});

test.each([
  ['one that is made', { ...root, 'apps/ns.yaml': namespace('monitoring') }],
  [
    'one that something else is in',
    {
      ...root,
      'apps/ns.yaml': namespace('media'),
      'apps/k.yaml': flux('x', '{path: ./x, targetNamespace: monitoring}'),
    },
  ],
  ['none is made here', root],
  ['no root is known', { 'apps/ns.yaml': namespace('media') }],
])('no warning: %s', async (_, files) => {
  expect((await errorsWith(files)).err).not.toContain('makes or uses');
});
