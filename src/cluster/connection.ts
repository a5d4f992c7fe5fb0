import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import {
  ApiException,
  AppsV1Api,
  CoreV1Api,
  CustomObjectsApi,
  createConfiguration,
  KubeConfig,
  PatchStrategy,
  ServerConfiguration,
  setHeaderOptions,
} from '@kubernetes/client-node';
import { OperatorError } from '../errors.js';
import type { Surroundings } from '../surroundings.js';

/** A kind of resource, as the API server's addresses name it. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

/** The kinds of custom resources that this project lives on. */
export const resources = {
  kustomizations: { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', plural: 'kustomizations' },
  helmReleases: { group: 'helm.toolkit.fluxcd.io', version: 'v2', plural: 'helmreleases' },
  clusterStores: { group: 'external-secrets.io', version: 'v1', plural: 'clustersecretstores' },
  stores: { group: 'external-secrets.io', version: 'v1', plural: 'secretstores' },
  ociRepositories: { group: 'source.toolkit.fluxcd.io', version: 'v1', plural: 'ocirepositories' },
  helmRepositories: { group: 'source.toolkit.fluxcd.io', version: 'v1', plural: 'helmrepositories' },
  definitions: { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions' },
  externalSecrets: { group: 'external-secrets.io', version: 'v1', plural: 'externalsecrets' },
} as const satisfies Record<string, Resource>;

/** An object as the API server gives it. */
export interface ClusterObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid?: string;
    readonly generation?: number;
    readonly deletionTimestamp?: string;
    readonly finalizers?: readonly string[];
    readonly labels?: { readonly [key: string]: string };
    readonly annotations?: { readonly [key: string]: string };
  };
  // biome-ignore lint/suspicious/noExplicitAny: the shape of a custom resource is its CRD's, and any of it may be missing
  readonly spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  readonly status?: any;
}

/** The API server refused, or could not be asked: one line for the operator. */
export class ClusterError extends OperatorError {
  /** @param status HTTP status; undefined when there was no answer. */
  constructor(
    readonly status: number | undefined,
    where: string,
    what: string,
    todo: string,
  ) {
    super([{ where, what, todo }]);
  }
}

/** The cluster of the current kubeconfig context. */
export interface Connection {
  readonly apps: AppsV1Api;
  readonly core: CoreV1Api;
  readonly custom: CustomObjectsApi;
  /** Address of the API server. */
  readonly server: string;
}

/**
 * Connects to the cluster that kubectl would use.
 *
 * @param env Where `KUBECONFIG` and the home folder are.
 * @throws ClusterError when there is no kubeconfig, or no current context in it.
 */
export function connect(env: Surroundings['env']): Connection {
  const config = new KubeConfig();
  const todo = 'set KUBECONFIG, or choose a context with `kubectl config use-context`';
  try {
    load(config, env);
  } catch (error) {
    // A message about YAML quotes the file, which holds credentials.
    const { code, reason, mark } = error as { code?: string; reason?: string; mark?: { line: number } };
    const why = code ?? (reason === undefined ? 'no kubeconfig' : `${reason}, line ${(mark?.line ?? 0) + 1}`);
    throw new ClusterError(undefined, 'kubeconfig', `can't be read (${why})`, todo);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    throw new ClusterError(undefined, 'kubeconfig', 'has no current context', todo);
  }
  // What the client refuses at the first request, with a trace.
  if (cluster.server.startsWith('http:') && !cluster.skipTLSVerify) {
    throw new ClusterError(
      undefined,
      cluster.server,
      'is no https address',
      'correct it in your kubeconfig, or allow it there with insecure-skip-tls-verify',
    );
  }
  const configuration = createConfiguration({
    baseServer: new ServerConfiguration(cluster.server, {}),
    authMethods: { default: config },
    promiseMiddleware: [
      {
        pre: async (request) => {
          request.setSignal(AbortSignal.timeout(answerWithin));
          return request;
        },
        post: async (response) => response,
      },
    ],
  });
  return {
    apps: new AppsV1Api(configuration),
    core: new CoreV1Api(configuration),
    custom: new CustomObjectsApi(configuration),
    server: cluster.server,
  };
}

/** How long a request may take, in milliseconds: a network that loses packets gives no answer at all. */
const answerWithin = 15_000;

/**
 * Asks the API server, and turns its refusals into lines.
 *
 * @param connection Whom.
 * @param action What is asked, for the message: `list externalsecrets`.
 * @param call The request.
 * @throws ClusterError.
 */
export async function ask<Answer>(
  connection: Connection,
  action: string,
  call: (connection: Connection) => Promise<Answer>,
): Promise<Answer> {
  const { server } = connection;
  try {
    return await call(connection);
  } catch (error) {
    if (error instanceof ApiException) {
      const message = messageOf(error.body);
      if (/denied (the )?request|exceeded quota|being terminated/.test(message)) {
        throw new ClusterError(
          error.code,
          server,
          `refuses to ${action} (${message})`,
          'see what refuses it',
        );
      }
      switch (error.code) {
        case 401:
          throw new ClusterError(
            401,
            server,
            'does not accept who you are (401)',
            'log in to the cluster again',
          );
        case 403:
          throw new ClusterError(403, server, `does not let you ${action} (403)`, 'ask for a role that may');
        case 404:
          throw new ClusterError(
            404,
            server,
            `has nothing to ${action} from (404)`,
            'see whether it is installed',
          );
        default:
          throw new ClusterError(
            error.code,
            server,
            `fails to ${action} (${error.code})`,
            'look at the API server',
          );
      }
    }
    const reason = reasonOf(error);
    if (reason === undefined) {
      // What it says may be what a credentials plugin printed.
      const what = "can't be asked: the client, or the credentials plugin of your kubeconfig, fails";
      throw new ClusterError(undefined, server, what, 'run `kubectl version` to see why');
    }
    throw new ClusterError(
      undefined,
      server,
      `can't be reached (${reason})`,
      'check the cluster and your network',
    );
  }
}

/** What the API server says beside the code; '' when it says nothing. */
function messageOf(body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
  try {
    const { message } = JSON.parse(text);
    return typeof message === 'string' ? message : '';
  } catch {
    return '';
  }
}

/** Why there was no answer; undefined when the error is none of the network's. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof Error && error.name === 'AbortError') return `no answer in ${answerWithin / 1000}s`;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && /^[A-Z0-9_]+$/.test(cause.code))
      return cause.code;
  }
  return undefined;
}

/** Lists objects of a kind, in one namespace or in all. */
export async function list(
  connection: Connection,
  resource: Resource,
  namespace?: string,
): Promise<ClusterObject[]> {
  const { group, version, plural } = resource;
  const answer = await ask(connection, `list ${plural}.${group}`, ({ custom }) =>
    namespace === undefined
      ? custom.listClusterCustomObject({ group, version, plural })
      : custom.listNamespacedCustomObject({ group, version, plural, namespace }),
  );
  const { items } = (answer ?? {}) as { items?: unknown };
  if (Array.isArray(items)) return items;
  const what = 'answers, but not as an API server does';
  throw new ClusterError(undefined, connection.server, what, 'correct the address in your kubeconfig');
}

/**
 * What a request gives, where a 404 says that the object is not there.
 *
 * @returns undefined when it is not.
 */
export async function ifThere<Answer>(request: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ClusterError && error.status === 404) return undefined;
    throw error;
  }
}

/** The annotation with which ESO is asked to look again; any change of an annotation does. */
const forceSync = 'force-sync';

/** Sets the annotation that makes ESO look at an object at once, and nothing else. */
export async function annotateForSync(
  connection: Connection,
  resource: Resource,
  object: ClusterObject,
): Promise<void> {
  const { group, version, plural } = resource;
  const { name, namespace } = object.metadata;
  const body = { metadata: { annotations: { [forceSync]: String(Math.floor(Date.now() / 1000)) } } };
  const options = setHeaderOptions('Content-Type', PatchStrategy.MergePatch);
  await ask(connection, `patch ${plural}.${group}`, ({ custom }) =>
    namespace === undefined
      ? custom.patchClusterCustomObject({ group, version, plural, name, body }, options)
      : custom.patchNamespacedCustomObject({ group, version, plural, name, namespace, body }, options),
  );
}

/** Where a pod finds who it is. */
const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** As `loadFromDefault` of the client does, which looks only at the environment of this process. */
function load(config: KubeConfig, { KUBECONFIG, HOME }: Surroundings['env']): void {
  const [first, ...more] = (KUBECONFIG ?? '').split(delimiter).filter((path) => path !== '');
  const usual = join(HOME || homedir(), '.kube/config');
  if (first !== undefined) config.loadFromFile(first);
  else if (existsSync(usual)) config.loadFromFile(usual);
  else if (existsSync(serviceAccount)) config.loadFromCluster();
  for (const path of more) {
    const another = new KubeConfig();
    another.loadFromFile(path);
    config.mergeConfig(another);
  }
}
