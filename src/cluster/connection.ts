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

/** A resource type, as in the API server's paths. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
}

/** The custom resources that this project reads. */
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

/** An object as the API server returns it. */
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
    readonly managedFields?: readonly { readonly manager?: string }[];
  };
  // biome-ignore lint/suspicious/noExplicitAny: a custom resource's shape is up to its CRD, and any field may be missing
  readonly spec?: any;
  // biome-ignore lint/suspicious/noExplicitAny: the same
  readonly status?: any;
}

/** The API server refused a request, or could not be reached: one line for the user. */
export class ClusterError extends OperatorError {
  /** @param status HTTP status; undefined if there was no response. */
  constructor(
    readonly status: number | undefined,
    where: string,
    what: string,
    todo: string,
  ) {
    super([{ where, what, todo }]);
  }
}

/** A connection to the cluster of the current kubeconfig context. */
export interface Connection {
  readonly apps: AppsV1Api;
  readonly core: CoreV1Api;
  readonly custom: CustomObjectsApi;
  /** URL of the API server. */
  readonly server: string;
}

/**
 * Connects to the cluster that kubectl would use.
 *
 * @param env Names the kubeconfig (`KUBECONFIG`) and the home folder.
 * @throws ClusterError if there is no kubeconfig, or it has no current context.
 */
export function connect(env: Surroundings['env']): Connection {
  const config = new KubeConfig();
  const todo = 'set KUBECONFIG, or choose a context with `kubectl config use-context`';
  try {
    load(config, env);
  } catch (error) {
    // The YAML parser's message quotes the file, which holds credentials.
    const { code, reason, mark } = error as { code?: string; reason?: string; mark?: { line: number } };
    const why = code ?? (reason === undefined ? 'no kubeconfig' : `${reason}, line ${(mark?.line ?? 0) + 1}`);
    throw new ClusterError(undefined, 'kubeconfig', `can't be read (${why})`, todo);
  }
  const cluster = config.getCurrentCluster();
  if (!cluster) {
    throw new ClusterError(undefined, 'kubeconfig', 'has no current context', todo);
  }
  // The client would throw a stack trace at the first request.
  if (cluster.server.startsWith('http:') && !cluster.skipTLSVerify) {
    throw new ClusterError(
      undefined,
      cluster.server,
      'is not an https address',
      'correct it in your kubeconfig, or set insecure-skip-tls-verify there',
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

/** Request timeout in milliseconds: a network that drops packets never answers. */
const answerWithin = 15_000;

/**
 * Sends a request to the API server, and turns a refusal into a message.
 *
 * @param connection The cluster to ask.
 * @param action Describes the request in messages: `list externalsecrets`.
 * @param call Sends the request.
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
          'check the policy, quota or webhook that refuses it',
        );
      }
      switch (error.code) {
        case 401:
          throw new ClusterError(
            401,
            server,
            'does not accept your credentials (401)',
            'log in to the cluster again',
          );
        case 403:
          throw new ClusterError(
            403,
            server,
            `does not let you ${action} (403)`,
            'ask for a role that allows it',
          );
        case 404:
          throw new ClusterError(
            404,
            server,
            `can't ${action}: not found (404)`,
            'check that it is installed',
          );
        default:
          throw new ClusterError(
            error.code,
            server,
            `failed to ${action} (${error.code})`,
            'check the API server',
          );
      }
    }
    const reason = reasonOf(error);
    if (reason === undefined) {
      // Its message may be the output of a credential plugin.
      const what = "can't be queried: the client or your kubeconfig's credential plugin fails";
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

/** The message in the API server's response; '' if there is none. */
function messageOf(body: unknown): string {
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
  try {
    const { message } = JSON.parse(text);
    return typeof message === 'string' ? message : '';
  } catch {
    return '';
  }
}

/** Why there was no response; undefined if the error is not a network error. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof Error && error.name === 'AbortError') return `no answer in ${answerWithin / 1000}s`;
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && typeof cause.code === 'string' && /^[A-Z0-9_]+$/.test(cause.code))
      return cause.code;
  }
  return undefined;
}

/** Lists objects of one resource type, in one namespace or in all. */
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
  const what = 'does not answer like a Kubernetes API server';
  throw new ClusterError(undefined, connection.server, what, 'correct the address in your kubeconfig');
}

/**
 * Takes a 404 to mean that the object does not exist.
 *
 * @returns The response; undefined if there is no such object.
 */
export async function ifThere<Answer>(request: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await request;
  } catch (error) {
    if (error instanceof ClusterError && error.status === 404) return undefined;
    throw error;
  }
}

/** The annotation that asks ESO to reconcile; changing any annotation does. */
const forceSync = 'force-sync';

/** Makes ESO reconcile an object now, by setting one annotation. */
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

/** The service account token of a pod. */
const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount/token';

/** Like the client's `loadFromDefault`, which only reads this process's environment. */
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
