import { expect, test } from 'vitest';
import { enc, errorsWith, sops } from './repository.js';

const gone = 'ESO would take it over at once, report Ready, and its old keys would be gone';
const where = 'src/secrets/grafana.ts: monitoring/grafana';
const clash = (kind: string, file: string) =>
  `${where}: is ${kind} in ${file}, too: ${gone}; rename this one, or delete ${file} first`;

test.each([
  ['in a git repository', true],
  ['without git', false],
])('a SOPS Secret of the same namespace and name is refused %s', async (_, git) => {
  expect(await errorsWith({ 'apps/x.yaml': sops('grafana', 'monitoring') }, git)).toEqual({
    code: 1,
    err: clash('the SOPS-encrypted Secret', 'apps/x.yaml'),
  });
});

test('another namespace is no clash', async () => {
  expect(await errorsWith({ 'apps/x.yaml': sops('grafana', 'media') })).toEqual({ code: 0, err: '' });
});

test('SOPS JSON, and the second document of a file', async () => {
  const json = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'grafana', namespace: 'monitoring' },
    sops: { mac: enc },
  };
  expect(
    await errorsWith({
      'apps/a.json': JSON.stringify(json, null, '\t'),
      'apps/b.yaml': `${sops('other', 'monitoring')}---\n${sops('grafana', 'monitoring')}`,
    }),
  ).toEqual({
    code: 1,
    err: `${clash('the SOPS-encrypted Secret', 'apps/a.json')}\n${clash('the SOPS-encrypted Secret', 'apps/b.yaml')}`,
  });
});

test('the namespace and a prefix come from kustomizations, the outermost namespace wins', async () => {
  expect(
    await errorsWith({
      'apps/base/x.yaml': sops('ana', 'inner'),
      'apps/base/kustomization.yaml': 'namespace: middle\nresources: [x.yaml]\n',
      'apps/kustomization.yaml': 'namespace: monitoring\nnamePrefix: graf\nresources: [./base/]\n',
    }),
  ).toEqual({ code: 1, err: clash('the SOPS-encrypted Secret', 'apps/base/x.yaml') });
});

test('the namespace comes from the Flux Kustomization that builds the folder', async () => {
  expect(
    await errorsWith({
      'apps/x.yaml': sops('grafana'),
      'ks.yaml':
        'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: apps}\n' +
        'spec: {path: ./apps, targetNamespace: monitoring, decryption: {provider: sops}}\n',
    }),
  ).toEqual({ code: 1, err: clash('the SOPS-encrypted Secret', 'apps/x.yaml') });
});

test('a generated Secret clashes without a hash, and not with one', async () => {
  const generator = 'namespace: monitoring\nsecretGenerator: [{name: grafana, files: [a.env]}]\n';
  expect(await errorsWith({ 'apps/kustomization.yaml': generator })).toEqual({ code: 0, err: '' });
  expect(
    await errorsWith({
      'apps/kustomization.yaml': `${generator}generatorOptions: {disableNameSuffixHash: true}\n`,
    }),
  ).toEqual({ code: 1, err: clash('the Secret that kustomize generates', 'apps/kustomization.yaml') });
});

test("an ExternalSecret's target and a plain Secret clash, too", async () => {
  expect(
    await errorsWith({
      'apps/es.yaml':
        'kind: ExternalSecret\nmetadata: {name: x, namespace: monitoring}\nspec: {target: {name: grafana}}\n',
      'apps/s.yaml': 'kind: Secret\nmetadata: {name: grafana, namespace: monitoring}\n',
    }),
  ).toEqual({
    code: 1,
    err: `${clash('the Secret of the ExternalSecret', 'apps/es.yaml')}\n${clash('the Secret', 'apps/s.yaml')}`,
  });
});

const settings = (file: string) =>
  `export default { allowSameName: [{ secret: 'monitoring/grafana', file: '${file}', reason: 'is in media' }] };\n`;

test('without a namespace the name is a clash, which an allow lifts', async () => {
  expect(await errorsWith({ 'apps/x.yaml': sops('grafana') })).toEqual({
    code: 1,
    err:
      `${where}: has the name of the SOPS-encrypted Secret in apps/x.yaml, whose namespace can't be found: ${gone}; ` +
      'write metadata.namespace there, rename this one, or allow it with allowSameName in src/settings.ts',
  });
  expect(
    await errorsWith({ 'apps/x.yaml': sops('grafana'), 'src/settings.ts': settings('apps/x.yaml') }),
  ).toEqual({ code: 0, err: '' });
});

test('an allow that lifts nothing is a problem', async () => {
  expect(await errorsWith({ 'src/settings.ts': settings('apps/y.yaml') })).toEqual({
    code: 1,
    err: 'src/settings.ts: allowSameName[0]: allows monitoring/grafana beside apps/y.yaml, where no clash with an unknown namespace is; remove it',
  });
});

test('what cannot be read is a warning with its file', async () => {
  const { code, err } = await errorsWith({
    'apps/chart.yaml': `name: {{ x }}: {{\nsops: ${enc}\n`,
    'apps/name.yaml': sops(enc, 'monitoring'),
    'apps/es.yaml': 'kind: ExternalSecret\nmetadata: {name: x}\nspec: {refreshInterval: 1d}\n',
  });
  expect(code).toBe(0);
  const lines = err.split('\n');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toBe(
    "warning: apps/es.yaml: refreshInterval '1d' is no Go duration, and one such ExternalSecret stops ESO for the whole cluster; write hours, minutes or seconds, such as 24h",
  );
  expect(lines[0]).toMatch(
    /^warning: apps\/chart\.yaml: is encrypted with SOPS, and can't be read \(.*, line \d+\); /,
  );
  expect(lines[2]).toBe(
    "warning: apps/name.yaml: holds a SOPS-encrypted Secret whose metadata.name can't be read; encrypt only data and stringData, and see that no app secret has its name",
  );
});

test('the tests and CRDs that come with the project are no manifests of the operator', async () => {
  const files = {
    'test/golden/rich/es.yaml':
      'kind: ExternalSecret\nmetadata: {name: grafana, namespace: monitoring}\nspec: {refreshInterval: 1d}\n',
    'imports/crds/x.yaml': sops('grafana', 'monitoring'),
  };
  expect(await errorsWith(files)).toEqual({ code: 0, err: '' });
});
