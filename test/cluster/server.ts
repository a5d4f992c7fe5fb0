/** A real API server on the loopback, with an etcd of its own; nothing else of a cluster runs. */
import { type ChildProcess, spawn } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Programs } from './build.js';
import { ApiClient } from './client.js';

/** Who may do what: `admin` everything, the others what a test gives them. */
export const users = ['admin', 'reader', 'operator', 'stranger'] as const;
export type User = (typeof users)[number];

/** A running API server. Plain data, so that it can be handed to the workers of the tests. */
export interface Server {
  readonly url: string;
  /** PEM of the authority that signed its certificate. */
  readonly authority: string;
  /** Bearer tokens. */
  readonly tokens: Readonly<Record<User, string>>;
  /** File with every request of the users but admin, one event of `audit.k8s.io/v1` a line, with bodies. */
  readonly auditLog: string;
}

const readyWithin = 120_000;

/**
 * Runs both in a process group of their own, where Ctrl-C does not reach them. They stop when standard
 * input ends, and it ends with whoever started them, however that ends.
 *
 * @param folder Gets the logs; removed at the end.
 */
function supervise(etcd: readonly string[], apiServer: readonly string[], folder: string): ChildProcess {
  const words = (list: readonly string[]) =>
    list.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const script = `cd ${words([folder])} || exit 1
${words(etcd)} >etcd.log 2>&1 &
etcd=$!
${words(apiServer)} >kube-apiserver.log 2>&1 &
server=$!
cat >/dev/null
kill "$server"; wait "$server"
kill "$etcd"; wait "$etcd"
cd / && rm -rf ${words([folder])}
`;
  return spawn('sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
}

/**
 * Starts both on free ports, with data in a temporary folder, and waits until they are ready.
 *
 * @returns The server, and what stops it and removes its data.
 * @throws When it is not ready within two minutes; the end of the logs is in the message.
 */
export async function startServer(
  programs: Programs,
): Promise<{ server: Server; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-secrets-server-'));
  const [client = 0, peer = 0, secure = 0] = await freePorts(3);
  const file = (name: string) => join(folder, name);
  const tokens = Object.fromEntries(users.map((user) => [user, randomBytes(16).toString('hex')])) as Record<
    User,
    string
  >;
  const group = (user: User) => (user === 'admin' ? ',system:masters' : '');
  const privately = { mode: 0o600 };
  writeFileSync(
    file('tokens.csv'),
    users.map((user) => `${tokens[user]},${user},${user}${group(user)}\n`).join(''),
    privately,
  );
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  writeFileSync(file('service-account.key'), keys.privateKey, privately);
  writeFileSync(file('audit-policy.yaml'), auditPolicy);
  const etcdFlags = [
    `--data-dir=${file('etcd')}`,
    `--listen-client-urls=http://127.0.0.1:${client}`,
    `--advertise-client-urls=http://127.0.0.1:${client}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-advertise-peer-urls=http://127.0.0.1:${peer}`,
    `--initial-cluster=default=http://127.0.0.1:${peer}`,
    // Nothing of it has to outlive the tests.
    '--unsafe-no-fsync',
  ];
  const serverFlags = [
    `--etcd-servers=http://127.0.0.1:${client}`,
    '--bind-address=127.0.0.1',
    '--advertise-address=127.0.0.1',
    `--secure-port=${secure}`,
    `--cert-dir=${file('certificates')}`,
    `--service-account-key-file=${file('service-account.key')}`,
    `--service-account-signing-key-file=${file('service-account.key')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--token-auth-file=${file('tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--disable-admission-plugins=ServiceAccount',
    `--audit-policy-file=${file('audit-policy.yaml')}`,
    `--audit-log-path=${file('audit.log')}`,
  ];
  const shell = supervise([programs.etcd, ...etcdFlags], [programs.apiServer, ...serverFlags], folder);
  const ended = once(shell, 'exit');
  const stop = async () => {
    shell.stdin?.end();
    await ended;
  };
  try {
    const authority = await waitForFile(file('certificates/apiserver.crt'));
    const url = `https://127.0.0.1:${secure}`;
    const server = { url, authority, tokens, auditLog: file('audit.log') };
    await waitForReady(server);
    return { server, stop };
  } catch (error) {
    const logs = ['etcd.log', 'kube-apiserver.log'].map((name) => tail(file(name)));
    await stop();
    throw new Error(`${(error as Error).message}\n${logs.join('\n')}`);
  }
}

/** All that the users do who stand for an operator; what admin does for the tests is not told. */
const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
  - level: RequestResponse
    users: [${users.filter((user) => user !== 'admin').join(', ')}]
  - level: None
`;

/** A kubeconfig with which a user reaches the server. */
export function kubeconfig({ url, authority, tokens }: Server, user: User): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'test',
        cluster: { server: url, 'certificate-authority-data': Buffer.from(authority).toString('base64') },
      },
    ],
    users: [{ name: user, user: { token: tokens[user] } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user } }],
    'current-context': 'test',
  });
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  return Promise.all(
    servers.map(async (server) => {
      const address = server.address();
      server.close();
      await once(server, 'close');
      return typeof address === 'object' ? (address?.port ?? 0) : 0;
    }),
  );
}

async function waitForFile(path: string): Promise<string> {
  return until(`${path} is not written`, () => readFileSync(path, 'utf8') || undefined);
}

async function waitForReady(server: Server): Promise<void> {
  const client = new ApiClient(server, 'admin');
  await until('kube-apiserver is not ready', async () => {
    const { status } = await client.request('GET', '/readyz');
    return status === 200 || undefined;
  });
  client.close();
}

async function until<Answer>(
  otherwise: string,
  read: () => Answer | undefined | Promise<Answer | undefined>,
): Promise<Answer> {
  const end = Date.now() + readyWithin;
  for (;;) {
    try {
      const answer = await read();
      if (answer !== undefined) return answer;
    } catch {
      // Not there yet.
    }
    if (Date.now() > end) throw new Error(otherwise);
    await sleep(100);
  }
}

function tail(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(-3000);
  } catch {
    return `no ${path}`;
  }
}
