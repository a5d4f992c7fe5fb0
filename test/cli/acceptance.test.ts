/** What `npm run acceptance` says before there is a cluster to prove anything on; test/cluster has the rest. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import { kubeconfigFor, startApi } from '../cluster-api/server.js';
import { copyProject, type Outcome } from '../project.js';

const settings = (text: string) => ({ 'src/settings.ts': `export default ${text};` });

/** Runs it against an API server that must not be reached, or the one that is given. */
async function acceptance(
  args: readonly string[],
  { files = {}, kubeconfig = kubeconfigFor('http://127.0.0.1:1') } = {},
): Promise<Outcome> {
  const project = await copyProject({ files: { ...files, kubeconfig } });
  const env = { KUBECONFIG: `${project.path}/kubeconfig` };
  return project.run('acceptance', args, { env }).finally(project.destroy);
}

describe.concurrent('used wrongly: exit code 2, and no cluster is asked', () => {
  const restricted = settings("{ store: { namespaces: ['media', 'monitoring'] } }");
  const serves =
    'the store only serves the namespaces media, monitoring (store.namespaces in src/settings.ts): add --namespace with one of them';

  test.each([
    [
      'without a terminal and --yes',
      ['--item', 'A'],
      {},
      'this writes to the cluster, and there is no terminal to confirm on: add --yes',
    ],
    [
      'an empty item',
      ['--yes', '--item', ''],
      {},
      "--item: '' is blank; write the item's title or ID in 1Password",
    ],
    ['a store for some namespaces', ['--yes', '--item', 'A'], restricted, serves],
    [
      'a SecretStore, and no namespace',
      ['--yes', '--item', 'A'],
      settings("{ store: { existing: { name: 'op', kind: 'SecretStore' } } }"),
      'the SecretStore op only serves its own namespace: add --namespace',
    ],
    ['another namespace than those', ['--yes', '--item', 'A', '-n', 'default'], restricted, serves],
  ])('%s', async (_what, args, files, err) => {
    expect(await acceptance(args, { files })).toEqual({ code: 2, out: '', err });
  });

  test('no item', async () => {
    const { code, err } = await acceptance(['--yes']);
    expect(code).toBe(2);
    expect(err).toMatch(/^error: required option '--item' not specified\n\nUsage: npm run acceptance -- /);
  });
});

describe.concurrent('no cluster to ask: one line, exit code 1', () => {
  const args = ['--yes', '--item', 'Grafana'];

  test('connection refused', async () => {
    expect(await acceptance(args)).toEqual({
      code: 1,
      out: '',
      err: "http://127.0.0.1:1: can't be reached (ECONNREFUSED); check the cluster and your network",
    });
  });

  test('--json prints JSON even on errors', async () => {
    const { code, out, err } = await acceptance([...args, '--json']);
    expect({ code, err }).toEqual({ code: 1, err: '' });
    expect(JSON.parse(out)).toEqual({
      passed: false,
      criteria: [],
      left: [],
      notes: ["http://127.0.0.1:1: can't be reached (ECONNREFUSED); check the cluster and your network"],
    });
  });

  test('not logged in', async ({ onTestFinished }) => {
    const api = await startApi({ '/apis/apps/v1/namespaces/external-secrets/deployments': 401 });
    onTestFinished(() => api.close());
    const { code, out, err } = await acceptance(args, { kubeconfig: api.kubeconfig });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(/^http:\S+: does not accept your credentials \(401\); log in to the cluster again$/);
  });
});

test('a server that never responds times out', async ({ onTestFinished }) => {
  // A hundredth of the time.
  const timeout = AbortSignal.timeout.bind(AbortSignal);
  const faster = vi.spyOn(AbortSignal, 'timeout').mockImplementation((wait) => timeout(wait / 100));
  onTestFinished(() => faster.mockRestore());
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await acceptance(['--yes', '--item', 'Grafana'], { kubeconfig: kubeconfigFor(address) })).toEqual({
    code: 1,
    out: '',
    err: `${address}: can't be reached (no answer in 15s); check the cluster and your network`,
  });
});

test('nothing is installed: every criterion says so, and nothing is written', async ({ onTestFinished }) => {
  const api = await startApi({
    '/apis/apps/v1/namespaces/external-secrets/deployments': [],
    '/api/v1/secrets': [],
  });
  onTestFinished(() => api.close());
  const { code, out, err } = await acceptance(['--yes', '--item', 'Grafana'], { kubeconfig: api.kubeconfig });
  expect({ code, err }).toEqual({ code: 1, err: '' });
  const rows = out.split('\n').map((line) => line.split(/ {2,}/));
  expect(rows.map(([result, , , message]) => [result, message])).toEqual([
    ['RESULT', 'MESSAGE'],
    ['FAIL', 'no Deployment found: see `npm run status`'],
    ['FAIL', 'no Deployment found: see `npm run status`'],
    [
      'FAIL',
      expect.stringMatching(/^http:\S+: can't list clustersecretstores\.external-secrets\.io: not found/),
    ],
    ...Array.from({ length: 3 }, () => ['FAIL', 'skipped: the store is not Ready']),
    ['pass', 'Flux manages no Secrets'],
    ['6 of 7 failed', undefined],
  ]);
  for (const { line } of api.requests) expect(line).toMatch(/^GET /);
});

test("somebody else's operator and Connect: the one is looked for where it says, the other is not", async ({
  onTestFinished,
}) => {
  const operator = {
    metadata: { name: 'eso', labels: { 'app.kubernetes.io/name': 'external-secrets' } },
    spec: { replicas: 1 },
    status: {
      availableReplicas: 1,
      conditions: [{ type: 'Available', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' }],
    },
  };
  const api = await startApi({
    '/apis/apps/v1/namespaces/security/deployments': [operator],
    '/apis/external-secrets.io/v1/clustersecretstores': [],
    '/api/v1/secrets': [],
  });
  onTestFinished(() => api.close());
  const files = settings(
    "{ store: { existing: { name: 'op' } }, externalSecrets: { existing: { namespace: 'security' } } }",
  );
  const { code, out } = await acceptance(['--yes', '--item', 'Grafana'], {
    files,
    kubeconfig: api.kubeconfig,
  });
  expect(code).toBe(1);
  const rows = out.split('\n').map((line) => line.split(/ {2,}/));
  expect(rows.slice(1, 3).map(([result, criterion, , message]) => [result, criterion, message])).toEqual([
    ['pass', 'External Secrets Operator is running', 'eso 1/1; not tested whether it responds'],
    ['FAIL', 'the store op is Ready', 'not in the cluster: see `npm run status`'],
  ]);
});
