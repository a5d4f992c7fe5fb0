/** A cluster in which Flux has applied the shipped project, and all is well. */

import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { externalSecret, gitRepository, helmRelease, store, unit } from '../cluster-api/objects.js';
import { makeProject, type Outcome, type Project, root } from '../project.js';
import { ApiClient, type Manifest } from './client.js';
import { readObjects } from './objects.js';
import { type Items, Operator } from './operator.js';
import { kubeconfig, type Server, type User } from './server.js';

/** What 1Password has. */
export const items: Items = {
  Grafana: { username: 'admin', password: 'correct horse', 'api key': 'battery staple' },
  Empty: {},
};

export const unitNames = [
  'external-secrets',
  'onepassword-connect',
  'onepassword-credentials',
  'onepassword-store',
];

const shipped = readObjects(`${root}/test/golden/shipped`);

const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

const at = (ago: number) => new Date(Date.now() - ago * 1000).toISOString().replace(/\.\d+Z/, 'Z');

const statuses: Record<string, (name: string) => object> = {
  Kustomization: unit,
  HelmRelease: helmRelease,
  ClusterSecretStore: () => store(true),
};

/** A Deployment of one of the charts, available or not since so many seconds. */
export function deployment(name: string, replicas = 1, since = 7200): Manifest {
  const release = name.startsWith('external-secrets') ? 'external-secrets' : 'onepassword-connect';
  const labels = { 'app.kubernetes.io/instance': release, 'app.kubernetes.io/name': name };
  const available = {
    type: 'Available',
    status: replicas > 0 ? 'True' : 'False',
    reason: replicas > 0 ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: '',
    lastUpdateTime: at(since),
    lastTransitionTime: at(since),
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'external-secrets', labels },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'none' }] } },
    },
    status: {
      observedGeneration: 1,
      replicas: 1,
      updatedReplicas: 1,
      readyReplicas: replicas,
      availableReplicas: replicas,
      conditions: [available],
    },
  };
}

/** The store as Flux applied it; its status is a stand-in's. */
export const theStore: Manifest = shipped.get('onepassword-store/clustersecretstore-onepassword.yaml');

const source: Manifest = gitRepository();
/** The source that Flux was bootstrapped with. */
export const theSource: Manifest = {
  apiVersion: 'source.toolkit.fluxcd.io/v1',
  kind: 'GitRepository',
  ...source,
  metadata: { name: source.metadata.name, namespace: source.metadata.namespace },
  spec: { interval: '1m', url: 'https://git.example/home' },
  status: {
    ...source.status,
    artifact: {
      ...source.status.artifact,
      digest: `sha256:${'0'.repeat(64)}`,
      lastUpdateTime: at(60),
      path: 'home.tar.gz',
      url: 'http://source-controller/home.tar.gz',
    },
  },
};

/** A Secret that Flux decrypted and applied. */
export function fluxSecret(name: string, value: string): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name,
      namespace: 'media',
      labels: {
        'kustomize.toolkit.fluxcd.io/name': 'media',
        'kustomize.toolkit.fluxcd.io/namespace': 'flux-system',
      },
    },
    stringData: { token: value },
  };
}

/** An ExternalSecret to which the stand-in gives no status. */
export function byHand(
  namespace: string,
  name: string,
  state: Parameters<typeof externalSecret>[2],
): Manifest {
  const object: Manifest = externalSecret(namespace, name, state);
  delete object.metadata.uid;
  object.metadata.labels = { test: 'by-hand' };
  return { apiVersion: 'external-secrets.io/v1', kind: 'ExternalSecret', ...object };
}

const read = ['get', 'list', 'watch'];
const rule = (apiGroups: string, resources: string[], verbs: string[]) => ({
  apiGroups: [apiGroups],
  resources,
  verbs,
});
/** What `status` needs. */
const readerRules = [
  rule('kustomize.toolkit.fluxcd.io', ['kustomizations'], read),
  rule('helm.toolkit.fluxcd.io', ['helmreleases'], read),
  rule('source.toolkit.fluxcd.io', ['gitrepositories'], read),
  rule('external-secrets.io', ['clustersecretstores', 'externalsecrets'], read),
  rule('', ['events'], read),
];
/** What `acceptance` and `status --retry` need beyond it. */
const operatorRules = [
  ...readerRules,
  rule('apps', ['deployments'], ['list']),
  rule('', ['namespaces'], ['get', 'create', 'delete']),
  rule('', ['secrets'], ['get', 'list', 'delete']),
  rule('external-secrets.io', ['externalsecrets'], ['create', 'delete', 'patch']),
  rule('external-secrets.io', ['clustersecretstores'], ['patch']),
];

function role(user: User, rules: object[]): Manifest[] {
  const apiVersion = 'rbac.authorization.k8s.io/v1';
  const metadata = { name: `test-${user}` };
  return [
    { apiVersion, kind: 'ClusterRole', metadata, rules },
    {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    },
  ];
}

/** The cluster with what tests do in it. */
export class World {
  private constructor(
    private readonly server: Server,
    readonly client: ApiClient,
    readonly operator: Operator,
    readonly project: Project,
  ) {}

  /** Applies everything and starts the stand-in; whoever makes it destroys it. */
  static async make(server: Server): Promise<World> {
    const client = new ApiClient(server, 'admin');
    for (const name of ['flux-system', 'media', 'monitoring']) await client.put(namespace(name));
    for (const [path, object] of shipped) {
      // The namespace comes first, as with Flux.
      if (path === 'namespace.yaml') await client.put(object);
    }
    for (const object of shipped.values()) {
      await client.put(object);
      const healthy: Manifest = statuses[object.kind]?.(object.metadata.name);
      if (healthy) await client.putStatus(object, healthy.status);
    }
    await client.putWithStatus(theSource);
    const deployments = ['', '-webhook', '-cert-controller'].map((part) => `external-secrets${part}`);
    for (const name of [...deployments, 'onepassword']) await client.putWithStatus(deployment(name));
    for (const name of ['radarr', 'sonarr']) await client.put(fluxSecret(name, 'as it was'));
    for (const object of [...role('reader', readerRules), ...role('operator', operatorRules)]) {
      await client.put(object);
    }
    const project = await makeProject({ keep: true });
    await project.synth();
    return new World(server, client, new Operator(client, items), project);
  }

  async destroy(): Promise<void> {
    await this.operator.stop();
    this.client.close();
    this.project.destroy();
  }

  /** The environment of a command that a user runs. */
  env(user: User): Record<string, string> {
    const file = `kubeconfig-${user}`;
    this.project.write(file, kubeconfig(this.server, user));
    return { KUBECONFIG: `${this.project.path}/${file}` };
  }

  /** Runs a command of the project as a user. */
  async run(user: User, command: 'status' | 'acceptance', ...args: string[]): Promise<Outcome> {
    return this.project.run(command, args, { env: this.env(user) });
  }

  /** What a user asked the API server while something ran: events of `audit.k8s.io/v1`. */
  async audited<Result>(
    user: User,
    run: () => Promise<Result>,
  ): Promise<{ result: Result; requests: Manifest[] }> {
    const client = new ApiClient(this.server, user);
    const mark = async () => {
      const path = `/version?mark=${randomUUID()}`;
      await client.request('GET', path);
      for (;;) {
        const events = readFileSync(this.server.auditLog, 'utf8').trimEnd().split('\n');
        const found = events.findIndex((line) => line.includes(path));
        if (found >= 0) return { events, found };
        await sleep(20);
      }
    };
    const { found: first } = await mark();
    const result = await run();
    const { events, found: last } = await mark();
    client.close();
    return { result, requests: events.slice(first + 1, last).map((line) => JSON.parse(line)) };
  }
}
