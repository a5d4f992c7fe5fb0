import fc from 'fast-check';
import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { guardSecrets } from '../src/guards/index.js';
import type { AppSecretProps } from '../src/index.js';
import { render } from '../src/output/render.js';
import { validate } from '../src/output/validate.js';
import { checkAppSecret } from '../src/platform/app-secret-shape.js';
import type { AppSecretsFile } from '../src/platform/app-secrets.js';
import { composePlatform } from '../src/platform/platform.js';
import { resolveSettings } from '../src/platform/resolve-settings.js';
import { isTree } from '../src/tree.js';
import { appSecretArbitrary } from './app-secrets.js';

const { settings } = resolveSettings({}, 'src/settings.ts');

/** What synth does with the secrets of these files, in memory. */
function synth(files: readonly AppSecretsFile[]) {
  const { platform, problems } = composePlatform({
    settings,
    prefix: '',
    credentials: undefined,
    secrets: files,
  });
  const told = [...problems, ...guardSecrets({ settings, files })];
  return { told, files: told.length > 0 ? undefined : render(platform) };
}

function asFile(app: string, secrets: readonly AppSecretProps[]): AppSecretsFile {
  return { file: `src/secrets/${app}.ts`, secrets };
}

/** (namespace, name) of the Secrets that a tree makes. */
function targets(files: ReadonlyMap<string, Buffer>): string[] {
  return [...files.values()].flatMap((content) => {
    const object = load(content.toString('utf8'));
    if (!isTree(object) || object['kind'] !== 'ExternalSecret') return [];
    const { metadata, spec } = object as {
      metadata: { namespace: string };
      spec: { target: { name: string } };
    };
    return [`${metadata.namespace}/${spec.target.name}`];
  });
}

test('any list of valid app secrets: either reports clashing names, or everything is valid and unique', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(appSecretArbitrary, { minLength: 1, maxLength: 4 }), { maxLength: 5 }),
      (lists) => {
        const files = lists.map((secrets, index) => asFile(`app-${index}`, secrets));
        const names = lists.flat().map(({ namespace, name }) => `${namespace}/${name}`);
        const { told, files: tree } = synth(files);
        if (new Set(names).size < names.length) {
          const twice = names.filter((name, index) => names.indexOf(name) !== index);
          expect(new Set(told.map(({ where }) => where.split(': ')[1]))).toEqual(new Set(twice));
          return;
        }
        expect(told).toEqual([]);
        expect(tree && validate(tree)).toEqual([]);
        expect(tree && targets(tree).toSorted()).toEqual(names.toSorted());
      },
    ),
    { numRuns: 40 },
  );
});

const faults: readonly ((secret: AppSecretProps) => unknown)[] = [
  (secret) => ({ ...secret, namespace: 'Bad_Namespace' }),
  (secret) => ({ ...secret, name: '-bad' }),
  (secret) => ({ ...secret, refreshInterval: '1d' }),
  ({ item, items, ...secret }) => secret,
  ({ keys, template, templateFrom, ...secret }) => secret,
  (secret) => ({ ...secret, keys: { 'bad key': 'x' } }),
  (secret) => ({ ...secret, template: { bad: '{{ index . "x" }}' } }),
  (secret) => ({ ...secret, template: { bad: '{{ .x' } }),
  (secret) => ({ ...secret, labels: { bad: 'not a value' } }),
  (secret) => ({ ...secret, type: 'kubernetes.io/tls', keys: { other: 'x' } }),
  (secret) => ({ ...secret, deletionPolicy: 'Delete' }),
];

test('any list with invalid app secrets: reports each invalid one, and no valid one', () => {
  const some = fc.array(fc.tuple(appSecretArbitrary, fc.option(fc.constantFrom(...faults))), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(some, (list) => {
      const bad = new Set<string>();
      const told = new Set<string>();
      const files = list.map(([secret, fault], index) => {
        const file = `src/secrets/app-${index}.ts`;
        // Each of its own name, so that no two of them meet.
        const { externalSecretName: _, ...others } = secret;
        const input = { ...others, name: `${secret.name.slice(0, 40)}-${index}` };
        if (fault) bad.add(file);
        const checked = checkAppSecret(fault ? fault(input) : input, file);
        if ('problems' in checked)
          for (const { where } of checked.problems) told.add(where.split(': ')[0] ?? '');
        return asFile(`app-${index}`, 'value' in checked ? [checked.value] : []);
      });
      for (const { where } of synth(files).told) told.add(where.split(': ')[0] ?? '');
      expect([...told].toSorted()).toEqual([...bad].toSorted());
    }),
    { numRuns: 60 },
  );
});
