import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { type AppSecretProps, externalUnit } from '../../src/index.js';
import { render } from '../../src/output/render.js';
import { composePlatform } from '../../src/platform/platform.js';
import { resolveSettings } from '../../src/platform/resolve-settings.js';
import { unitNameOf } from '../../src/platform/unit-name.js';

const secret = (namespace: string, name: string, more: Partial<AppSecretProps> = {}): AppSecretProps => ({
  namespace,
  name,
  item: 'Item',
  keys: 'all',
  ...more,
});

/** What is in `dist/` of these app secrets: for each unit its files and, without the store, what it waits for. */
function unitsOf(...files: AppSecretProps[][]) {
  const { settings } = resolveSettings({}, 'src/settings.ts');
  const { platform, problems } = composePlatform({
    settings,
    prefix: '',
    credentials: undefined,
    secrets: files.map((secrets, index) => ({ file: `src/secrets/${index}.ts`, secrets })),
  });
  expect(problems).toEqual([]);
  const tree = render(platform);
  const names = [...tree.keys()].flatMap((path) => /^flux\/(secrets-.*)\.yaml$/.exec(path)?.[1] ?? []);
  return Object.fromEntries(
    names.map((name) => {
      const { spec } = load(String(tree.get(`flux/${name}.yaml`))) as {
        spec: { path: string; dependsOn: { name: string; namespace: string; readyExpr: string }[] };
      };
      expect(spec.path).toBe(`./dist/${name}`);
      const [store, ...others] = spec.dependsOn;
      expect(store?.name).toBe('onepassword-store');
      for (const { readyExpr } of spec.dependsOn) {
        expect(readyExpr).toBe('has(dep.status.lastAppliedRevision)');
      }
      const holds = [...tree.keys()]
        .filter((path) => path.startsWith(`${name}/externalsecret-`))
        .map((path) => path.replace(/.*externalsecret-(.*)\.yaml/, '$1'));
      return [name, [holds.join(' '), others.map((one) => `${one.namespace}/${one.name}`).join(' ')]];
    }),
  );
}

test('one unit per namespace, whatever the files; a separate one on request or to wait', () => {
  const waits = (...names: string[]) => ({ waitsFor: names.map((name) => externalUnit(name)) });
  expect(
    unitsOf(
      [secret('media', 'radarr'), secret('monitoring', 'grafana')],
      [secret('media', 'sonarr'), secret('media', 'plex', { unit: 'plex' })],
      [
        secret('media', 'a', waits('gpu', 'cert-manager')),
        secret('media', 'b', waits('cert-manager', 'gpu')),
      ],
      [secret('media', 'c', waits('gpu'))],
      [secret('media', 'tv', { unit: 'plex', waitsFor: [externalUnit('nfs', 'storage')] })],
    ),
  ).toEqual({
    'secrets-media': ['radarr sonarr', ''],
    'secrets-media-after-cert-manager-gpu': ['a b', 'flux-system/cert-manager flux-system/gpu'],
    'secrets-media-after-gpu': ['c', 'flux-system/gpu'],
    'secrets-media-plex': ['plex tv', 'storage/nfs'],
    'secrets-monitoring': ['grafana', ''],
  });
});

test('a name that Flux could not put into a label ends in a digest of the whole', () => {
  const names = ['x'.repeat(55), 'x'.repeat(56), `${'x'.repeat(45)}-${'y'.repeat(17)}`].map((namespace) =>
    unitNameOf(secret(namespace, 'a'), {}),
  );
  expect(names).toEqual([
    `secrets-${'x'.repeat(55)}`,
    `secrets-${'x'.repeat(46)}-7491d628`,
    `secrets-${'x'.repeat(45)}-80ceec0b`,
  ]);
  for (const name of names) expect(name.length).toBeLessThanOrEqual(63);
});
