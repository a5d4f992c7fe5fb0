import { expect, test } from 'vitest';
import { referenceProblems } from '../../src/guards/references.js';
import { resolveSettings } from '../../src/platform/resolve-settings.js';

const secret = (namespace: string, name: string) => ({ namespace, name, item: 'Item', keys: 'all' as const });

test.each([
  ['external-secrets', 'onepassword-secret', 'is the Secret that Connect and the store need'],
  ['external-secrets', 'external-secrets-webhook', "is the Secret of External Secrets Operator's webhook"],
  ['flux-system', 'sops-age', 'is the Secret Flux decrypts with'],
  ['flux-system', 'flux-system', 'is the Secret Flux reads git with'],
])('%s/%s is taken', (namespace, name, what) => {
  const { settings } = resolveSettings({}, 'src/settings.ts');
  expect(referenceProblems(secret(namespace, name), settings)).toEqual([
    expect.objectContaining({
      where: 'name',
      what: `${what}, and External Secrets Operator would take it over`,
    }),
  ]);
  expect(referenceProblems(secret('default', name), settings)).toEqual([]);
});

test('the names are those of the settings', () => {
  const { settings } = resolveSettings(
    {
      namespace: 'eso',
      credentialsSecret: 'connect',
      flux: {
        namespace: 'flux',
        sopsSecret: 'age',
        source: { kind: 'GitRepository', name: 'home', namespace: 'sources' },
      },
    },
    'src/settings.ts',
  );
  for (const [namespace, name] of [
    ['eso', 'connect'],
    ['eso', 'external-secrets-webhook'],
    ['flux', 'age'],
    ['sources', 'home'],
  ] as const) {
    expect(referenceProblems(secret(namespace, name), settings), name).toHaveLength(1);
  }
  for (const [namespace, name] of [
    ['external-secrets', 'onepassword-secret'],
    ['flux-system', 'sops-age'],
    ['flux', 'home'],
  ] as const) {
    expect(referenceProblems(secret(namespace, name), settings), name).toEqual([]);
  }
});
