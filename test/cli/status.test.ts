import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, test } from 'vitest';
import { event, externalSecret, gitRepository, helmRelease, store, unit } from '../cluster-api/objects.js';
import { type Api, type ApiContent, kubeconfigFor, startApi } from '../cluster-api/server.js';
import { copyProject } from '../project.js';

const paths = {
  source: '/apis/source.toolkit.fluxcd.io/v1/namespaces/flux-system/gitrepositories',
  kustomizations: '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations',
  helmReleases: '/apis/helm.toolkit.fluxcd.io/v2/namespaces/external-secrets/helmreleases',
  stores: '/apis/external-secrets.io/v1/clustersecretstores',
  externalSecrets: '/apis/external-secrets.io/v1/externalsecrets',
  events: '/api/v1/events',
  storeEvents: '/api/v1/namespaces/default/events',
};
const unitNames = ['external-secrets', 'onepassword-connect', 'onepassword-credentials', 'onepassword-store'];

/** A cluster in which all is well. */
const healthy: ApiContent = {
  [paths.source]: [gitRepository()],
  [paths.kustomizations]: unitNames.map((name) => unit(name)),
  [paths.helmReleases]: [helmRelease('external-secrets'), helmRelease('onepassword-connect')],
  [paths.stores]: [store(true)],
  [paths.externalSecrets]: [externalSecret('monitoring', 'grafana', { synced: 600 })],
  [paths.events]: [],
  [paths.storeEvents]: [],
};

const project = await copyProject();
await project.synth();
const apis: Api[] = [];
afterAll(() => {
  for (const api of apis) api.close();
  project.destroy();
});

/** Starts a stand-in, and says how to run status against it. */
async function start(content: ApiContent) {
  const api = await startApi(content);
  apis.push(api);
  const kubeconfig = `kubeconfig-${apis.length}`;
  project.write(kubeconfig, api.kubeconfig);
  const env = { KUBECONFIG: `${project.path}/${kubeconfig}` };
  return { api, run: (...args: string[]) => project.run('status', args, { env }) };
}

/** Runs status against a stand-in of a cluster. */
async function status(content: ApiContent, ...args: string[]) {
  const { api, run } = await start(content);
  return { ...(await run(...args)), requests: api.requests };
}

/** An object with other fields in its parts. */
function changed(object: object, change: object): object {
  const merged = structuredClone(object) as Record<string, object>;
  for (const [field, value] of Object.entries(change)) merged[field] = { ...merged[field], ...value };
  return merged;
}

const columns = (out: string) => out.split('\n').map((line) => line.split(/ {2,}/));

describe.concurrent('npm run status', () => {
  test('all is well: one line each, exit code 0, and no Secret is read', async () => {
    const { code, out, err, requests } = await status(healthy);
    expect(err).toBe('');
    expect(code).toBe(0);
    expect(columns(out)).toEqual([
      ['KIND', 'NAME', 'READY', 'SYNCED', 'NEXT', 'MESSAGE'],
      ['GitRepository', 'flux-system/flux-system', 'yes'],
      ...unitNames.map((name) => ['Kustomization', `flux-system/${name}`, 'yes']),
      ['HelmRelease', 'external-secrets/external-secrets', 'yes'],
      ['HelmRelease', 'external-secrets/onepassword-connect', 'yes'],
      ['ClusterSecretStore', 'onepassword', 'yes'],
      ['ExternalSecret', 'monitoring/grafana', 'yes', '10m ago', expect.stringMatching(/^in (49|50)m$/)],
      ['all 9 ready'],
    ]);
    for (const { line } of requests) {
      expect(line).toMatch(/^GET /);
      expect(line).not.toMatch(/\/secrets$/);
    }
  });

  test('reports a failure by its event, not its condition, and ignores events before the last sync', async () => {
    const es = (name: string) => ({ kind: 'ExternalSecret', name, namespace: 'app' });
    const { code, out } = await status({
      ...healthy,
      [paths.kustomizations]: unitNames.map((name) => unit(name)).slice(0, 3),
      [paths.externalSecrets]: [
        externalSecret('app', 'no-item', { failing: true }),
        externalSecret('app', 'no-field', { failing: true, synced: 7200 }),
        externalSecret('app', 'in-data', { failing: true }),
        externalSecret('app', 'other', { failing: true, synced: 100 }),
        {
          metadata: { namespace: 'app', name: 'new' },
          spec: { secretStoreRef: { kind: 'ClusterSecretStore', name: 'onepassword' } },
        },
        {
          metadata: { namespace: 'app', name: 'not-ours' },
          spec: { secretStoreRef: { kind: 'SecretStore', name: 'onepassword' } },
        },
      ],
      [paths.events]: [
        event(
          es('no-item'),
          'error processing spec.dataFrom[0].extract, err: key not found in 1Password Vaults: Grafana in: map[Kubernetes:1 Shared Vault:2]',
          10,
        ),
        event(es('no-item'), 'something older', 1000),
        event(
          es('no-field'),
          'could not apply template: could not execute template: could not execute template: unable to execute template at key KEY: unable to execute template at key KEY: template: KEY:1:3: executing "KEY" at <.nope>: map has no entry for key "nope"',
          5,
        ),
        event(
          es('in-data'),
          "error processing spec.data[1] (key: grafana), err: expected one 1Password ItemField matching: 'nope' in 'grafana', got 0",
          5,
        ),
        event(es('other'), 'from before the last sync', 200),
      ],
    });
    expect(code).toBe(1);
    const rows = columns(out);
    expect(rows.slice(5)).toEqual([
      [
        'Kustomization',
        'flux-system/onepassword-store',
        'no',
        'not in the cluster: is dist/ committed, and does Flux apply it (`npm run flux-entry`)?',
      ],
      ['HelmRelease', 'external-secrets/external-secrets', 'yes'],
      ['HelmRelease', 'external-secrets/onepassword-connect', 'yes'],
      ['ClusterSecretStore', 'onepassword', 'yes'],
      ['ExternalSecret', 'app/in-data', 'no', 'never', 'retrying', "the item 'grafana' has no field 'nope'"],
      ['ExternalSecret', 'app/new', 'no', 'never', 'retrying', 'no status yet'],
      [
        'ExternalSecret',
        'app/no-field',
        'no',
        '2h ago',
        'retrying',
        "the key KEY uses the field 'nope', which the item does not have",
      ],
      [
        'ExternalSecret',
        'app/no-item',
        'no',
        'never',
        'retrying',
        "1Password has no item 'Grafana' in the vaults Kubernetes, Shared Vault",
      ],
      [
        'ExternalSecret',
        'app/other',
        'no',
        expect.stringMatching(/^(1\d\ds|\d+m) ago$/),
        'retrying',
        'could not get secret data from provider',
      ],
      ['6 of 13 not ready'],
    ]);
  });

  test('a store that fails: the cause, and how to make the operator look now', async () => {
    const { code, out } = await status({
      ...healthy,
      [paths.stores]: [store(false)],
      [paths.storeEvents]: [
        event(
          { kind: 'ClusterSecretStore', name: 'onepassword' },
          'dial tcp 10.0.0.1:80: connect: connection refused',
          3,
        ),
      ],
    });
    expect(code).toBe(1);
    expect(out).toContain('dial tcp 10.0.0.1:80: connect: connection refused');
    expect(out.split('\n').slice(-2)).toEqual([
      'External Secrets Operator retries a failing store within 7 minutes; to retry now: `npm run status -- --retry`',
      '1 of 9 not ready',
    ]);
  });

  test('--retry annotates the store and what fails, nothing else', async () => {
    const content: ApiContent = {
      ...healthy,
      [paths.stores]: [store(false)],
      [paths.externalSecrets]: [
        externalSecret('app', 'good', { synced: 60 }),
        externalSecret('app', 'bad', { failing: true }),
      ],
    };
    const { api, run } = await start(content);
    const running = run('--retry');
    const patched = (name: string) =>
      api.requests.some(({ line }) => line.startsWith('PATCH') && line.endsWith(name));
    while (!patched('/onepassword')) await new Promise((wait) => setTimeout(wait, 20));
    api.content = { ...content, [paths.stores]: [store(true)] };
    while (!patched('/bad')) await new Promise((wait) => setTimeout(wait, 20));
    api.content = healthy;
    const { code, out, err } = await running;
    expect(code).toBe(0);
    expect(out).toContain('all 9 ready');
    expect(err.split('\n')).toEqual([
      'asked External Secrets Operator to reconcile ClusterSecretStore onepassword',
      'waiting for the result',
      'asked External Secrets Operator to reconcile ExternalSecret app/bad',
      'waiting for the result',
    ]);
    const writes = api.requests.filter(({ line }) => !line.startsWith('GET'));
    expect(writes.map(({ line }) => line)).toEqual([
      'PATCH /apis/external-secrets.io/v1/clustersecretstores/onepassword',
      'PATCH /apis/external-secrets.io/v1/namespaces/app/externalsecrets/bad',
    ]);
    for (const { body } of writes) {
      expect(JSON.parse(body)).toEqual({
        metadata: { annotations: { 'force-sync': expect.stringMatching(/^\d+$/) } },
      });
    }
  });

  test('--retry ends when the operator has looked and a Secret is still missing', async () => {
    const missing = (synced: number): ApiContent => ({
      ...healthy,
      [paths.externalSecrets]: [
        changed(externalSecret('media', 'plex', { synced }), {
          status: {
            conditions: [{ type: 'Ready', status: 'True', reason: 'SecretMissing', message: 'none' }],
          },
        }),
      ],
    });
    const { api, run } = await start(missing(600));
    const running = run('--retry');
    while (!api.requests.some(({ line }) => line.startsWith('PATCH')))
      await new Promise((wait) => setTimeout(wait, 20));
    api.content = missing(-2);
    const { code, out } = await running;
    expect(code).toBe(1);
    expect(out).toContain('the Secret it adds keys to, plex, does not exist');
  });

  test('--retry ends with a new failure, and leaves the ExternalSecrets of a failing store alone', async () => {
    const content = {
      ...healthy,
      [paths.stores]: [store(false)],
      [paths.externalSecrets]: [externalSecret('app', 'bad', { failing: true })],
    };
    const { api, run } = await start(content);
    const running = run('--retry');
    while (!api.requests.some(({ line }) => line.startsWith('PATCH')))
      await new Promise((wait) => setTimeout(wait, 20));
    const failure = event({ kind: 'ClusterSecretStore', name: 'onepassword' }, 'connection refused', -2);
    api.content = { ...content, [paths.storeEvents]: [failure] };
    const { code, out } = await running;
    expect(code).toBe(1);
    expect(out).toContain('connection refused');
    expect(api.requests.filter(({ line }) => line.startsWith('PATCH'))).toHaveLength(1);
  });

  test('--watch in a pipe prints only changes, until it is stopped', async () => {
    const { api } = await start(healthy);
    const stop = new AbortController();
    project.write('kubeconfig-watch', api.kubeconfig);
    const env = { KUBECONFIG: `${project.path}/kubeconfig-watch` };
    const running = project.run('status', ['--watch'], { env, signal: stop.signal });
    const lists = () => api.requests.filter(({ line }) => line === `GET ${paths.stores}`).length;
    while (lists() < 2) await new Promise((wait) => setTimeout(wait, 20));
    stop.abort();
    const { code, out, err } = await running;
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out.match(/^all 9 ready$/gm)).toHaveLength(1);
  });

  /** What status says of one object, when all the others are well. */
  const rowOf = async (content: ApiContent, name: string) => {
    const { code, out } = await status({ ...healthy, ...content });
    return {
      code,
      row: columns(out)
        .find(([, found]) => found === name)
        ?.slice(2),
    };
  };
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

  test('a dead operator: its statuses stay Ready, but refreshes are overdue', async () => {
    const es = (synced: number) => ({
      [paths.externalSecrets]: [externalSecret('monitoring', 'grafana', { synced })],
    });
    expect(await rowOf(es(3600 + 600), 'monitoring/grafana')).toEqual({
      code: 1,
      row: [
        'no',
        '70m ago',
        'its refresh is 10m overdue, and External Secrets Operator has not reconciled it: check its log, or run `npm run acceptance`',
      ],
    });
    // It works through many, and clocks differ.
    expect((await rowOf(es(3600 + 60), 'monitoring/grafana')).code).toBe(0);
  });

  test.each([
    ['never by itself', { refreshInterval: '0' }],
    ['once', { refreshPolicy: 'CreatedOnce' }],
  ])('an ExternalSecret of somebody else that is refreshed %s is never overdue', async (_when, spec) => {
    const old = changed(externalSecret('monitoring', 'grafana', { synced: 86_400 }), { spec });
    expect((await rowOf({ [paths.externalSecrets]: [old] }, 'monitoring/grafana')).code).toBe(0);
  });

  test('the source fails, is suspended, or is another one', async () => {
    const name = 'flux-system/flux-system';
    const message = "failed to checkout and determine revision: unable to clone 'https://git.example/home'";
    expect(await rowOf({ [paths.source]: [gitRepository(message)] }, name)).toEqual({
      code: 1,
      row: ['no', message],
    });
    const suspended = changed(gitRepository(), { spec: { suspend: true } });
    expect((await rowOf({ [paths.source]: [suspended] }, name)).row?.at(-1)).toBe(
      'suspended, so Flux does not reconcile it; to resume: `flux resume source git flux-system -n flux-system`',
    );
    expect((await rowOf({ [paths.source]: [] }, name)).row).toEqual([
      'no',
      'not in the cluster: Flux was bootstrapped with another source; set flux.source in src/settings.ts',
    ]);
  });

  test.each([
    [
      { spec: { suspend: true } },
      'suspended, so Flux does not reconcile it; to resume: `flux resume kustomization onepassword-store -n flux-system`',
    ],
    [
      { status: { lastAppliedRevision: 'main@sha1:fedcba9876543210fedcba9876543210fedcba98' } },
      'at main@sha1:fedcba98, but the source is at main@sha1:01234567: Flux has not applied it yet; to apply it now: `flux reconcile kustomization onepassword-store -n flux-system`',
    ],
    [
      { metadata: { generation: 2 } },
      'Flux has not reconciled it since it changed: check its controllers with `flux check`',
    ],
    [
      { metadata: { deletionTimestamp: ago(300), finalizers: ['finalizers.fluxcd.io'] } },
      'terminating for 5m, waiting for Flux to remove its finalizer (finalizers.fluxcd.io): is Flux running?',
    ],
  ])('a unit that says Ready, with %j', async (change, message) => {
    const units = unitNames.map((name) => unit(name));
    const content = { [paths.kustomizations]: [...units.slice(0, 3), changed(units[3] ?? {}, change)] };
    expect(await rowOf(content, 'flux-system/onepassword-store')).toEqual({ code: 1, row: ['no', message] });
  });

  test('a suspended release', async () => {
    const suspended = changed(helmRelease('onepassword-connect'), { spec: { suspend: true } });
    const content = { [paths.helmReleases]: [helmRelease('external-secrets'), suspended] };
    expect((await rowOf(content, 'external-secrets/onepassword-connect')).row?.at(-1)).toContain(
      '`flux resume helmrelease onepassword-connect -n external-secrets`',
    );
  });

  test('a terminating ExternalSecret, and one that changed since its last sync', async () => {
    const finalizers = ['externalsecrets.external-secrets.io/externalsecret-cleanup'];
    const es = externalSecret('monitoring', 'grafana', { synced: 60 });
    const going = changed(es, { metadata: { deletionTimestamp: ago(120), finalizers } });
    expect(await rowOf({ [paths.externalSecrets]: [going] }, 'monitoring/grafana')).toEqual({
      code: 1,
      row: [
        'no',
        expect.stringMatching(/^6\ds ago$/),
        `terminating for 2m, waiting for External Secrets Operator to remove its finalizer (${finalizers[0]}): is External Secrets Operator running?`,
      ],
    });
    const newer = changed(es, { metadata: { generation: 2 } });
    expect((await rowOf({ [paths.externalSecrets]: [newer] }, 'monitoring/grafana')).row?.at(-1)).toMatch(
      /^changed since its last sync, but External Secrets Operator has not reconciled it/,
    );
  });

  test('keys for a missing Secret: not ready although ESO reports Ready, and when it retries', async () => {
    const es = changed(externalSecret('media', 'plex-claim', { synced: 600 }), {
      spec: { target: { name: 'plex' } },
      status: {
        conditions: [
          {
            type: 'Ready',
            status: 'True',
            reason: 'SecretMissing',
            message: 'secret will not be created due to CreationPolicy=Merge',
          },
        ],
      },
    });
    expect(await rowOf({ [paths.externalSecrets]: [es] }, 'media/plex-claim')).toEqual({
      code: 1,
      row: [
        'no',
        '10m ago',
        expect.stringMatching(/^in (49|50)m$/),
        'the Secret it adds keys to, plex, does not exist; once it does, run `npm run status -- --retry`',
      ],
    });
  });

  test('a Secret that is created once is never overdue; a newer declaration is a warning', async () => {
    const once = changed(externalSecret('media', 'login', { synced: 7 * 86_400 }), {
      spec: { refreshPolicy: 'CreatedOnce' },
    });
    const same = await status({ ...healthy, [paths.externalSecrets]: [once] });
    expect(same.code).toBe(0);
    expect(same.out).not.toContain('warning');
    const newer = changed(once, { metadata: { generation: 2 }, spec: { target: { name: 'first-login' } } });
    const { code, out } = await status({ ...healthy, [paths.externalSecrets]: [newer] });
    expect(code).toBe(0);
    expect(out).toContain(
      'warning: ExternalSecret media/login: changed after its Secret was created, and the Secret is not updated (refreshPolicy CreatedOnce); to have it rewritten: `kubectl -n media annotate secret first-login reconcile.external-secrets.io/data-hash-`',
    );
  });

  test('a declared app secret that is not in the cluster', async ({ onTestFinished }) => {
    const secret = (namespace: string) =>
      `import { appSecret } from '#cluster-secrets';
export default appSecret({ namespace: '${namespace}', name: 'app', item: 'App', keys: 'all' });\n`;
    const files = { 'src/secrets/a.ts': secret('media'), 'src/secrets/b.ts': secret('monitoring') };
    const declared = await copyProject({ files });
    onTestFinished(() => declared.destroy());
    await declared.synth();
    const units = [...unitNames, 'secrets-media', 'secrets-monitoring'].map((name) => unit(name));
    const { api } = await start({
      ...healthy,
      [paths.kustomizations]: units,
      [paths.externalSecrets]: [externalSecret('monitoring', 'app', { synced: 60 })],
      '/apis/external-secrets.io/v1/namespaces/monitoring/externalsecrets': [
        externalSecret('monitoring', 'app', { synced: 60 }),
      ],
    });
    declared.write('kubeconfig', api.kubeconfig);
    const env = { KUBECONFIG: `${declared.path}/kubeconfig` };
    const { code, out } = await declared.run('status', [], { env });
    expect(code).toBe(1);
    expect(columns(out).slice(-3, -1)).toEqual([
      ['ExternalSecret', 'media/app', 'no', 'never', 'not in the cluster: see the unit secrets-media above'],
      [
        'ExternalSecret',
        'monitoring/app',
        'yes',
        expect.stringMatching(/^6\ds ago$/),
        expect.stringMatching(/^in /),
      ],
    ]);
    expect((await declared.run('status', ['-n', 'monitoring'], { env })).code).toBe(0);
  });

  test('a missing one beside its app: what to look at, ignoring other projects', async ({
    onTestFinished,
  }) => {
    const declared = await copyProject({ git: true, at: 'infra/secrets' });
    onTestFinished(() => declared.destroy());
    const secret = { namespace: 'media', name: 'radarr', item: 'X', keys: 'all', beside: 'apps/radarr' };
    declared.write('../../apps/radarr/config.yaml', '');
    declared.write('src/secrets/a.ts', `export default ${JSON.stringify(secret)};`);
    await declared.synth();
    const file = 'apps/radarr/externalsecret-radarr.yaml';
    const theirs = declared.read(`../../${file}`).replace('project infra/secrets', 'project others');
    declared.write('../../apps/others/externalsecret-radarr.yaml', theirs);
    declared.write('../../apps/others/externalsecret-mine.yaml', 'kind: ExternalSecret\n');
    const { api } = await start(healthy);
    declared.write('kubeconfig', api.kubeconfig);
    const env = { KUBECONFIG: `${declared.path}/kubeconfig` };
    const { code, out } = await declared.run('status', [], { env });
    expect(code).toBe(1);
    expect(columns(out).filter(([kind, , ready]) => kind === 'ExternalSecret' && ready === 'no')).toEqual([
      [
        'ExternalSecret',
        'media/radarr',
        'no',
        'never',
        `not in the cluster: is ${file} committed and listed in its kustomization.yaml, and is the app's Flux Kustomization Ready?`,
      ],
    ]);
  });

  test('reports the condition’s reason if the event says less', async () => {
    const bad = changed(externalSecret('app', 'bad', { failing: true }), {});
    const { status: said } = bad as { status: { conditions: { message: string }[] } };
    const [condition] = said.conditions;
    if (condition) {
      condition.message =
        'error processing spec.dataFrom[0].extract, err: key not found in 1Password Vaults: Grafana in: map[Kubernetes:1]';
    }
    const content = {
      [paths.externalSecrets]: [bad],
      [paths.events]: [
        event({ kind: 'ExternalSecret', name: 'bad', namespace: 'app' }, 'could not get secret data', 5),
      ],
    };
    expect((await rowOf(content, 'app/bad')).row?.at(-1)).toBe(
      "1Password has no item 'Grafana' in the vaults Kubernetes",
    );
  });

  test('--json prints JSON whatever is wrong', async ({ onTestFinished }) => {
    project.write('kubeconfig-nobody', kubeconfigFor('http://127.0.0.1:1'));
    const env = { KUBECONFIG: `${project.path}/kubeconfig-nobody` };
    const { code, out, err } = await project.run('status', ['--json'], { env });
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(JSON.parse(out)).toEqual({
      ready: false,
      notes: ["http://127.0.0.1:1: can't be reached (ECONNREFUSED); check the cluster and your network"],
      warnings: [],
      rows: [],
    });
    const fresh = await copyProject();
    onTestFinished(() => fresh.destroy());
    const none = await fresh.run('status', ['--json'], { env });
    expect(JSON.parse(none.out).notes).toEqual(['dist/: does not exist; run `npm run synth`']);
  });

  test('a look-up that found nothing is not ready, although ESO reports Ready', async () => {
    const nothing = externalSecret('app', 'nothing', { synced: 60 }) as {
      status: { conditions: { message: string }[] };
    };
    const [condition] = nothing.status.conditions;
    if (condition) condition.message = 'secret retained due to DeletionPolicy=Retain';
    const { code, out } = await status({ ...healthy, [paths.externalSecrets]: [nothing] });
    expect(code).toBe(1);
    expect(out).toMatch(
      /app\/nothing +no .* its items have no fields to read; External Secrets Operator keeps the Secret, if there is one/,
    );
  });

  test('names the item and the label behind a template name', async () => {
    const bad = externalSecret('app', 'bad', { failing: true }) as { spec: object };
    const regexp = (source: string, target: string) => ({ regexp: { source, target } });
    Object.assign(bad.spec, {
      dataFrom: [
        { extract: { key: 'Other' } },
        { extract: { key: 'Grafana' }, rewrite: [regexp('^api\\.key$', 'field_api_key'), regexp('^', 'g_')] },
      ],
    });
    const message =
      'could not apply template: executing "KEY" at <.g_field_api_key>: map has no entry for key "g_field_api_key"';
    const { out } = await status({
      ...healthy,
      [paths.externalSecrets]: [bad],
      [paths.events]: [event({ kind: 'ExternalSecret', name: 'bad', namespace: 'app' }, message, 5)],
    });
    expect(out).toContain("the key KEY uses the field 'api.key', which the item 'Grafana' does not have");
  });

  test('-n looks at one namespace; --json has times and no object', async () => {
    const { code, out, requests } = await status(
      {
        ...healthy,
        '/apis/external-secrets.io/v1/namespaces/monitoring/externalsecrets': [
          externalSecret('monitoring', 'grafana', { synced: 600 }),
        ],
      },
      '-n',
      'monitoring',
      '--json',
    );
    expect(code).toBe(0);
    expect(requests.map(({ line }) => line)).toContain(
      'GET /apis/external-secrets.io/v1/namespaces/monitoring/externalsecrets',
    );
    const { ready, notes, rows } = JSON.parse(out);
    expect({ ready, notes }).toEqual({ ready: true, notes: [] });
    expect(rows.at(-1)).toEqual({
      kind: 'ExternalSecret',
      namespace: 'monitoring',
      name: 'grafana',
      ready: true,
      lastSync: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      nextRefresh: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
      message: '',
    });
  });

  test('nothing installed, half installed, not allowed', async () => {
    const bare = await status({});
    expect(bare.code).toBe(1);
    expect(bare.out.split('\n')).toEqual([
      'Flux is not installed: its CRDs are missing; install it first',
      'External Secrets Operator is not installed: its CRDs are missing; check its HelmRelease',
      'not ready',
    ]);
    const half = await status({ ...healthy, [paths.stores]: 404, [paths.externalSecrets]: 404 });
    expect(half.code).toBe(1);
    expect(half.out).toContain(
      'KIND           NAME                                  READY  SYNCED  NEXT  MESSAGE',
    );
    expect(half.out).toContain('flux-system/external-secrets');
    const forbidden = await status({ ...healthy, [paths.externalSecrets]: 403 });
    expect(forbidden.code).toBe(1);
    expect(forbidden.out).toMatch(
      /^http:\/\/127\.0\.0\.1:\d+: does not let you list externalsecrets\.external-secrets\.io \(403\); ask for a role that allows it$/m,
    );
  });

  test('a web page instead of an API server', async ({ onTestFinished }) => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html' });
      response.end('<html>log in</html>');
    }).listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    project.write('kubeconfig-page', kubeconfigFor(address));
    const env = { KUBECONFIG: `${project.path}/kubeconfig-page` };
    const { code, out, err } = await project.run('status', [], { env });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(
      /^http:\S+: (does not answer like a Kubernetes API server|can't be asked: .*); \S.*$/,
    );
  });

  test.each([[['-n', '']], [['-n', '../x']], [['--watch', '--retry']]])(
    '%j is used wrongly',
    async (args) => {
      expect((await status(healthy, ...args)).code).toBe(2);
    },
  );

  test('a namespace without any, and a project without dist/', async ({ onTestFinished }) => {
    const none = await status(
      { ...healthy, '/apis/external-secrets.io/v1/namespaces/nosuch/externalsecrets': [] },
      '-n',
      'nosuch',
    );
    expect(none.code).toBe(1);
    expect(none.out).toContain(
      'KIND                NAME                                  READY  SYNCED  NEXT  MESSAGE',
    );
    const fresh = await copyProject();
    onTestFinished(() => fresh.destroy());
    const { api } = await start(healthy);
    fresh.write('kubeconfig', api.kubeconfig);
    const look = () => fresh.run('status', [], { env: { KUBECONFIG: `${fresh.path}/kubeconfig` } });
    const told = (what: string) => ({ code: 1, out: '', err: `dist/: ${what}; run \`npm run synth\`` });
    expect(await look()).toEqual(told('does not exist'));
    await fresh.synth();
    fresh.write('dist/flux/onepassword-store.yaml', 'a: [');
    expect(await look()).toEqual(told("can't be read (not written by synth)"));
  });

  test('existing stores: only what is declared', async ({ onTestFinished }) => {
    const place = "kind: 'SecretStore', name: 'onepassword'";
    const other = await copyProject({
      files: {
        'src/settings.ts': `export default { store: { existing: { ${place} } } };\n`,
        'src/secrets/a.ts': `export default [['media', 'radarr'], ['monitoring', 'grafana']].map(([namespace, name]) => ({ namespace, name, item: 'x', keys: 'all' }));\n`,
      },
    });
    onTestFinished(() => other.destroy());
    await other.synth();
    const ofNamespace = (namespace: string, isReady: boolean) => {
      const { metadata, ...rest } = store(isReady) as { metadata: object };
      return { ...rest, metadata: { ...metadata, namespace } };
    };
    const { api } = await start({
      [paths.source]: [gitRepository()],
      [paths.kustomizations]: [unit('secrets-media'), unit('secrets-monitoring')],
      '/apis/external-secrets.io/v1/secretstores': [ofNamespace('media', false), ofNamespace('x', false)],
      [paths.externalSecrets]: [
        externalSecret('media', 'radarr', { synced: 600 }),
        externalSecret('x', 'theirs', { failing: true }),
      ],
      '/api/v1/namespaces/media/events': [
        event(
          { kind: 'SecretStore', name: 'onepassword', namespace: 'media' },
          'status 401: Invalid token',
          5,
        ),
      ],
    });
    other.write('kubeconfig', api.kubeconfig);
    const { code, out, err } = await other.run('status', [], {
      env: { KUBECONFIG: `${other.path}/kubeconfig` },
    });
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(columns(out).slice(1, -2)).toEqual([
      ['GitRepository', 'flux-system/flux-system', 'yes'],
      ['Kustomization', 'flux-system/secrets-media', 'yes'],
      ['Kustomization', 'flux-system/secrets-monitoring', 'yes'],
      ['SecretStore', 'media/onepassword', 'no', expect.stringContaining('401')],
      [
        'SecretStore',
        'monitoring/onepassword',
        'no',
        'not in the cluster, but src/settings.ts says it already exists',
      ],
      ['ExternalSecret', 'media/radarr', 'yes', '10m ago', expect.stringMatching(/^in /)],
      [
        'ExternalSecret',
        'monitoring/grafana',
        'no',
        'never',
        'not in the cluster: see the unit secrets-monitoring above',
      ],
    ]);
  });

  test('no cluster, not logged in, no kubeconfig', async () => {
    const unknown = await status({ ...healthy, [paths.kustomizations]: 401 });
    expect(unknown).toMatchObject({ code: 1, out: '' });
    expect(unknown.err).toMatch(
      /^http:\S+: does not accept your credentials \(401\); log in to the cluster again$/,
    );
    project.write('kubeconfig-none', kubeconfigFor('http://127.0.0.1:1'));
    const run = (KUBECONFIG: string) =>
      project.run('status', [], { env: { KUBECONFIG, HOME: project.path } });
    expect(await run(`${project.path}/kubeconfig-none`)).toEqual({
      code: 1,
      out: '',
      err: "http://127.0.0.1:1: can't be reached (ECONNREFUSED); check the cluster and your network",
    });
    project.write('kubeconfig-broken', `users:\n- name: x\n  user:\n    token: MARKER\n   a: b\n`);
    const broken = await run(`${project.path}/kubeconfig-broken`);
    expect(broken.code).toBe(1);
    expect(broken.err).toMatch(
      /^kubeconfig: can't be read \(bad indentation of a mapping entry, line \d\); /,
    );
    const plugin = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'echo',
      args: ['MARKER'],
      interactiveMode: 'Never',
    };
    project.write(
      'kubeconfig-exec',
      kubeconfigFor('https://127.0.0.1:1').replace('{ token: test }', JSON.stringify({ exec: plugin })),
    );
    const exec = await run(`${project.path}/kubeconfig-exec`);
    expect(exec).toEqual({
      code: 1,
      out: '',
      err: "https://127.0.0.1:1: can't be queried: the client or your kubeconfig's credential plugin fails; run `kubectl version` to see why",
    });
    const none = await run('');
    expect(none.code).toBe(1);
    expect(none.err).toBe(
      'kubeconfig: has no current context; set KUBECONFIG, or choose a context with `kubectl config use-context`',
    );
  });
});
