import { randomBytes } from 'node:crypto';
import type { AppSecretContext, AppSecretProps } from '../constructs/app-secret.js';
import { readableReason } from '../external-secret/reason.js';
import { age } from './age.js';
import { Canaries } from './canaries.js';
import { conditionOf, isReady } from './condition.js';
import type { Connection } from './connection.js';
import { type Criterion, failure, judge, outcomeOf, type Verdict } from './criterion.js';
import { keysOf, readSecretMetadata } from './secret-metadata.js';
import { until } from './until.js';

/** How long to wait for External Secrets Operator, in milliseconds. */
const secretWithin = 60_000;

/** What the canaries need. */
export interface TrialInput {
  readonly connection: Connection;
  /** What all ExternalSecrets of the project have in common. */
  readonly context: AppSecretContext;
  /** Title or ID of an existing 1Password item. */
  readonly item: string;
  /** Label of one of its fields; undefined for all fields. */
  readonly field: string | undefined;
  /** An existing namespace for the canaries; if undefined, one is created and deleted again. */
  readonly canaryNamespace: string | undefined;
  /** Called once, before anything is written, with a question that says what will be. */
  readonly confirm: (question: string) => Promise<boolean>;
  /** Receives progress lines. */
  readonly report: (line: string) => void;
  /** Ends all waits; what was created is still deleted. */
  readonly signal: AbortSignal;
}

/** The result of an acceptance run. */
export interface Acceptance {
  readonly criteria: readonly Criterion[];
  /** What could not be deleted and why, one line each. */
  readonly left: readonly string[];
  /** Whether ESO wrote a status for any canary; undefined if they were skipped. */
  readonly answered: boolean | undefined;
}

/** A canary and its expected outcome. */
interface Trial {
  readonly criterion: string;
  readonly secret: Omit<AppSecretProps, 'namespace'>;
  /** What an event must name; undefined if the Secret must appear. */
  readonly missing: string | undefined;
}

function trialsOf({ item, field }: TrialInput, id: string): Trial[] {
  // Only characters that need no escaping, so that events name it verbatim.
  const missing = `missing_${id}`;
  return [
    {
      criterion: `a new Secret appears within ${age(secretWithin)}`,
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
 * Creates the canaries, watches them, and always deletes them again.
 *
 * @param storeIsReady If false, the canaries are skipped: all of them would wait for the store.
 */
export async function tryCanaries(input: TrialInput, storeIsReady: boolean): Promise<Acceptance> {
  const { connection, context, canaryNamespace, report, signal } = input;
  const id = randomBytes(4).toString('hex');
  const trials = trialsOf(input, id);
  const skipped = (why: string): Acceptance => ({
    criteria: trials.map(({ criterion: name }) => ({ name, passed: false, seconds: 0, message: why })),
    left: [],
    answered: undefined,
  });
  if (!storeIsReady) return skipped('skipped: the store is not Ready');
  const namespace = canaryNamespace ?? `cluster-secrets-acceptance-${id}`;
  const what = `three ExternalSecrets (acceptance-${id}-...)`;
  const where =
    canaryNamespace === undefined
      ? `the namespace ${namespace} with ${what}`
      : `${what} in the namespace ${namespace}`;
  const question = `Create ${where} on ${connection.server}, and delete ${canaryNamespace === undefined ? 'it' : 'them'} again?`;
  const agreed = await input.confirm(question);
  if (signal.aborted) return skipped('skipped: interrupted');
  if (!agreed) return skipped('skipped: you did not confirm');

  const canaries = new Canaries(connection, { namespace, own: canaryNamespace === undefined }, context);
  let criteria: readonly Criterion[];
  let left: string[];
  try {
    report(`creating ${where}`);
    const opened = await outcomeOf(canaries.open());
    report(`waiting up to ${age(secretWithin)} for External Secrets Operator`);
    // Wait for all of them before deleting anything, even if one of them throws.
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
        // A Secret that appears after its ExternalSecret failed is a failure as well.
        const later = await noSecret(input, canaries, trial.secret.name).catch(failure);
        return later.passed ? result.value : { ...result.value, ...later };
      }),
    );
  } finally {
    report('deleting what was created');
    left = await canaries.remove(report);
  }
  return { criteria, left, answered: answeredBy(canaries, signal) };
}

/** Unknown if no canary was created, or if the wait was cut short. */
function answeredBy(canaries: Canaries, signal: AbortSignal): boolean | undefined {
  if (canaries.answered) return true;
  return canaries.isEmpty || signal.aborted ? undefined : false;
}

/** Passes if the Secret appears and the ExternalSecret is Ready within the limit. */
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
  if (!secret) return { passed: false, message: said || 'no Secret, and no event that says why' };
  const keys = keysOf(secret);
  if (keys.length === 0) return { passed: false, message: `'${item}' became a Secret without keys` };
  const count = keys.length === 1 ? 'the key' : `${keys.length} keys:`;
  return { passed: true, message: `'${item}' became a Secret with ${count} ${keys.join(', ')}` };
}

/** Passes if the ExternalSecret is not ready, an event names what is missing, and there is no Secret. */
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
  return secret ? { passed: false, message: 'a Secret was created anyway' } : { passed: true, message: '' };
}
