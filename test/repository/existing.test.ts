/** Repositories that run External Secrets Operator, Connect or a store already. */
import { join } from 'node:path';
import { load } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { problemsIn } from '../../src/constructs/validation.js';
import { problemLine } from '../../src/errors.js';
import { Cluster, existing, Unit } from '../../src/index.js';
import { resolveSettings } from '../../src/platform/resolve-settings.js';
import { makeProject, readTree, root } from '../project.js';
import { appSecret, bootstrapped, kustomization, place } from './shapes.js';

const elsewhere = {
  namespace: 'security',
  sourceRef: '{kind: GitRepository, name: flux-system, namespace: flux-system}',
};

/** As most home-lab repositories have it: the operator, and the store that reads Connect. */
const host = {
  ...bootstrapped(),
  'clusters/home/apps.yaml': [
    kustomization('external-secrets', './apps/eso', '', elsewhere),
    kustomization('stores', './apps/stores', '', elsewhere),
  ].join('---\n'),
  'apps/eso/hr.yaml': `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: external-secrets, namespace: external-secrets}
spec: {interval: 1h, chartRef: {kind: OCIRepository, name: external-secrets}}
---
apiVersion: source.toolkit.fluxcd.io/v1
kind: OCIRepository
metadata: {name: external-secrets, namespace: external-secrets}
spec: {interval: 1h, url: "oci://ghcr.io/external-secrets/charts/external-secrets", ref: {tag: 2.9.0}}
`,
  'apps/stores/store.yaml': `apiVersion: external-secrets.io/v1
kind: ClusterSecretStore
metadata: {name: onepassword}
spec:
  conditions: [{namespaces: [media, monitoring]}]
  provider:
    onepassword:
      connectHost: http://onepassword-connect.external-secrets.svc.cluster.local:8080
      vaults: {Family: 2, Home: 1}
      auth: {secretRef: {connectTokenSecretRef: {name: token, namespace: external-secrets, key: token}}}
`,
};

const at = 'infrastructure/secrets';

function settings(text: string): Record<string, string> {
  return {
    'src/settings.ts': `import { defineSettings, existing, externalUnit } from '#cluster-secrets';
export default defineSettings(${text});
`,
    'src/secrets/radarr.ts': appSecret('media', 'radarr'),
  };
}

const operatorLine = "`externalSecrets: existing({ unit: externalUnit('external-secrets', 'security') })`";
const storeLine = "`store: existing({ name: 'onepassword', unit: externalUnit('stores', 'security') })`";
const handOver =
  'in src/settings.ts; to let this project manage it instead, hand it over as described in docs/adoption.md';

describe('without anything in the settings', () => {
  test('synth refuses, with the lines to write', async () => {
    const { synth } = await place(at, host, settings('{}'));
    const { code, err } = await synth();
    expect(code).toBe(1);
    expect(err.split('\n')).toEqual([
      `external-secrets: External Secrets Operator is already installed, by HelmRelease external-secrets/external-secrets in apps/eso/hr.yaml: two of them would fight over the CRDs; to use that one, write ${operatorLine} or ${storeLine} ${handOver}`,
      `external-secrets: its OCIRepository external-secrets/external-secrets is also in apps/eso/hr.yaml, and the two would undo each other's work; to use that one, write ${operatorLine} ${handOver}`,
      `onepassword-store: its ClusterSecretStore onepassword is also in apps/stores/store.yaml, and the two would undo each other's work; to use that one, write ${storeLine} ${handOver}`,
    ]);
  });

  test('a Connect server of our name: the line says where the store that reads it says it is', async () => {
    const connect = `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: onepassword-connect, namespace: external-secrets}
spec: {}
`;
    const text = '{ externalSecrets: existing(), store: { name: "mine" } }';
    const { synth } = await place(at, { ...host, 'apps/stores/connect.yaml': connect }, settings(text));
    expect((await synth()).err).toBe(
      `onepassword-connect: its HelmRelease external-secrets/onepassword-connect is also in apps/stores/connect.yaml, and the two would undo each other's work; to use that one, write \`connect: existing({ host: 'http://onepassword-connect.external-secrets.svc.cluster.local:8080', token: { namespace: 'external-secrets', name: 'token' }, unit: externalUnit('stores', 'security') })\` ${handOver}`,
    );
  });

  test('init prints the same lines', async () => {
    const { project } = await place('somewhere', host);
    const folder = `${project.path}/../infrastructure/new`;
    const { code, out } = await project.run('init', [folder, '--no-install']);
    expect(code).toBe(0);
    expect(out.split('\n').filter((line) => /already|^import /.test(line))).toEqual([
      `External Secrets Operator is already installed, by HelmRelease external-secrets/external-secrets in apps/eso/hr.yaml: to use it, add to src/settings.ts: ${operatorLine.slice(1, -1)}`,
      `the ClusterSecretStore onepassword already exists, in apps/stores/store.yaml: to use it, add to src/settings.ts: ${storeLine.slice(1, -1)}`,
      'import existing and externalUnit there as well; an existing store is all that app secrets need',
    ]);
  });

  test('does not wait for the Flux Kustomization that also applies this project', async () => {
    const { synth } = await place('clusters/home/apps', {
      ...bootstrapped(),
      'clusters/home/hr.yaml': host['apps/eso/hr.yaml'],
      'clusters/home/kustomization.yaml': 'resources: [flux-system, hr.yaml, apps/dist]\n',
    });
    expect((await synth()).err).toContain('write `externalSecrets: existing()` in src/settings.ts');
  });
});

test('an existing store: dist/ has only app secrets', async () => {
  const store = "{ store: existing({ name: 'onepassword', unit: externalUnit('stores', 'security') }) }";
  const { synth, entry, project } = await place(at, host, settings(store));
  expect(await synth()).toMatchObject({
    code: 0,
    err: '',
    out: 'vaults are Home, Family, read from apps/stores/store.yaml\nwrote dist/: 4 files, 4 new, 0 changed, 0 removed',
  });
  expect(Object.keys(project.tree('dist')).sort()).toEqual([
    'flux/secrets-media.yaml',
    'kustomization.yaml',
    'secrets-media/externalsecret-radarr.yaml',
    'secrets-media/kustomization.yaml',
  ]);
  expect(load(project.read('dist/flux/secrets-media.yaml'))).toMatchObject({
    spec: {
      dependsOn: [
        { name: 'stores', namespace: 'security', readyExpr: 'has(dep.status.lastAppliedRevision)' },
      ],
    },
  });
  expect(await entry()).toMatchObject({ code: 0, out: expect.stringContaining('name: cluster-secrets') });
  expect(await project.run('bootstrap', ['--credentials', '-', '--token', 'token'])).toEqual({
    code: 1,
    out: '',
    err: 'src/settings.ts: connect: is existing(), so it needs no bootstrap Secret; name the Secret with its token in connect.existing.token, or remove existing()',
  });
  expect((await project.run('graph')).out).toBe(
    'flowchart LR\n  secrets-media["secrets-media<br/>media/radarr"]\n  stores --> secrets-media\n  style stores stroke-dasharray: 4',
  );
});

test.each(['HelmRelease', 'Kustomization'])('a %s that a patch deletes is not there', async (kind) => {
  const { synth } = await place(
    at,
    {
      ...bootstrapped(),
      'clusters/home/eso.yaml': kustomization('eso', './apps/eso'),
      'apps/eso/one.yaml':
        kind === 'HelmRelease'
          ? String(host['apps/eso/hr.yaml']?.split('---')[0])
          : kustomization('external-secrets', './apps/none'),
      'apps/eso/kustomization.yaml': `resources: [one.yaml]
patches:
  - target: {kind: ${kind}}
    patch: "{$patch: delete, apiVersion: x, kind: ${kind}, metadata: {name: external-secrets}}"
`,
    },
    settings('{}'),
  );
  expect(await synth()).toMatchObject({ code: 0, err: '' });
});

test("its conditions are the project's", async () => {
  const files = settings("{ store: existing({ name: 'onepassword' }) }");
  files['src/secrets/other.ts'] = appSecret('games', 'minecraft');
  const { synth } = await place(at, host, files);
  expect(await synth()).toMatchObject({
    code: 1,
    err: "src/secrets/other.ts: games/minecraft: namespace: can't use the store onepassword, which only serves media, monitoring; add it to store.existing.namespaces in src/settings.ts",
  });
});

test.each([
  [
    "{ store: existing({ name: 'onepassword', provider: 'onepasswordSDK' }) }",
    1,
    "src/settings.ts: store.existing.provider: is onepasswordSDK, but the ClusterSecretStore onepassword in apps/stores/store.yaml uses onepassword; write provider: 'onepassword'",
  ],
  [
    "{ store: existing({ name: 'onepasword' }) }",
    0,
    'warning: src/settings.ts: store.existing.name: the ClusterSecretStore onepasword is not in this repository, which has ClusterSecretStore onepassword in apps/stores/store.yaml; correct the name or kind, unless something else creates it',
  ],
  [
    "{ store: existing({ name: 'onepassword', unit: externalUnit('store', 'security') }) }",
    0,
    'warning: secrets-media: waits for the Flux Kustomization security/store, which is not in this repository; correct the name, unless something else creates it',
  ],
])('%s', async (text, code, err) => {
  const { synth } = await place(at, host, settings(text));
  expect(await synth()).toMatchObject({ code, err });
});

test.each([
  ['a chart by its path', 'chart: {spec: {chart: ./deploy/charts/external-secrets}}', ''],
  [
    'an OCIRepository of another name',
    'chartRef: {kind: OCIRepository, name: eso}',
    'kind: OCIRepository\nmetadata: {name: eso, namespace: other}\nspec: {url: "oci://x.example/charts/external-secrets", ref: {tag: 2.9.0}}\n',
  ],
  [
    'a HelmChart',
    'chartRef: {kind: HelmChart, name: eso}',
    'kind: HelmChart\nmetadata: {name: eso, namespace: other}\nspec: {chart: external-secrets}\n',
  ],
])('an operator with %s is seen', async (_what, spec, source) => {
  const release = (more: string) =>
    `apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: eso, namespace: other}\nspec: {${more}}\n`;
  const made = (more: string) => ({
    ...bootstrapped(),
    'clusters/home/a-release.yaml': release(more),
    ...(source !== '' && {
      'clusters/home/z-source.yaml': `apiVersion: source.toolkit.fluxcd.io/v1\n${source}`,
    }),
  });
  const said = 'External Secrets Operator is already installed, by HelmRelease other/eso';
  expect((await (await place(at, made(spec), settings('{}'))).synth()).err).toContain(said);
  const elsewhere = made(`${spec}, kubeConfig: {secretRef: {name: lab}}`);
  expect((await (await place(at, elsewhere, settings('{}'))).synth()).err).not.toContain(said);
});

test('a SecretStore that one namespace has, and another lacks', async () => {
  const store = host['apps/stores/store.yaml']
    .replace('ClusterSecretStore', 'SecretStore')
    .replace('{name: onepassword}', '{name: op, namespace: media}');
  const { synth, project } = await place(
    at,
    { ...host, 'apps/stores/store.yaml': store },
    {
      ...settings("{ store: existing({ name: 'op', kind: 'SecretStore', namespaces: ['media', 'games'] }) }"),
    },
  );
  expect((await synth()).err).toBe('');
  project.write('src/secrets/other.ts', appSecret('games', 'minecraft'));
  expect((await synth()).err).toContain(
    'warning: src/secrets/other.ts: games/minecraft: namespace: the repository has no SecretStore op in games; add one, unless something else creates it',
  );
});

test('an operator from before external-secrets.io/v1', async () => {
  const { synth } = await place(
    at,
    { ...host, 'apps/eso/hr.yaml': host['apps/eso/hr.yaml'].replace('2.9.0', '0.15.1') },
    settings("{ store: existing({ name: 'onepassword' }) }"),
  );
  expect(await synth()).toMatchObject({
    code: 0,
    err: 'warning: apps/eso/hr.yaml: External Secrets Operator 0.15.1 does not serve external-secrets.io/v1, the API version this project uses; upgrade it to 0.16 or newer first',
  });
});

/** What synth makes of settings by themselves. */
async function made(text: string) {
  const project = await makeProject({ files: settings(text) });
  const outcome = await project.synth();
  expect(await project.synth('--check')).toMatchObject({ code: 0, err: '' });
  const object = (file: string) => load(project.read(`dist/${file}`));
  return { ...outcome, project, files: Object.keys(project.tree('dist')).sort(), object };
}

const unitsIn = (files: readonly string[]) =>
  files.filter((file) => file.startsWith('flux/')).map((file) => file.slice('flux/'.length, -'.yaml'.length));

describe('each part by itself', () => {
  test('the operator: Connect and the store are ours, and wait for its unit', async () => {
    const { code, files, object } = await made(
      "{ externalSecrets: existing({ unit: externalUnit('eso', 'security'), namespace: 'security' }) }",
    );
    expect(code).toBe(0);
    expect(unitsIn(files)).toEqual([
      'onepassword-connect',
      'onepassword-credentials',
      'onepassword-store',
      'secrets-media',
    ]);
    expect(object('flux/onepassword-connect.yaml')).toMatchObject({
      spec: { dependsOn: [{ name: 'eso', namespace: 'security' }, { name: 'onepassword-credentials' }] },
    });
    // Whatever its release is called, it gets in.
    expect(object('onepassword-connect/networkpolicy-onepassword.yaml')).toMatchObject({
      spec: {
        ingress: [
          {
            from: [
              {
                namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'security' } },
                podSelector: { matchLabels: { 'app.kubernetes.io/name': 'external-secrets' } },
              },
            ],
          },
        ],
      },
    });
    // Its pods may not pass the level that ours do.
    expect(object('namespace.yaml')).toEqual({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: 'external-secrets',
        annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'disabled' },
        labels: { 'app.kubernetes.io/part-of': 'cluster-secrets' },
      },
      spec: {},
    });
  });

  test('Connect: the store reads it, and waits for the operator and for its unit', async () => {
    const { code, out, files, object } = await made(
      "{ connect: existing({ host: 'https://connect.example/', token: { namespace: 'security', name: 'op', key: 't' }, unit: externalUnit('connect') }) }",
    );
    expect({ code, out }).toEqual({ code: 0, out: expect.stringMatching(/^wrote dist\//) });
    expect(unitsIn(files)).toEqual(['external-secrets', 'onepassword-store', 'secrets-media']);
    expect(object('flux/onepassword-store.yaml')).toMatchObject({
      spec: { dependsOn: [{ name: 'external-secrets' }, { name: 'connect', namespace: 'flux-system' }] },
    });
    expect(object('onepassword-store/clustersecretstore-onepassword.yaml')).toMatchObject({
      spec: {
        provider: {
          onepassword: {
            connectHost: 'https://connect.example/',
            auth: {
              secretRef: { connectTokenSecretRef: { namespace: 'security', name: 'op', key: 't' } },
            },
          },
        },
      },
    });
  });

  test('a store beside our own operator, or our own Connect, where the settings name them', async () => {
    const { files } = await made(
      "{ store: existing({ name: 'home' }), externalSecrets: {}, connect: { version: '2.4.1' } }",
    );
    expect(unitsIn(files)).toEqual([
      'external-secrets',
      'onepassword-connect',
      'onepassword-credentials',
      'secrets-media',
    ]);
  });

  test('a SecretStore of each namespace', async () => {
    const { object } = await made("{ store: existing({ name: 'op.home', kind: 'SecretStore' }) }");
    expect(object('secrets-media/externalsecret-radarr.yaml')).toMatchObject({
      spec: { secretStoreRef: { kind: 'SecretStore', name: 'op.home' } },
    });
  });
});

test('units that let go delete nothing when they go, and a parent that says otherwise is told', async () => {
  const lets = settings('{ flux: { prune: false } }');
  const entry = (more = '') => kustomization('cluster-secrets', `./${at}/dist`, more);
  const { synth, project } = await place(at, { ...bootstrapped(), 'clusters/home/s.yaml': entry() }, lets);
  expect(await synth()).toMatchObject({ code: 0 });
  expect(load(project.read('dist/flux/onepassword-store.yaml'))).toMatchObject({
    spec: { prune: false, deletionPolicy: 'Orphan' },
  });
  const patch = '{spec: {deletionPolicy: WaitForTermination}}';
  const patches = `patches: [{patch: '${patch}', target: {kind: Kustomization}}]`;
  project.write('../../clusters/home/s.yaml', entry(patches.replaceAll("'", '"')));
  expect((await synth()).err).toContain(
    'Flux then deletes what the unit applied when it goes, although it does not prune',
  );
});

test.each([
  [
    { name: 'a'.repeat(31) },
    `name: '${'a'.repeat(31)}' is longer than 30 characters; shorten it: units get it in front of their names`,
  ],
  [
    { connect: existing({ host: 'http://c', token: { name: 't', key: 'a b' } }) },
    "connect.existing.token.key: 'a b' is not a valid key of a Secret; use letters, digits, -, _ and .",
  ],
  [
    { connect: existing({ host: 'ftp://c', token: { name: 't' } }) },
    "connect.existing.host: 'ftp://c' is not ",
  ],
  [
    { connect: existing({ host: 'http://me:secret@c', token: { name: 't' } }) },
    "connect.existing.host: 'http://...@c' ",
  ],
  [{ connect: existing({}) }, 'connect.existing.host: is missing'],
  [{ store: { ...existing({ name: 'x' }), name: 'y' } }, 'store: '],
])('%j is refused', (input, line) => {
  const { problems } = resolveSettings(input, 'src/settings.ts');
  expect(problems.map(problemLine).some((one) => one.startsWith(`src/settings.ts: ${line}`))).toBe(true);
});

test('a unit whose name is too long for a label', () => {
  const { settings: plain } = resolveSettings({}, 'src/settings.ts');
  const cluster = new Cluster({ settings: plain });
  new Unit(cluster, 'x'.repeat(64), { flux: cluster.flux, timeout: '1m' });
  expect(problemsIn(cluster).map(({ what }) => what)).toEqual([
    'is 64 characters long, and Flux takes at most 63',
  ]);
});

describe('alerts and the dashboard', () => {
  test('are in a namespace that exists', async () => {
    const { object } = await made(
      "{ monitoring: { unit: externalUnit('prometheus') }, store: existing({ name: 'x' }), externalSecrets: existing({ namespace: 'security' }) }",
    );
    for (const file of ['prometheusrule-onepassword', 'prometheusrule-onepassword-secrets'])
      expect(object(`onepassword-alerts/${file}.yaml`)).toMatchObject({
        metadata: { namespace: 'security' },
      });
  });

  const monitoring = "monitoring: { unit: externalUnit('prometheus') }";

  test('cover only what is ours', async () => {
    const { files, object } = await made(`{ ${monitoring}, store: existing({ name: 'onepassword' }) }`);
    expect(unitsIn(files)).toEqual(['onepassword-alerts', 'secrets-media']);
    const rules = JSON.stringify(object('onepassword-alerts/prometheusrule-onepassword.yaml'));
    expect(rules.match(/"alert":"\w+"/g)).toEqual([
      '"alert":"ExternalSecretNotReady"',
      '"alert":"ExternalSecretSyncErrors"',
    ]);
    const dashboard = JSON.stringify(object('onepassword-alerts/configmap-onepassword-dashboard.yaml'));
    expect(dashboard).toContain('Store onepassword');
    expect(dashboard).not.toMatch(/title\\":\\"(Connect|Operator|Webhook)/);
  });

  test("count by either label, because nobody knows what somebody else's ServiceMonitor honours", async () => {
    const { object } = await made(`{ ${monitoring}, externalSecrets: existing() }`);
    expect(JSON.stringify(object('onepassword-alerts/prometheusrule-onepassword-secrets.yaml'))).toContain(
      'exported_namespace=\\"media\\",name=~\\"radarr\\"} or externalsecret_status_condition{condition=\\"Ready\\",status=\\"True\\",namespace=\\"media\\"',
    );
  });
});

test('two projects in one cluster: a name keeps all that they would share apart', async () => {
  const text = `{ name: 'work', externalSecrets: existing(), store: { name: 'work' }, monitoring: { unit: externalUnit('prometheus') },
    connect: existing({ host: 'http://onepassword.external-secrets', token: { name: 'work-token' } }) }`;
  const { files, object } = await made(text);
  expect(unitsIn(files)).toEqual(['work-onepassword-alerts', 'work-onepassword-store', 'work-secrets-media']);
  expect(object('flux/work-secrets-media.yaml')).toMatchObject({
    metadata: { name: 'work-secrets-media' },
    spec: { path: './dist/work-secrets-media', dependsOn: [{ name: 'work-onepassword-store' }] },
  });
  const first = await made("{ monitoring: { unit: externalUnit('prometheus') } }");
  const names = (tree: Record<string, string>) =>
    Object.values(tree).flatMap((content) => {
      const { kind, metadata } = load(content) as { kind: string; metadata?: { name: string } };
      return metadata && kind !== 'ExternalSecret' ? [`${kind} ${metadata.name}`] : [];
    });
  const ours = names(first.project.tree('dist'));
  expect(names((await made(text)).project.tree('dist')).filter((name) => ours.includes(name))).toEqual([]);
});

test('a second project in the repository: refused while it makes the same, fine with what it shares and a name', async () => {
  const first = Object.fromEntries(
    Object.entries(readTree(join(root, 'test/golden/shipped'))).map(([file, content]) => [
      `infrastructure/first/dist/${file}`,
      content.replaceAll('path: ./dist/', 'path: ./infrastructure/first/dist/'),
    ]),
  );
  const both = {
    ...bootstrapped(),
    ...first,
    'clusters/home/first.yaml': kustomization('cluster-secrets', './infrastructure/first/dist'),
    'clusters/home/media.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: media}\n',
  };
  const refused = await (await place('infrastructure/second', both, settings('{}'))).synth();
  expect(refused.code).toBe(1);
  const lines = refused.err.split('\n');
  const about = (text: string) => lines.filter((line) => line.includes(text)).length;
  expect(about('is also the name of a Flux Kustomization in infrastructure/first/dist/flux/')).toBe(4);
  expect(about('External Secrets Operator is already installed')).toBe(1);
  expect(about('its ClusterSecretStore onepassword is also in infrastructure/first/dist/')).toBe(1);
  const text = `{ name: 'second', vaults: ['Other'], store: { name: 'other' },
    externalSecrets: existing({ unit: externalUnit('external-secrets') }),
    connect: existing({
      host: 'http://onepassword.external-secrets.svc.cluster.local',
      token: { name: 'other-token' },
      unit: externalUnit('onepassword-connect'),
    }) }`;
  const { synth, entry } = await place('infrastructure/second', both, settings(text));
  expect(await synth()).toMatchObject({ code: 0, err: '' });
  expect((await entry()).out).toContain('name: second-cluster-secrets');
});

describe('a store that reads 1Password with a service account', () => {
  const files = (more: string) => ({
    ...settings(`{ store: existing({ name: 'sdk', provider: 'onepasswordSDK' }), ${more} }`),
    'src/secrets/radarr.ts': `import { appSecret } from '#cluster-secrets';
export default appSecret({
  namespace: 'media', name: 'radarr', item: 'Radarr', refreshInterval: '12h',
  keys: { key: 'api key', 'ca.crt': { file: 'ca.pem' }, raw: { field: 'raw', decode: 'base64' } },
});
`,
  });

  test('takes files and what is decoded by extracts, too, and may be asked less often', async () => {
    const project = await makeProject({ files: files("refreshInterval: '6h'") });
    expect(await project.synth()).toMatchObject({ code: 0, err: '' });
    expect(load(project.read('dist/secrets-media/externalsecret-radarr.yaml'))).toMatchObject({
      metadata: {
        annotations: {
          'cluster-secrets/refresh-interval':
            'longer than 1h, because the store sdk reads with a service account, which is rate limited',
        },
      },
      spec: {
        refreshInterval: '12h',
        dataFrom: [
          { extract: { key: 'Radarr' } },
          {
            extract: { key: 'Radarr', property: 'file/ca.pem' },
            rewrite: [{ regexp: { source: '^[\\s\\S]*$', target: 'file_ca_pem' } }],
          },
          {
            extract: { key: 'Radarr', property: 'field/raw', decodingStrategy: 'Base64' },
            rewrite: [{ regexp: { source: '^[\\s\\S]*$', target: 'decoded_raw' } }],
          },
        ],
      },
    });
    expect(project.read('dist/secrets-media/externalsecret-radarr.yaml')).not.toContain('\n  data:');
    // By the schemas of the CRDs.
    expect(await project.synth('--check')).toMatchObject({ code: 0, err: '' });
  });

  test('reads one vault, without our Connect', async () => {
    const project = await makeProject({ files: files("vaults: ['A', 'B'], connect: {}") });
    expect(await project.synth()).toMatchObject({
      code: 1,
      err: [
        'src/settings.ts: connect: is not used: an onepasswordSDK store reads 1Password directly; leave it out',
        'src/settings.ts: vaults: names 2 vaults, but an onepasswordSDK store reads only one; list the vault the store reads',
      ].join('\n'),
    });
  });
});

test('a Flux Kustomization that applies this project through another one is not waited for', async () => {
  const { synth } = await place(at, {
    ...bootstrapped(),
    'clusters/home/infra.yaml': kustomization('infrastructure', './infra'),
    'infra/eso.yaml': host['apps/eso/hr.yaml'] ?? '',
    'infra/cluster-secrets.yaml': kustomization('cluster-secrets', `./${at}/dist`),
  });
  expect((await synth()).err).toContain('`externalSecrets: existing()`');
});
