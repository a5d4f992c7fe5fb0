/** `npm run status` against a real API server, with the statuses and events of Flux and ESO. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { externalSecret, store } from '../cluster-api/objects.js';
import { root } from '../project.js';
import type { Manifest } from './client.js';
import { readObjects } from './objects.js';
import { byHand, theStore, unitNames, World } from './world.js';

const server = inject('server');
const columns = (out: string) => out.split('\n').map((line) => line.split(/ {2,}/));

const platform = [
  ['KIND', 'NAME', 'READY', 'SYNCED', 'NEXT', 'MESSAGE'],
  ['GitRepository', 'flux-system/flux-system', 'yes'],
  ...unitNames.map((name) => ['Kustomization', `flux-system/${name}`, 'yes']),
  ['HelmRelease', 'external-secrets/external-secrets', 'yes'],
  ['HelmRelease', 'external-secrets/onepassword-connect', 'yes'],
];
const storeReady = ['ClusterSecretStore', 'onepassword', 'yes'];

describe.skipIf(!server)('npm run status', () => {
  let world: World;
  const made: Manifest[] = [];
  const make = async (...args: Parameters<typeof byHand>) => {
    const object = byHand(...args);
    made.push(object);
    await world.client.putWithStatus(object);
    return world.client.get(object);
  };

  beforeAll(async () => {
    if (server) world = await World.make(server);
  });
  afterAll(() => world?.destroy());
  afterEach(async () => {
    for (const object of made.splice(0)) await world.client.delete(object);
    world.operator.reset();
  });

  test('all is well, for someone who may only read; no Secret is asked for', async () => {
    await make('monitoring', 'grafana', { synced: 600 });
    const { result, requests } = await world.audited('reader', () => world.run('reader', 'status'));
    expect(result.err).toBe('');
    expect(columns(result.out)).toEqual([
      ...platform,
      storeReady,
      ['ExternalSecret', 'monitoring/grafana', 'yes', '10m ago', expect.stringMatching(/^in (49|50)m$/)],
      ['all 9 ready'],
    ]);
    expect(result.code).toBe(0);
    expect(requests.length).toBeGreaterThanOrEqual(4);
    expect(requests.filter(({ verb }) => verb !== 'list')).toEqual([]);
    expect(requests.filter(({ objectRef }) => objectRef.resource === 'secrets')).toEqual([]);
  });

  test('what fails, by its event; -n; --json', async () => {
    const field = await make('monitoring', 'field', { failing: true, synced: 7200 });
    const item = await make('media', 'item', { failing: true });
    await world.operator.tell(
      field,
      `error processing spec.data[1] (key: grafana), err: expected one 1Password ItemField matching: 'nope' in 'grafana', got 0`,
    );
    await world.operator.tell(
      item,
      'error processing spec.dataFrom[0].extract, err: key not found in 1Password Vaults: nothere in: map[Kubernetes:1]',
    );
    const all = await world.run('reader', 'status');
    expect(columns(all.out).slice(-3)).toEqual([
      [
        'ExternalSecret',
        'media/item',
        'no',
        'never',
        'retrying',
        "1Password has no item 'nothere' in the vaults Kubernetes",
      ],
      [
        'ExternalSecret',
        'monitoring/field',
        'no',
        '2h ago',
        'retrying',
        "the item 'grafana' has no field 'nope'",
      ],
      ['2 of 10 not ready'],
    ]);
    expect(all.code).toBe(1);
    const one = await world.run('reader', 'status', '-n', 'media', '--json');
    expect(one.code).toBe(1);
    const { ready, notes, rows } = JSON.parse(one.out);
    expect({ ready, notes, count: rows.length }).toEqual({ ready: false, notes: [], count: 9 });
    expect(rows.at(-1)).toEqual({
      kind: 'ExternalSecret',
      namespace: 'media',
      name: 'item',
      ready: false,
      lastSync: null,
      nextRefresh: null,
      message: "1Password has no item 'nothere' in the vaults Kubernetes",
    });
  });

  test('--watch in a pipe prints what changes, until Ctrl-C', async () => {
    const script = ['--import', 'tsx', 'src/cli.ts', 'status', '--watch'];
    const child = spawn(process.execPath, script, {
      cwd: world.project.path,
      env: { ...process.env, ...world.env('reader') },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(child, 'exit');
    const lines: string[] = [];
    const summaries = createInterface({ input: child.stdout });
    summaries.on('line', (line) => lines.push(line));
    const printed = async (summary: string) => {
      while (!lines.includes(summary)) await once(summaries, 'line');
    };
    await printed('all 8 ready');
    await make('media', 'watched', { failing: true });
    await printed('1 of 9 not ready');
    child.kill('SIGINT');
    expect(await ended).toEqual([1, null]);
    expect(lines.filter((line) => line.endsWith('ready'))).toEqual(['all 8 ready', '1 of 9 not ready']);
    expect(lines.join('\n')).not.toContain('\u001b');
  });

  test('--retry after an outage: the store, then what failed; nothing but annotations is written', async () => {
    const grafana = readObjects(`${root}/test/golden/rich`).get(
      'secrets-monitoring/externalsecret-grafana-admin.yaml',
    );
    made.push(grafana, { apiVersion: 'v1', kind: 'Secret', metadata: grafana.metadata });
    await world.client.put(grafana);
    const isReady = async () => (await world.client.get(grafana)).status?.conditions?.[0]?.status === 'True';
    while (!(await isReady())) await sleep(20);
    // Connect was away; the operator waits before it looks again.
    const failing: Manifest = externalSecret('monitoring', grafana.metadata.name, { failing: true });
    await world.client.putStatus(grafana, failing.status);
    const failingStore: Manifest = store(false);
    await world.client.putStatus(theStore, failingStore.status);
    await world.operator.tell(theStore, 'dial tcp 10.0.0.1:80: connect: connection refused');

    const before = await world.run('reader', 'status');
    expect(before.code).toBe(1);
    expect(before.out).toMatch(/^ClusterSecretStore +onepassword +no +dial tcp .* connection refused$/m);
    expect(before.out).toContain('npm run status -- --retry');
    const { result, requests } = await world.audited('operator', () =>
      world.run('operator', 'status', '--retry'),
    );
    expect(result.err.split('\n')).toEqual([
      'asked External Secrets Operator to reconcile ClusterSecretStore onepassword',
      'waiting for the result',
      'asked External Secrets Operator to reconcile ExternalSecret monitoring/grafana-admin',
      'waiting for the result',
    ]);
    expect(result.out.split('\n').at(-1)).toBe('all 9 ready');
    expect(result.code).toBe(0);
    const writes = requests.filter(({ verb }) => verb !== 'list');
    expect(writes.map(({ verb, objectRef }) => [verb, objectRef.resource, objectRef.name])).toEqual([
      ['patch', 'clustersecretstores', 'onepassword'],
      ['patch', 'externalsecrets', 'grafana-admin'],
    ]);
    for (const { requestObject } of writes) {
      expect(requestObject).toEqual({
        metadata: { annotations: { 'force-sync': expect.stringMatching(/^\d+$/) } },
      });
    }
  });

  test('a suspended unit and a terminating ExternalSecret are not ready', async () => {
    const objects: Manifest[] = [...readObjects(`${root}/test/golden/shipped`).values()];
    const suspended = objects.find(({ apiVersion }) => apiVersion.startsWith('kustomize.toolkit'));
    await world.client.put({ ...suspended, spec: { ...suspended.spec, suspend: true } });
    const hanging = byHand('media', 'hanging', { synced: 60 });
    const finalizers = ['externalsecrets.external-secrets.io/externalsecret-cleanup'];
    hanging.metadata.finalizers = finalizers;
    await world.client.putWithStatus(hanging);
    await world.client.delete(hanging);
    const { code, out } = await world.run('reader', 'status');
    await world.client.put({ ...hanging, metadata: { ...hanging.metadata, finalizers: [] } });
    await world.client.put(suspended);
    expect(code).toBe(1);
    expect(out).toMatch(
      /^Kustomization +flux-system\/external-secrets +no +suspended, .* `flux resume kustomization external-secrets -n flux-system`$/m,
    );
    expect(out).toMatch(/^ExternalSecret +media\/hanging +no .* terminating for \d+s, waiting for /m);
  });

  test('a user without permissions sees nothing, and is told so', async () => {
    const { code, out, err } = await world.run('stranger', 'status');
    expect(err).toBe('');
    expect(code).toBe(1);
    const may = (what: string) => `does not let you list ${what} (403); ask for a role that allows it`;
    expect(out.split('\n')).toEqual([
      expect.stringContaining(may('gitrepositories.source.toolkit.fluxcd.io')),
      expect.stringContaining(may('kustomizations.kustomize.toolkit.fluxcd.io')),
      expect.stringContaining(may('helmreleases.helm.toolkit.fluxcd.io')),
      expect.stringContaining(may('clustersecretstores.external-secrets.io')),
      expect.stringContaining(may('externalsecrets.external-secrets.io')),
      'not ready',
    ]);
  });
});
