import { describe, expect, test } from 'vitest';
import { enc, errorsWith, flux, sops } from './repository.js';

describe('SOPS files that Flux would apply without decryption are a warning', () => {
  const warning = (file: string, ks: string, by: string) =>
    `warning: ${file}: is encrypted with SOPS, but the Flux Kustomization ${by} in ${ks} applies it without decryption: ` +
    'the Secret would hold the ciphertext, and Flux would report Ready; add spec.decryption with provider: sops there';

  test('by path, through kustomizations, and as input of a secretGenerator', async () => {
    const { code, err } = await errorsWith({
      'ks.yaml': `${flux('one', '{path: ./one/}')}---\n${flux('two', '{path: two, decryption: {provider: sops}}')}---\n${flux('three', '{path: ./three}')}`,
      'one/deep/x.yaml': sops('x'),
      'two/x.yaml': sops('x'),
      'three/kustomization.yaml':
        'resources: [./base]\nsecretGenerator: [{name: g, envs: [a.env], files: [k=b.json]}]\n',
      'three/a.env': `PASSWORD=${enc}\n`,
      'three/b.json': '{}',
      'three/base/kustomization.yaml': 'resources:\n- x.sops.yaml\n',
      'three/base/x.sops.yaml': sops('x'),
      'three/base/not-listed.sops.yaml': sops('x'),
    });
    expect(code).toBe(0);
    expect(err.split('\n')).toEqual([
      warning('one/deep/x.yaml', 'ks.yaml', 'one'),
      warning('three/a.env', 'ks.yaml', 'three'),
      warning('three/base/x.sops.yaml', 'ks.yaml', 'three'),
    ]);
  });

  test('not where a patch of its own Flux Kustomization or kustomization gives it one', async () => {
    const patch = `{path: ./apps, patches: [{patch: 'spec: {decryption: {provider: sops}}', target: {kind: Kustomization}}]}`;
    const files = {
      'cluster.yaml': flux('cluster', patch),
      'apps/ks.yaml': flux('media', '{path: ./media}'),
      'media/x.yaml': sops('x'),
    };
    expect(await errorsWith(files)).toEqual({ code: 0, err: '' });
  });
});
