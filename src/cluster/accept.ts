import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { Connection } from './connection.js';
import { type Criterion, judge, outcomeOf, type Verdict } from './criterion.js';
import { availableSince, connectDeployments, operatorDeployments, running, storeReady } from './running.js';
import { listSecretMetadata } from './secret-metadata.js';
import { type Acceptance, type TrialInput, tryCanaries } from './trials.js';

/** What to check, and where. */
export interface AcceptanceInput extends TrialInput {
  /** Namespace of External Secrets Operator. */
  readonly operatorNamespace: string;
  /** Connect's namespace; undefined if the project does not deploy Connect. */
  readonly connectNamespace: string | undefined;
}

/** The label Flux puts on everything a Kustomization applies. */
const fluxLabel = 'kustomize.toolkit.fluxcd.io/name';

/**
 * Checks on the cluster what the project promises. A failed criterion does not stop the others.
 *
 * After `confirm`, creates three ExternalSecrets, and a namespace for them unless one is given, and always
 * deletes them again. Reads only the metadata of Secrets, never a value.
 *
 * @returns All criteria, always in the same order; Connect's only if the project deploys it.
 * @throws ClusterError, before anything is written, if the cluster can't be reached or rejects the credentials.
 */
export async function accept(input: AcceptanceInput): Promise<Acceptance> {
  const { connection, operatorNamespace, connectNamespace, context } = input;
  const operator = await judge(
    'External Secrets Operator is running',
    async () => running(await operatorDeployments(connection, operatorNamespace)),
    // An unreachable cluster is one line, not one per criterion.
    ({ status }) => status !== undefined && status !== 401,
  );
  let connectSince: Date | undefined;
  const connect =
    connectNamespace === undefined
      ? []
      : [
          await judge('1Password Connect is running', async () => {
            const deployments = await connectDeployments(connection, connectNamespace);
            connectSince = deployments.map(availableSince)[0];
            return running(deployments);
          }),
        ];
  const store = await judge(`the store ${context.storeName} is Ready`, () => storeReady(input, connectSince));

  const before = await outcomeOf(fluxSecrets(connection));
  const { criteria, left, answered } = await tryCanaries(input, store.passed);
  const unchanged = await judge('the Secrets that Flux manages are unchanged', async () =>
    sameSecrets(before(), await fluxSecrets(connection)),
  );
  return {
    criteria: [answers(operator, answered), ...connect, store, ...criteria, unchanged],
    left,
    answered,
  };
}

/** A started container is not yet a working controller: it must have written a status. */
function answers(operator: Criterion, answered: boolean | undefined): Criterion {
  if (!operator.passed) return operator;
  const { message } = operator;
  if (answered === undefined) return { ...operator, message: `${message}; not tested whether it responds` };
  if (answered) return { ...operator, message: `${message}, and responds` };
  const todo = 'look for `failed to list` in its log, and check its roles';
  return {
    ...operator,
    passed: false,
    message: `${message}, but it wrote no status for any canary: ${todo}`,
  };
}

/** The label of Secrets that ESO creates or adds keys to. */
const managedLabel = 'reconcile.external-secrets.io/managed';

/** Secrets that come from git alone: one that ESO writes to may carry Flux's labels, and changes without a push. */
async function fluxSecrets(connection: Connection): Promise<Map<string, string>> {
  const secrets = await listSecretMetadata(connection, fluxLabel);
  const fromGit = ({ labels = {}, ownerReferences = [] }: V1ObjectMeta) =>
    labels[managedLabel] === undefined && ownerReferences.every(({ kind }) => kind !== 'ExternalSecret');
  return new Map(
    secrets
      .filter(fromGit)
      .map(({ namespace, name, uid, resourceVersion }) => [
        `${namespace}/${name}`,
        `${uid} ${resourceVersion}`,
      ]),
  );
}

function sameSecrets(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Verdict {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  const changed = names.filter((name) => before.get(name) !== after.get(name));
  if (changed.length > 0) return { passed: false, message: `changed: ${changed.join(', ')}` };
  return {
    passed: true,
    message: names.length === 0 ? 'Flux manages no Secrets' : `${names.length} compared`,
  };
}
