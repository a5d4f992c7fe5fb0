import { randomBytes } from 'node:crypto';
import type { AppSecretContext, AppSecretProps } from '../constructs/app-secret.js';
import { readableReason } from '../external-secret/reason.js';
import { age } from './age.js';
import { Canaries } from './canaries.js';
import type { Connection } from './connection.js';
import { type Criterion, failure, judge, outcomeOf, type Verdict } from './criterion.js';
import { keysOf, readSecretMetadata } from './secret-metadata.js';
import { conditionOf, isReady } from './status.js';
import { until } from './until.js';

/** How long External Secrets Operator has, in milliseconds. */
const secretWithin = 60_000;

/** What the canaries need. */
export interface TrialInput {
  readonly connection: Connection;
  /** What every ExternalSecret of the project says. */
  readonly context: AppSecretContext;
  /** Title or ID of an item that is in 1Password. */
  readonly item: string;
  /** Label of one of its fields; undefined takes them all. */
  readonly field: string | undefined;
  /** A namespace that is there, for the canaries; undefined makes one and deletes it again. */
  readonly canaryNamespace: string | undefined;
  /** Asked once, before anything is written, with what will be. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Takes a line of progress. */
  readonly report: (line: string) => void;
  /** Ends all waiting; what was made is removed all the same. */
  readonly signal: AbortSignal;
}

/** What came out. */
export interface Acceptance {
  readonly criteria: readonly Criterion[];
  /** What could not be removed, and why, a line each. */
  readonly left: readonly string[];
  /** Whether ESO wrote a status for any of the canaries; undefined when they were not tried. */
  readonly answered: boolean | undefined;
}

/** A canary, and what has to become of it. */
interface Trial {
  readonly criterion: string;
  readonly secret: Omit<AppSecretProps, 'namespace'>;
  /** What an event has to name; undefined when the Secret has to come. */
  readonly missing: string | undefined;
}

function trialsOf({ item, field }: TrialInput, id: string): Trial[] {
  // No character that a template would write otherwise: the events name it as it is here.
  const missing = `missing_${id}`;
  return [
    {
      criterion: `a new secret is there within ${age(secretWithin)}`,
      secret: { name: `acceptance-${id}-good`, item, keys: field === undefined ? 'all' : { value: field } },
      missing: undefined,
    },
    {
      criterion: 'a missing item: not ready, named by an event, no Secret',
      secret: { name: `acceptance-${id}-item`, item: missing, keys: { value: 'password' } },
      missing,
    },
    {
      criterion: 'a missing field: not ready, named by an event, no Secret',
      secret: { name: `acceptance-${id}-field`, item, keys: { value: missing } },
      missing,
    },
  ];
}

/**
 * Makes the canaries, looks what becomes of them, and removes them, however it ends.
 *
 * @param storeIsReady Without a store they are not tried: they would all wait for it.
 */
export async function tryCanaries(input: TrialInput, storeIsReady: boolean): Promise<Acceptance> {
  const { connection, context, canaryNamespace, report, signal } = input;
  const id = randomBytes(4).toString('hex');
  const trials = trialsOf(input, id);
  const notTried = (why: string): Acceptance => ({
    criteria: trials.map(({ criterion: name }) => ({ name, passed: false, seconds: 0, message: why })),
    left: [],
    answered: undefined,
  });
  if (!storeIsReady) return notTried('not tried: the store is not Ready');
  const namespace = canaryNamespace ?? `cluster-secrets-acceptance-${id}`;
  const what = `three ExternalSecrets (acceptance-${id}-...)`;
  const where =
    canaryNamespace === undefined
      ? `a namespace ${namespace} with ${what}`
      : `${what} in the namespace ${namespace}`;
  const question = `Make ${where} on ${connection.server}, and remove it again?`;
  const agreed = await input.confirm(question);
  if (signal.aborted) return notTried('not tried: stopped');
  if (!agreed) return notTried('not tried: you did not agree');

  const canaries = new Canaries(connection, { namespace, own: canaryNamespace === undefined }, context);
  let criteria: readonly Criterion[];
  let left: string[];
  try {
    report(`making ${where}`);
    const opened = await outcomeOf(canaries.open());
    report(`waiting up to ${age(secretWithin)} for External Secrets Operator`);
    // All of them end before anything is removed, also when one of them breaks.
    const judged = await Promise.allSettled(
      trials.map((trial) =>
        judge(trial.criterion, async () => {
          opened();
          await canaries.make(trial.secret);
          return trial.missing === undefined
            ? arrives(input, canaries, trial.secret.name)
            : fails(input, canaries, trial.secret.name, trial.missing);
        }),
      ),
    );
    criteria = await Promise.all(
      judged.map(async (result, index) => {
        if (result.status === 'rejected') throw result.reason;
        const trial = trials[index];
        if (!result.value.passed || trial?.missing === undefined) return result.value;
        // A Secret that came after its ExternalSecret had failed is no better.
        const later = await noSecret(input, canaries, trial.secret.name).catch(failure);
        return later.passed ? result.value : { ...result.value, ...later };
      }),
    );
  } finally {
    report('removing what was made');
    left = await canaries.remove(report);
  }
  return { criteria, left, answered: answeredBy(canaries, signal) };
}

/** Nobody can answer what could not be made, or was removed before its time. */
function answeredBy(canaries: Canaries, signal: AbortSignal): boolean | undefined {
  if (canaries.answered) return true;
  return canaries.isEmpty || signal.aborted ? undefined : false;
}

/** The Secret comes and the ExternalSecret is Ready, within the limit. */
async function arrives(input: TrialInput, canaries: Canaries, name: string): Promise<Verdict> {
  const { connection, item, report, signal } = input;
  const { namespace } = canaries.place;
  let said = '';
  const secret = await until(
    async () => {
      const [object, found] = await Promise.all([
        canaries.read(name),
        readSecretMetadata(connection, namespace, name),
      ]);
      if (object && isReady(object) && found) return found;
      const last = (await canaries.warnings(name)).at(-1);
      const reason = last === undefined ? '' : readableReason(last, object);
      if (reason !== said) report(`not yet: ${reason}`);
      said = reason;
      return undefined;
    },
    secretWithin,
    signal,
  );
  if (!secret) return { passed: false, message: said || 'no Secret, and nothing says why' };
  const keys = keysOf(secret);
  if (keys.length === 0) return { passed: false, message: `the Secret of '${item}' has no key` };
  const count = keys.length === 1 ? 'the key' : `${keys.length} keys:`;
  return { passed: true, message: `'${item}' became a Secret with ${count} ${keys.join(', ')}` };
}

/** The ExternalSecret is not ready, an event names what is missing, and there is no Secret. */
async function fails(input: TrialInput, canaries: Canaries, name: string, missing: string): Promise<Verdict> {
  let seen = 'has no status';
  const decided = await until(
    async (): Promise<Verdict | undefined> => {
      const there = await noSecret(input, canaries, name);
      if (!there.passed) return there;
      const object = await canaries.read(name);
      const status = object && conditionOf(object)?.status;
      const warnings = await canaries.warnings(name);
      const naming = warnings.filter((text) => text.includes(missing)).at(-1);
      if (status === 'False' && naming !== undefined) {
        return { passed: true, message: readableReason(naming, object) };
      }
      const last = warnings.at(-1);
      if (status === 'True') seen = 'is Ready';
      else if (status === 'False')
        seen = last ? `fails for another reason: ${readableReason(last, object)}` : 'has no event';
      return undefined;
    },
    secretWithin,
    input.signal,
  );
  return decided ?? { passed: false, message: `the ExternalSecret ${seen}` };
}

async function noSecret({ connection }: TrialInput, { place }: Canaries, name: string): Promise<Verdict> {
  const secret = await readSecretMetadata(connection, place.namespace, name);
  return secret
    ? { passed: false, message: 'a Secret was written all the same' }
    : { passed: true, message: '' };
}
