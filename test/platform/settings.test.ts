import { load } from 'js-yaml';
import { expect, test } from 'vitest';
import { connectDefaults, connectRules } from '../../src/constructs/connect-release.js';
import { operatorDefaults, operatorRules } from '../../src/constructs/external-secrets-release.js';
import { problemLine } from '../../src/errors.js';
import { externalUnit } from '../../src/index.js';
import { composePlatform } from '../../src/platform/platform.js';
import { resolveSettings } from '../../src/platform/resolve-settings.js';
import { isTree } from '../../src/tree.js';
import { makeProject } from '../project.js';

test('the defaults are those of the mission', () => {
  const { settings, problems } = resolveSettings({}, 'src/settings.ts');
  expect(problems).toEqual([]);
  expect(settings).toEqual({
    namespace: 'external-secrets',
    clusterDomain: 'cluster.local',
    vaults: ['Kubernetes'],
    store: {
      name: 'onepassword',
      kind: 'ClusterSecretStore',
      provider: 'onepassword',
      isExisting: false,
    },
    credentialsSecret: 'onepassword-secret',
    refreshInterval: '1h',
    networkPolicy: true,
    otherClusters: [],
    allowSameName: [],
    flux: {
      namespace: 'flux-system',
      source: { kind: 'GitRepository', name: 'flux-system' },
      sopsSecret: 'sops-age',
      interval: '10m',
      retryInterval: '30s',
      prune: true,
    },
    externalSecrets: { version: '2.9.0', values: {} },
    connect: { version: '2.4.1', values: {} },
  });
});

test('a vault that cdk8s would drop is refused', () => {
  const { problems } = resolveSettings({ vaults: ['__proto__'] }, 'src/settings.ts');
  expect(problems.map(problemLine)).toEqual([
    "src/settings.ts: vaults[0]: '__proto__' is a reserved name in JavaScript; write the ID of the vault",
  ]);
});

test.each<[input: unknown, lines: string[]]>([
  [null, ['src/settings.ts: null is not an object; write an object']],
  [{ vault: 'Home' }, ["src/settings.ts: vault: unknown field; did you mean 'vaults'?"]],
  [
    { flux: { sopssecret: 'x' } },
    ["src/settings.ts: flux.sopssecret: unknown field; did you mean 'sopsSecret'?"],
  ],
  [{ vaults: [] }, ['src/settings.ts: vaults: the list is empty; list at least one, or leave the field out']],
  [{ vaults: ['Home', ''] }, ["src/settings.ts: vaults[1]: '' is blank; write the vault's title or ID"]],
  [{ vaults: ['Home', 'Home'] }, ['src/settings.ts: vaults: the list has a duplicate entry; list each once']],
  [
    { namespace: 'External_Secrets' },
    [
      "src/settings.ts: namespace: 'External_Secrets' is not a valid Kubernetes name; use at most 63 lower-case letters, digits and -",
    ],
  ],
  [
    { refreshInterval: '2h', flux: { interval: '1d', retryInterval: '0s' } },
    [
      "src/settings.ts: flux.interval: '1d' is not a duration Flux accepts; use a duration such as 30s, 10m or 1h30m",
      "src/settings.ts: flux.retryInterval: '0s' is shorter than a second; use a duration such as 30s",
      "src/settings.ts: refreshInterval: '2h' is over 1h, the longest a change in 1Password may take to arrive; write 10s to 1h",
    ],
  ],
  [
    { flux: { path: '../other' } },
    [
      "src/settings.ts: flux.path: '../other' is not a path inside the repository; use '.' or a path such as clusters/home",
    ],
  ],
  [
    { connect: { version: '~2' } },
    ["src/settings.ts: connect.version: '~2' is not an exact chart version; use a version such as 2.9.0"],
  ],
  [
    { monitoring: { unit: 'kube-prometheus-stack' } },
    [
      "src/settings.ts: monitoring.unit: 'kube-prometheus-stack' is not a Flux Kustomization; write externalUnit('its-name')",
    ],
  ],
  [
    {
      networkPolicy: 'yes',
      monitoring: { unit: externalUnit('x'), namespace: 'A', labels: { 'a b': 'x', ok: 'c d' } },
    },
    [
      "src/settings.ts: networkPolicy: 'yes' is not a boolean; write a boolean",
      "src/settings.ts: monitoring.namespace: 'A' is not a valid Kubernetes name; use at most 63 lower-case letters, digits and -",
      "src/settings.ts: monitoring.labels: 'a b' is not a valid label key; use a key such as release",
      "src/settings.ts: monitoring.labels.ok: 'c d' is not a valid label value; use at most 63 letters, digits, -, _ and .",
    ],
  ],
  [new Map(), ["src/settings.ts: 'an object of a class' is not an object; write an object"]],
  [
    { connect: { values: { connect: { labels: { a: () => 1 } } } } },
    [
      "src/settings.ts: connect.values: the object contains something YAML can't represent; use strings, numbers, lists and plain objects",
    ],
  ],
  [
    {
      connect: { digest: `sha256:${'0'.repeat(64)}` },
      externalSecrets: { digest: 'sha256:1', verify: { issuer: '(', subject: 'x' } },
    },
    [
      "src/settings.ts: externalSecrets.digest: 'sha256:1' is not a digest; write sha256: and the 64 hex digits the registry shows",
      "src/settings.ts: externalSecrets.verify.issuer: '(' is not a valid regular expression; use an expression such as ^https://example.org$",
      "src/settings.ts: externalSecrets.digest: 'sha256:1' is set without a version; add the version it belongs to",
      `src/settings.ts: connect.digest: 'sha256:${'0'.repeat(64)}' is set without a version; add the version it belongs to`,
    ],
  ],
  [
    { flux: { interval: '99999999999999999999h' }, otherClusters: ['../x'] },
    [
      "src/settings.ts: flux.interval: '99999999999999999999h' is not a duration Flux accepts; use a duration such as 30s, 10m or 1h30m",
      "src/settings.ts: otherClusters[0]: '../x' is not a path inside the repository; use '.' or a path such as clusters/home",
    ],
  ],
])('%j is refused', (input, lines) => {
  const { problems } = resolveSettings(input, 'src/settings.ts');
  expect(problems.map(problemLine)).toEqual(lines);
});

test('reports mistakes in settings and secrets together', async () => {
  const project = await makeProject({
    files: {
      'src/settings.ts': `export default {
        vaults: [],
        connect: { values: { connect: { replicas: 2 } } },
        externalSecrets: { values: { installCRDs: false } },
      };`,
      'src/secrets/bad.ts': 'export default 1;',
      'src/secrets/broken.ts': 'export default {',
    },
  });
  const { code, err } = await project.synth();
  expect(code).toBe(1);
  expect(err.split('\n')).toEqual([
    'src/settings.ts: vaults: the list is empty; list at least one, or leave the field out',
    'src/secrets/bad.ts: exports something that is not an app secret; export default appSecret({ ... })',
    `src/secrets/broken.ts: can't be loaded (line 1:16: Expected identifier but found end of file); correct the file`,
    'src/settings.ts: externalSecrets.values.installCRDs: must be true (got false); remove it',
    'src/settings.ts: connect.values.connect.replicas: must be 1 (got 2); remove it',
  ]);
});

type Refused = [field: 'externalSecrets' | 'connect', path: string, value: unknown, needed: string];

/** Every value that an operator may not set so, and what the project needs there. */
const refused: readonly Refused[] = [
  ...['certController.podLabels', 'commonLabels', 'global.podLabels', 'podLabels', 'webhook.podLabels'].map(
    (path): Refused => [
      'externalSecrets',
      path,
      { 'app.kubernetes.io/instance': 'mine' },
      'not contain app.kubernetes.io/name or app.kubernetes.io/instance',
    ],
  ),
  ['externalSecrets', 'concurrent', 0, 'be at least 1'],
  ['externalSecrets', 'controllerClass', 'mine', 'be ""'],
  ['externalSecrets', 'crds.annotations.helm.sh/resource-policy', 'delete', 'be "keep"'],
  ['externalSecrets', 'crds.createClusterSecretStore', false, 'be true'],
  ['externalSecrets', 'createOperator', false, 'be true'],
  ['externalSecrets', 'extraArgs.controller-class', 'mine', 'not be set'],
  ['externalSecrets', 'extraArgs.enable-cluster-store-reconciler', false, 'not be set'],
  ['externalSecrets', 'extraArgs.enable-flood-gate', false, 'not be set'],
  ['externalSecrets', 'extraArgs.namespace', 'x', 'not be set'],
  ['externalSecrets', 'extraArgs.store-requeue-interval', '1h', 'not be set'],
  ['externalSecrets', 'extraArgs.template-left-delimiter', '[[', 'not be set'],
  ['externalSecrets', 'extraArgs.template-right-delimiter', ']]', 'not be set'],
  ['externalSecrets', 'fullnameOverride', 'x', 'be ""'],
  ['externalSecrets', 'grafanaDashboard.enabled', false, 'be true'],
  ['externalSecrets', 'installCRDs', false, 'be true'],
  ['externalSecrets', 'nameOverride', 'x', 'be ""'],
  ['externalSecrets', 'namespaceOverride', 'x', 'be ""'],
  ['externalSecrets', 'processClusterStore', false, 'be true'],
  ['externalSecrets', 'rbac.create', false, 'be true'],
  ['externalSecrets', 'replicaCount', 0, 'be at least 1'],
  ['externalSecrets', 'scopedNamespace', 'x', 'be ""'],
  ['externalSecrets', 'scopedRBAC', true, 'be false'],
  ['externalSecrets', 'serviceMonitor.enabled', false, 'be true'],
  ['externalSecrets', 'serviceMonitor.renderMode', 'alwaysRender', 'be "skipIfMissing"'],
  ['externalSecrets', 'storeRequeueInterval', null, 'be "1m"'],
  ['connect', 'acceptanceTests.enabled', true, 'be false'],
  ['connect', 'acceptanceTests.healthCheck.enabled', true, 'be false'],
  ['connect', 'connect.api.name', 'mine', 'be "connect-api"'],
  ['connect', 'connect.api.httpPort', 80, 'be 8080'],
  ['connect', 'connect.api.serviceMonitor.enabled', true, 'be false'],
  ['connect', 'connect.applicationName', 'x', 'be "onepassword"'],
  ['connect', 'connect.create', false, 'be true'],
  ['connect', 'connect.credentials', 'x', 'not be set'],
  ['connect', 'connect.credentials_base64', 'x', 'not be set'],
  ['connect', 'connect.credentialsKey', 'x', 'be "1password-credentials.json"'],
  ['connect', 'connect.credentialsName', 'x', 'be "onepassword-secret"'],
  ...['OP_HTTP_PORT', 'OP_HTTPS_PORT', 'OP_SESSION', 'OP_BUS_PORT'].map(
    (name): Refused => [
      'connect',
      'connect.customEnvVars',
      [{ name, value: 'x' }],
      'not contain OP_HTTP_PORT, OP_HTTPS_PORT, OP_SESSION or OP_BUS_*',
    ],
  ),
  ['connect', 'connect.hpa.enabled', true, 'be false'],
  ['connect', 'connect.ingress.enabled', true, 'be false'],
  ['connect', 'connect.podLabels.app', 'x', 'not be set'],
  ['connect', 'connect.replicas', 2, 'be 1'],
  ['connect', 'connect.tls.enabled', true, 'be false'],
  ['connect', 'operator.create', true, 'be false'],
];

/** What the platform says when `path` is `value` in the values of a chart. */
function toldOf(field: string, path: string, value: unknown): string[] {
  // The one key with a dot in it.
  const keys = path.split(/\.(?!sh\/)/);
  const values = keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
  return toldOfAll(values, field);
}

function toldOfAll(values: unknown, field = 'externalSecrets'): string[] {
  const { settings, problems } = resolveSettings({ [field]: { values } }, 'src/settings.ts');
  expect(problems).toEqual([]);
  const composed = composePlatform({ settings, prefix: '', credentials: undefined, secrets: [] });
  return composed.problems.map(problemLine);
}

test.each(refused)('the value %s %s may not be %j', (field, path, value, needed) => {
  expect(toldOf(field, path, value)).toEqual([
    `src/settings.ts: ${field}.values.${path}: must ${needed} (got ${JSON.stringify(value)}); remove it`,
  ]);
});

test.each<[values: object, path: string, needed: string]>([
  [
    { replicaCount: 2 },
    'replicaCount',
    'must be 1 unless leaderElect is true, so that only one replica is active (got 2)',
  ],
  [
    { certController: { create: false } },
    'certController.create',
    'must be true unless webhook.certManager is enabled, so that the webhook has a certificate (got false)',
  ],
  ...['', 'webhook.', 'certController.'].map((of): [object, string, string] => [
    of === ''
      ? { networkPolicy: { enabled: true } }
      : { [of.slice(0, -1)]: { networkPolicy: { enabled: true } } },
    `${of}networkPolicy.enabled`,
    `must be false unless ${of}networkPolicy.egress is set, or nothing gets out (got true)`,
  ]),
  [
    { webhook: { replicaCount: 1 } },
    'webhook.replicaCount',
    'must be more than webhook.podDisruptionBudget.minAvailable, or no node can be drained (got 1)',
  ],
])('the values %j do not go together', (values, path, told) => {
  expect(toldOfAll(values)).toEqual([`src/settings.ts: externalSecrets.values.${path}: ${told}; remove it`]);
});

test.each([
  { replicaCount: 2, leaderElect: true },
  { certController: { create: false }, webhook: { certManager: { enabled: true } } },
  { certController: { create: false }, webhook: { create: false } },
  { networkPolicy: { enabled: true, egress: [{ ports: [{ port: 443 }] }] } },
  { webhook: { replicaCount: 1, podDisruptionBudget: { enabled: false } } },
  { webhook: { replicaCount: 1, podDisruptionBudget: { maxUnavailable: 1 } } },
])('the values %j go together', (values) => {
  expect(toldOfAll(values)).toEqual([]);
});

test('a chart by its digest, and only as its publisher signed it; a cluster of another domain', async () => {
  const digest = `sha256:${'0'.repeat(64)}`;
  const project = await makeProject({
    files: {
      'src/settings.ts': `export default {
        clusterDomain: 'home.arpa',
        connect: { version: '2.4.1', digest: '${digest}' },
        externalSecrets: { verify: { issuer: '^https://issuer.example$', subject: '^https://sub.example/' } },
      };`,
    },
  });
  expect(await project.synth()).toMatchObject({ code: 0, err: '' });
  const spec = (file: string) => (load(project.read(`dist/${file}`)) as { spec: unknown }).spec;
  expect(spec('onepassword-connect/ocirepository-onepassword-connect.yaml')).toMatchObject({
    ref: { tag: '2.4.1', digest },
  });
  expect(spec('external-secrets/ocirepository-external-secrets.yaml')).toMatchObject({
    ref: { tag: '2.9.0' },
    verify: {
      provider: 'cosign',
      matchOIDCIdentity: [{ issuer: '^https://issuer.example$', subject: '^https://sub.example/' }],
    },
  });
  expect(spec('onepassword-store/clustersecretstore-onepassword.yaml')).toMatchObject({
    provider: { onepassword: { connectHost: 'http://onepassword.external-secrets.svc.home.arpa' } },
  });
  expect((await project.synth('--check')).code).toBe(0);
});

test('one selector finds everything that synth makes', async () => {
  const project = await makeProject({ example: 'rich' });
  await project.synth();
  const objects = Object.entries(project.tree('dist')).filter(
    ([path]) => !path.endsWith('kustomization.yaml') && !path.startsWith('onepassword-credentials/'),
  );
  expect(objects.length).toBeGreaterThan(50);
  for (const [path, text] of objects) {
    expect(load(text), path).toMatchObject({
      metadata: { labels: { 'app.kubernetes.io/part-of': 'cluster-secrets' } },
    });
  }
});

test('five ExternalSecrets are synced at a time, unless the values say another number', () => {
  const synced = (values: object) => {
    const { settings } = resolveSettings({ externalSecrets: { values } }, 'src/settings.ts');
    const { platform, problems } = composePlatform({
      settings,
      prefix: '',
      credentials: undefined,
      secrets: [],
    });
    expect(problems).toEqual([]);
    const unit = platform.units.find(({ unitName }) => unitName === 'external-secrets');
    return unit?.toJson().find(({ kind }: { kind: string }) => kind === 'HelmRelease').spec.values.concurrent;
  };
  expect([synced({}), synced({ concurrent: 2 })]).toEqual([5, 2]);
});

test('every rule over values, and every value that the project sets, is among them', () => {
  const { settings } = resolveSettings({}, 'src/settings.ts');
  const { platform } = composePlatform({ settings, prefix: '', credentials: undefined, secrets: [] });
  const leaves = (value: unknown, path: string): string[] =>
    isTree(value)
      ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, path === '' ? key : `${path}.${key}`))
      : [path];
  const set = (unitName: string) => {
    const unit = platform.units.find((one) => one.unitName === unitName);
    const release = unit?.toJson().find(({ kind }: { kind: string }) => kind === 'HelmRelease');
    return leaves(release.spec.values, '');
  };
  // What an operator may say otherwise.
  const without = (paths: string[], defaults: object) => {
    const proposed = leaves(defaults, '');
    return paths.filter((path) => !proposed.includes(path));
  };
  const rows = (of: string) => [...new Set(refused.flatMap(([field, path]) => (field === of ? [path] : [])))];
  expect(rows('externalSecrets').toSorted()).toEqual(
    // How many are synced at a time is the operator's, within a rule.
    [
      ...new Set([...Object.keys(operatorRules), ...without(set('external-secrets'), operatorDefaults)]),
    ].toSorted(),
  );
  expect(rows('connect').toSorted()).toEqual(
    [
      ...Object.keys(connectRules),
      ...without(set('onepassword-connect'), connectDefaults),
      'connect.api.serviceMonitor.enabled',
    ].toSorted(),
  );
});

test.each<[field: string, path: string, value: unknown]>([
  ['externalSecrets', 'concurrent', 3],
  ['externalSecrets', 'webhook.replicaCount', 3],
  ['externalSecrets', 'podLabels', { team: 'home' }],
  ['externalSecrets', 'livenessProbe.enabled', false],
  ['externalSecrets', 'scopedRBAC', false],
  ['externalSecrets', 'extraArgs.namespace', null],
  ['externalSecrets', 'extraArgs.loglevel', 'debug'],
  ['connect', 'connect.customEnvVars', [{ name: 'TZ', value: 'UTC' }]],
  ['connect', 'connect.credentials', null],
  ['connect', 'connect.replicas', 1],
  ['connect', 'connect.api.logLevel', 'debug'],
])('the value %s %s may be %j', (field, path, value) => {
  expect(toldOf(field, path, value)).toEqual([]);
});

test('chart values that would break the product are refused', async () => {
  const project = await makeProject({
    files: {
      'src/settings.ts': `export default {
        connect: { values: { connect: { replicas: 2, api: { httpPort: 80 } } } },
        externalSecrets: { values: { crds: { annotations: { 'helm.sh/resource-policy': 'delete' } } } },
      };`,
    },
  });
  const { code, err } = await project.synth();
  expect(code).toBe(1);
  expect(err.split('\n')).toEqual([
    'src/settings.ts: externalSecrets.values.crds.annotations.helm.sh/resource-policy: must be "keep" (got "delete"); remove it',
    'src/settings.ts: connect.values.connect.replicas: must be 1 (got 2); remove it',
    'src/settings.ts: connect.values.connect.api.httpPort: must be 8080 (got 80); remove it',
  ]);
});

test.each([[[]], [['--check']]])('chart values that the chart does not have are refused %j', async (args) => {
  const project = await makeProject({
    files: {
      'src/settings.ts': `export default { externalSecrets: { values: { replicas: 2, log: { levle: 'info' } } } };`,
    },
  });
  const { code, err } = await project.synth(...args);
  expect(code).toBe(1);
  const file = 'dist/external-secrets/helmrelease-external-secrets.yaml';
  const todo = 'correct the chart values in src/settings.ts';
  const lines = err.split('\n').filter((line) => line.includes('spec.values'));
  expect(lines.toSorted()).toEqual([
    `${file}: spec.values/log: must NOT have additional properties ('levle'); ${todo}`,
    `${file}: spec.values: must NOT have additional properties ('replicas'); ${todo}`,
  ]);
});
