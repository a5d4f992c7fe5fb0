import type { V1Deployment } from '@kubernetes/client-node';
import type { AppSecretContext } from '../constructs/app-secret.js';
import { connectName } from '../constructs/connect-release.js';
import { age } from './age.js';
import { conditionOf, isReady } from './condition.js';
import { ask, type ClusterObject, type Connection, list, resources } from './connection.js';
import type { Verdict } from './criterion.js';
import { until } from './until.js';

/** How long after Connect the store may take to become Ready, in milliseconds. */
const storeWithin = 5 * 60_000;

/**
 * The Deployments of External Secrets Operator: the chart's three, found by name, or by the labels of release
 * and chart if its values rename them.
 *
 * @returns None if only the webhook and the cert-controller are there, which sync no secrets.
 */
export async function operatorDeployments(
  connection: Connection,
  namespace: string,
): Promise<V1Deployment[]> {
  const name = 'external-secrets';
  const helper = /-(webhook|cert-controller)$/;
  const ours = (await listDeployments(connection, namespace)).filter(
    ({ metadata }) =>
      metadata?.name?.replace(helper, '') === name ||
      metadata?.labels?.['app.kubernetes.io/instance'] === name ||
      metadata?.labels?.['app.kubernetes.io/name'] === name,
  );
  return ours.every(({ metadata }) => helper.test(metadata?.name ?? '')) ? [] : ours;
}

/** Connect's Deployment, or none. */
export async function connectDeployments(connection: Connection, namespace: string): Promise<V1Deployment[]> {
  const deployments = await listDeployments(connection, namespace);
  return deployments.filter(({ metadata }) => metadata?.name === connectName);
}

async function listDeployments(connection: Connection, namespace: string): Promise<V1Deployment[]> {
  const { items } = await ask(connection, 'list deployments', ({ apps }) =>
    apps.listNamespacedDeployment({ namespace }),
  );
  return items;
}

/** Whether there are any, and all of them are available. */
export function running(deployments: readonly V1Deployment[]): Verdict {
  if (deployments.length === 0)
    return { passed: false, message: 'no Deployment found: see `npm run status`' };
  const counts = deployments.map(
    ({ metadata, spec, status }) =>
      `${metadata?.name} ${status?.availableReplicas ?? 0}/${spec?.replicas ?? 1}`,
  );
  const available = (deployment: V1Deployment) =>
    availableSince(deployment) !== undefined && (deployment.status?.availableReplicas ?? 0) > 0;
  return { passed: deployments.every(available), message: counts.join(', ') };
}

/** Since when a Deployment has been available; undefined if it is not. */
export function availableSince({ status }: V1Deployment): Date | undefined {
  const condition = status?.conditions?.find(({ type }) => type === 'Available');
  return condition?.status === 'True' ? condition.lastTransitionTime : undefined;
}

/** Where to look for the store, and how to report and end the wait. */
interface StoreInput {
  readonly connection: Connection;
  readonly context: AppSecretContext;
  /** The canaries' namespace, where a SecretStore must be; undefined if one is created for them. */
  readonly canaryNamespace: string | undefined;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Whether the store is Ready. Waits for it while Connect has been available for less than 5 minutes.
 *
 * @param connectSince Since when Connect has been available; undefined if it is not, or if that is unknown.
 */
export async function storeReady(
  { connection, context, canaryNamespace, report, signal }: StoreInput,
  connectSince: Date | undefined,
): Promise<Verdict> {
  let store: ClusterObject | undefined;
  const read = async () => {
    const stores =
      context.storeKind === 'SecretStore'
        ? await list(connection, resources.stores, canaryNamespace)
        : await list(connection, resources.clusterStores);
    store = stores.find(({ metadata }) => metadata.name === context.storeName);
    return store && isReady(store) ? store : undefined;
  };
  const since = connectSince?.getTime();
  const rest = since === undefined ? 0 : since + storeWithin - Date.now();
  if (!(await read()) && rest > 0) {
    report(
      `the store is not Ready yet and has 5m from when Connect became available: waiting up to ${age(rest)}`,
    );
    await until(read, rest, signal);
  }
  if (!store) return { passed: false, message: 'not in the cluster: see `npm run status`' };
  const { status, message, lastTransitionTime } = conditionOf(store) ?? {};
  if (status !== 'True') {
    const why = message ?? 'no status yet';
    return { passed: false, message: `${why}: see \`npm run status\`, then \`npm run status -- --retry\`` };
  }
  const ready = new Date(lastTransitionTime ?? Date.now()).getTime();
  const lag = since === undefined ? -1 : ready - since;
  // Any later, and the store was waiting for something else.
  const behind = lag >= 0 && lag <= storeWithin ? `, ${age(lag)} after Connect became available` : '';
  return { passed: true, message: `for ${age(Date.now() - ready)}${behind}` };
}
