import { describe, expect, test } from 'vitest';
import { makeProject } from '../project.js';

const app = `import { appSecret } from '#cluster-secrets';
export default appSecret({ namespace: 'monitoring', name: 'grafana', item: 'grafana', keys: 'all' });
`;
const gone = 'ESO would take it over at once, report Ready, and its old keys would be gone';
const where = 'src/secrets/grafana.ts: monitoring/grafana';
const enc = 'ENC[AES256_GCM,data:YQ==,iv:YQ==,tag:YQ==,type:str]';

function sops(name: string, namespace?: string) {
  return `apiVersion: v1
kind: Secret
metadata:
  name: ${name}
${namespace === undefined ? '' : `  namespace: ${namespace}\n`}stringData:
  password: ${enc}
sops:
  mac: ${enc}
`;
}

async function errorsWith(files: Record<string, string>, git = true) {
  const project = await makeProject({ git, files: { 'src/secrets/grafana.ts': app, ...files } });
  const { code, err } = await project.synth();
  return { code, err };
}

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

const flux = (name: string, spec: string, namespace = 'flux-system') =>
  `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: ${name}, namespace: ${namespace}}\nspec: ${spec}\n`;

describe('SOPS files that Flux would apply without decryption are a warning', () => {
  const warning = (file: string, ks: string, by: string) =>
    `warning: ${file}: is encrypted with SOPS, and the Flux Kustomization ${by} in ${ks} applies it without decryption: ` +
    'the Secret would hold the ciphertext, and Flux would call it Ready; add spec.decryption with provider: sops there';

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

describe('Flux Kustomizations of the repository', () => {
  const waiting = (unit: string) => `import { appSecret, externalUnit } from '#cluster-secrets';
export default appSecret({ namespace: 'monitoring', name: 'grafana', item: 'grafana', keys: 'all', waitsFor: [externalUnit('${unit}')] });
`;

  test('a circle through them is refused, with the whole circle', async () => {
    expect(
      await errorsWith({
        'src/secrets/grafana.ts': waiting('monitoring'),
        'ks.yaml': `${flux('monitoring', '{path: ./m, dependsOn: [{name: database}]}')}---\n${flux('database', '{path: ./d, dependsOn: [{name: secrets-grafana}]}')}`,
      }),
    ).toEqual({
      code: 1,
      err: 'secrets-grafana: waits for itself: secrets-grafana -> monitoring -> database -> secrets-grafana; remove one of these waits',
    });
  });

  test('one that is nowhere is a warning', async () => {
    expect(
      await errorsWith({
        'src/secrets/grafana.ts': waiting('monitorin'),
        'ks.yaml': flux('monitoring', '{path: ./m}'),
      }),
    ).toEqual({
      code: 0,
      err: 'warning: secrets-grafana: waits for the Flux Kustomization flux-system/monitorin, which is nowhere in this repository; correct its name, unless something else makes it',
    });
  });

  test('one that has the name of a unit is refused, in the same namespace', async () => {
    const files = (namespace: string) => ({
      'ks.yaml': flux('external-secrets', '{path: ./eso}', namespace),
    });
    expect(await errorsWith(files('other'))).toEqual({ code: 0, err: '' });
    expect(await errorsWith(files('flux-system'))).toEqual({
      code: 1,
      err: "external-secrets: is the name of a Flux Kustomization in ks.yaml, too, and the two would undo each other's work; rename that one, or remove it first",
    });
  });
});
