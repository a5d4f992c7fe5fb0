/** `npm run acceptance` against a real API server, with a stand-in for ESO and the namespace controller. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest';
import { store } from '../cluster-api/objects.js';
import { findTool } from '../tools.js';
import type { Manifest } from './client.js';
import { deployment, fluxSecret, items, theStore, World } from './world.js';

const server = inject('server');

const operatorRuns = 'External Secrets Operator is running';
const connectRuns = '1Password Connect is running';
const storeReady = 'the store onepassword is Ready';
const arrives = 'a new Secret appears within 60s';
const missingItem = 'a missing item: not ready, named by an event, no Secret';
const missingField = 'a missing field: not ready, named by an event, no Secret';
const unchanged = 'the Secrets that Flux manages are unchanged';
const names = [operatorRuns, connectRuns, storeReady, arrives, missingItem, missingField, unchanged];
const canaries = [arrives, missingItem, missingField];

/** What `--json` says: the message of each criterion, by name, of those that passed and of those that did not. */
function readJson(out: string) {
  const { passed, criteria, left } = JSON.parse(out);
  expect(criteria.map(({ name }: Manifest) => name)).toEqual(names);
  const messages = (wanted: boolean): Record<string, string> =>
    Object.fromEntries(
      criteria
        .filter((criterion: Manifest) => criterion.passed === wanted)
        .map(({ name, message }: Manifest) => [name, message]),
    );
  return { passed, left, good: messages(true), bad: messages(false), criteria };
}

describe.skipIf(!server)('npm run acceptance', () => {
  let world: World;

  beforeAll(async () => {
    if (server) world = await World.make(server);
  });
  afterAll(() => world?.destroy());
  afterEach(() => world.operator.reset());

  const spawnOptions = () => ({
    cwd: world.project.path,
    env: { ...process.env, ...world.env('operator') },
    stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'],
  });
  const script = ['--import', 'tsx', 'src/cli.ts', 'acceptance'];
  const spawnAcceptance = (...args: string[]) =>
    spawn(process.execPath, [...script, ...args], spawnOptions());
  const accept = (...args: string[]) => world.run('operator', 'acceptance', '--yes', ...args);

  /** Names of what an acceptance makes, and of namespaces that it left. */
  async function leftovers(): Promise<string[]> {
    const lists = await Promise.all(
      ['/apis/external-secrets.io/v1/externalsecrets', '/api/v1/secrets', '/api/v1/namespaces'].map((path) =>
        world.client.request('GET', path),
      ),
    );
    return lists
      .flatMap(({ body }) => body.items)
      .map(({ metadata }: Manifest) => metadata.name)
      .filter((name: string) => name.includes('acceptance'));
  }

  test('everything passes; it writes only its own objects, and reads no value', async () => {
    const { result, requests } = await world.audited('operator', () => accept('--item', 'Grafana'));
    const lines = result.out.split('\n');
    const id = /cluster-secrets-acceptance-([0-9a-f]{8})/.exec(result.err)?.[1] ?? '';
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
      ['RESULT', 'CRITERION', 'TIME', 'MESSAGE'],
      [
        'pass',
        operatorRuns,
        expect.stringMatching(/^\d+\.\d\ds$/),
        'external-secrets 1/1, external-secrets-cert-controller 1/1, external-secrets-webhook 1/1, and responds',
      ],
      ['pass', connectRuns, expect.any(String), 'onepassword 1/1'],
      ['pass', storeReady, expect.any(String), expect.stringMatching(/^for \d+[smh]$/)],
      [
        'pass',
        arrives,
        expect.any(String),
        "'Grafana' became a Secret with 3 keys: api_key, password, username",
      ],
      [
        'pass',
        missingItem,
        expect.any(String),
        `1Password has no item 'missing_${id}' in the vaults Kubernetes`,
      ],
      [
        'pass',
        missingField,
        expect.any(String),
        `the key value uses the field 'missing_${id}', which the item 'Grafana' does not have`,
      ],
      ['pass', unchanged, expect.any(String), '2 compared'],
      ['all 7 passed'],
    ]);
    expect(result.code).toBe(0);
    expect(await leftovers()).toEqual([]);

    const namespace = `cluster-secrets-acceptance-${id}`;
    const canary = (part: string) => ['externalsecrets', namespace, `acceptance-${id}-${part}`];
    const secret = (part: string) => ['secrets', namespace, `acceptance-${id}-${part}`];
    const written = (verb: string) =>
      requests
        .filter((request) => request.verb === verb)
        .map(({ objectRef: { resource, namespace, name } }) => [resource, namespace, name])
        .toSorted();
    expect(written('create')).toEqual(
      [canary('field'), canary('good'), canary('item'), ['namespaces', namespace, namespace]].map((one) =>
        expect.arrayContaining(one),
      ),
    );
    const deleted = ['field', 'good', 'item'];
    expect(written('delete')).toEqual([
      ...deleted.map(canary),
      ['namespaces', namespace, namespace],
      ...deleted.map(secret),
    ]);
    expect(new Set(requests.map(({ verb }) => verb))).toEqual(new Set(['create', 'delete', 'get', 'list']));
    // What the server sent of Secrets: metadata, or that there is none.
    const secrets = requests.filter(({ objectRef }) => objectRef.resource === 'secrets');
    const kinds = secrets.map(({ responseObject }) => responseObject?.kind ?? 'nothing');
    expect(kinds).toContain('PartialObjectMetadata');
    expect(kinds).toContain('PartialObjectMetadataList');
    for (const kind of kinds) expect(kind).toMatch(/^(PartialObjectMetadata(List)?|Status|nothing)$/);
    const sent = JSON.stringify(requests.map(({ responseObject }) => responseObject));
    for (const value of [...Object.values(items['Grafana'] ?? {}), 'as it was']) {
      expect(sent).not.toContain(value);
      expect(sent).not.toContain(btoa(value));
    }
  });

  test('one field, in a namespace that is there and stays', async () => {
    const { code, out } = await accept('--item', 'Grafana', '--field', 'api key', '-n', 'media', '--json');
    const { passed, good, criteria } = readJson(out);
    expect(good[arrives]).toBe("'Grafana' became a Secret with the key value");
    expect(passed).toBe(true);
    expect(code).toBe(0);
    for (const { seconds } of criteria) expect(seconds).toBeGreaterThanOrEqual(0);
    expect(await leftovers()).toEqual([]);
    expect(await world.client.get(fluxSecret('radarr', ''))).toBeDefined();
  });

  test('a missing namespace', async () => {
    const { code, out } = await accept('--item', 'Grafana', '-n', 'nowhere', '--json');
    expect(code).toBe(1);
    const { bad, left } = readJson(out);
    for (const name of canaries)
      expect(bad[name]).toBe('namespace nowhere: does not exist; name an existing namespace');
    expect(Object.keys(bad)).toEqual(canaries);
    expect(left).toEqual([]);
  });

  test('a terminating namespace: prints the server’s reason', async () => {
    const going = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'going' } };
    world.operator.behaviour.finalizes = false;
    await world.client.put(going);
    await world.client.delete(going);
    const { bad, left } = readJson((await accept('--item', 'Grafana', '-n', 'going', '--json')).out);
    expect(Object.keys(bad)).toEqual(canaries);
    for (const name of canaries) {
      expect(bad[name]).toMatch(
        /^https:\S+: refuses to create externalsecrets\.external-secrets\.io \(.* because it is being terminated\); check the policy, quota or webhook that refuses it$/,
      );
    }
    expect(left).toEqual([]);
  });

  test('an operator that writes a Secret without the field', async () => {
    world.operator.behaviour.careless = true;
    const { bad } = readJson((await accept('--item', 'Grafana', '--json')).out);
    expect(bad).toEqual({
      [missingItem]: 'a Secret was created anyway',
      [missingField]: 'a Secret was created anyway',
    });
    expect(await leftovers()).toEqual([]);
  });

  // Both wait for all of a canary's time: one after the other would take twice as long.
  test('an idle operator, a missing item, and Secrets that change in the meantime', async () => {
    const { client, operator } = world;
    operator.behaviour.worksIn = (namespace) => namespace === 'media';
    operator.behaviour.finalizes = false;
    await client.putStatus(deployment('external-secrets'), deployment('external-secrets', 0).status);
    const running = [
      accept('--item', 'Grafana', '--json'),
      accept('--item', 'Nowhere', '-n', 'media', '--json'),
    ];
    // When the canaries are there, the Secrets have been looked at.
    while ((await leftovers()).length < 7) await sleep(50);
    await client.put(fluxSecret('sonarr', 'something else'));
    const owned = fluxSecret('owned', 'by an ExternalSecret');
    owned.metadata.ownerReferences = [
      { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', name: 'owned', uid: 'owned' },
    ];
    await client.put(owned);
    const added = fluxSecret('added', 'and a key of an ExternalSecret');
    added.metadata.labels['reconcile.external-secrets.io/managed'] = 'true';
    await client.put(added);
    const [silent, nowhere] = await Promise.all(running);
    await client.delete(owned);
    await client.delete(added);
    await client.putStatus(deployment('external-secrets'), deployment('external-secrets').status);

    const broken = {
      [operatorRuns]:
        'external-secrets 0/1, external-secrets-cert-controller 1/1, external-secrets-webhook 1/1',
      [unchanged]: 'changed: media/sonarr',
    };
    expect(silent?.code).toBe(1);
    const first = readJson(silent?.out ?? '');
    expect(first.bad).toEqual({
      ...broken,
      [arrives]: 'no Secret, and no event that says why',
      [missingItem]: 'the ExternalSecret has no status',
      [missingField]: 'the ExternalSecret has no status',
    });
    expect(Object.keys(first.good)).toEqual([connectRuns, storeReady]);
    // Asked for, and the rest is for Kubernetes.
    expect(first.left).toEqual([]);
    expect(silent?.err).toMatch(
      /^namespace cluster-secrets-acceptance-\S+: Kubernetes is still deleting it; check later that it is gone$/m,
    );
    expect(await leftovers()).toEqual([expect.stringMatching(/^cluster-secrets-acceptance-/)]);
    operator.reset();
    while ((await leftovers()).length > 0) await sleep(50);

    const noItem = "1Password has no item 'Nowhere' in the vaults Kubernetes";
    const second = readJson(nowhere?.out ?? '');
    expect(second.bad).toEqual({
      ...broken,
      [arrives]: noItem,
      [missingField]: `the ExternalSecret fails for another reason: ${noItem}`,
    });
    expect(nowhere?.err.split('\n')).toContain(`not yet: ${noItem}`);
  });

  test('a store that is not Ready: nothing is written', async () => {
    const { client } = world;
    const failing: Manifest = store(false);
    await client.putStatus(theStore, failing.status);
    const { result, requests } = await world.audited('operator', () => accept('--item', 'Grafana', '--json'));
    expect(result.code).toBe(1);
    const { bad } = readJson(result.out);
    expect(bad).toEqual({
      [storeReady]: 'unable to validate store: see `npm run status`, then `npm run status -- --retry`',
      ...Object.fromEntries(canaries.map((name) => [name, 'skipped: the store is not Ready'])),
    });
    expect(new Set(requests.map(({ verb }) => verb))).toEqual(new Set(['list']));
  });

  test('a store that becomes Ready while Connect is young is waited for', async () => {
    const { client } = world;
    const [failing, ready]: Manifest[] = [store(false), store(true)];
    await client.putStatus(theStore, failing.status);
    await client.putStatus(deployment('onepassword'), deployment('onepassword', 1, 90).status);
    const child = spawnAcceptance('--item', 'Grafana', '--yes', '--json');
    const out = text(child.stdout);
    for await (const line of createInterface({ input: child.stderr })) {
      if (line.startsWith('the store is not Ready')) await client.putStatus(theStore, ready.status);
    }
    await client.putStatus(deployment('onepassword'), deployment('onepassword').status);
    const { passed, good } = readJson(await out);
    expect(good[storeReady]).toMatch(/^for \d+s, \d+s after Connect became available$/);
    expect(passed).toBe(true);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s to all of npm: what was made is removed', async (signal) => {
    world.operator.behaviour.worksIn = () => false;
    const args = ['run', 'acceptance', '--', '--item', 'Grafana', '--yes', '--json'];
    // A terminal sends its signals to a process group.
    const child = spawn('npm', args, { ...spawnOptions(), detached: true });
    const ended = once(child, 'exit');
    const out = text(child.stdout);
    const progress = createInterface({ input: child.stderr });
    const lines: string[] = [];
    for await (const line of progress) {
      lines.push(line);
      if (line.startsWith('waiting') && child.pid) {
        while ((await leftovers()).length < 4) await sleep(20);
        process.kill(-child.pid, signal);
      }
    }
    await ended;
    expect(lines.at(-1)).toBe('deleting what was created');
    expect(await leftovers()).toEqual([]);
    const { bad } = readJson((await out).replace(/^[^{]*/, ''));
    expect(bad).toEqual(Object.fromEntries(canaries.map((name) => [name, 'stopped'])));
  });

  test.each([
    ['n\r', 1, 'skipped: you did not confirm'],
    ['\u0003', 1, 'skipped: you did not confirm'],
    ['y\r', 0, undefined],
  ])('on a terminal it asks before the first write: %j', async (answer, code, why) => {
    const shell = findTool('script');
    if (!shell) return;
    const command = [process.execPath, ...script, '--item', 'Grafana', '--json'].join(' ');
    const { result, requests } = await world.audited('operator', async () => {
      const child = spawn(shell, ['-qec', command, '/dev/null'], {
        ...spawnOptions(),
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      const ended = once(child, 'exit');
      let shown = '';
      child.stdout.on('data', (chunk) => {
        const asked = shown.includes('(y/N)');
        shown += chunk;
        if (!asked && shown.includes('(y/N)')) child.stdin.write(answer);
      });
      const [exitCode] = await ended;
      return { exitCode, shown };
    });
    expect(result.exitCode).toBe(code);
    const shown = stripVTControlCharacters(result.shown).replace(/\s+/g, ' ');
    expect(shown).toMatch(
      /Create the namespace cluster-secrets-acceptance-\S+ with three ExternalSecrets \(acceptance-\S+\) on https:/,
    );
    const { bad } = readJson(result.shown.slice(result.shown.indexOf('{\r\n')));
    expect(bad).toEqual(why === undefined ? {} : Object.fromEntries(canaries.map((name) => [name, why])));
    const writes = requests.filter(({ verb }) => verb !== 'get' && verb !== 'list');
    expect(writes.length > 0).toBe(why === undefined);
  });

  test('a read-only user: reports every criterion, and writes nothing', async () => {
    const { result, requests } = await world.audited('reader', () =>
      world.run('reader', 'acceptance', '--item', 'Grafana', '--yes', '--json'),
    );
    expect(result.code).toBe(1);
    const { good, bad } = readJson(result.out);
    expect(Object.keys(good)).toEqual([storeReady]);
    const refused = (what: string) =>
      expect.stringMatching(
        new RegExp(`^https://\\S+: does not let you ${what} \\(403\\); ask for a role that allows it$`),
      );
    expect(bad).toEqual({
      [operatorRuns]: refused('list deployments'),
      [connectRuns]: refused('list deployments'),
      [arrives]: refused('create namespaces'),
      [missingItem]: refused('create namespaces'),
      [missingField]: refused('create namespaces'),
      [unchanged]: refused('list secrets'),
    });
    expect(
      requests.filter(({ responseStatus }) => responseStatus.code < 300).map(({ verb }) => verb),
    ).toEqual(['list']);
  });
});
