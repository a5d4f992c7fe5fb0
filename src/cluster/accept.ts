import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { Connection } from './connection.js';
import { type Criterion, judge, outcomeOf, type Verdict } from './criterion.js';
import { availableSince, connectDeployments, operatorDeployments, running, storeReady } from './running.js';
import { listSecretMetadata } from './secret-metadata.js';
import { type Acceptance, type TrialInput, tryCanaries } from './trials.js';

/** What is proven where. */
export interface AcceptanceInput extends TrialInput {
  /** Namespace of External Secrets Operator. */
  readonly operatorNamespace: string;
  /** Namespace of Connect; undefined when it is somebody else's, and may be anywhere. */
  readonly connectNamespace: string | undefined;
}

/** The label of everything that a Flux Kustomization applied. */
const fluxLabel = 'kustomize.toolkit.fluxcd.io/name';

/**
 * Proves on the cluster what the project promises. Everything that can be looked at is, whatever fails.
 *
 * Written are, after `confirm`, three ExternalSecrets, and the namespace for them; they are removed at the
 * end, however it ends. Of Secrets only the metadata are read, never a value.
 *
 * @returns Every criterion, always the same ones in the same order; of Connect only where it is of this project.
 * @throws ClusterError, before anything is written, when the cluster can't be reached or does not know who
 *   asks.
 */
export async function accept(input: AcceptanceInput): Promise<Acceptance> {
  const { connection, operatorNamespace, connectNamespace, context } = input;
  const operator = await judge(
    'External Secrets Operator is running',
    async () => running(await operatorDeployments(connection, operatorNamespace)),
    // A cluster that can't be asked at all is one line, not one for each criterion.
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
  const unchanged = await judge('the Secrets that Flux manages did not change', async () =>
    sameSecrets(before(), await fluxSecrets(connection)),
  );
  return {
    criteria: [answers(operator, answered), ...connect, store, ...criteria, unchanged],
    left,
    answered,
  };
}

/** A container that started is no controller that works: it has to have written a status. */
function answers(operator: Criterion, answered: boolean | undefined): Criterion {
  if (!operator.passed) return operator;
  const { message } = operator;
  if (answered === undefined) return { ...operator, message: `${message}; whether it answers was not tried` };
  if (answered) return { ...operator, message: `${message}, and answers` };
  const todo = `look at its log for \`failed to list\` and at its roles`;
  return { ...operator, passed: false, message: `${message}, and it wrote no status of any canary: ${todo}` };
}

/** A Secret that ESO makes, or adds keys to. */
const managedLabel = 'reconcile.external-secrets.io/managed';

/** The Secrets that come from git alone: what ESO writes into may have Flux's labels, and changes by itself. */
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
  return { passed: true, message: names.length === 0 ? 'Flux manages none' : `${names.length} compared` };
}
