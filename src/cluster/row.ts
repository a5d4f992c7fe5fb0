import type { CoreV1Event } from '@kubernetes/client-node';
import { isReadable, readableReason, retained, secretMissing } from '../external-secret/reason.js';
import { type Condition, conditionOf, isReady } from './condition.js';
import type { ClusterObject } from './connection.js';
import type { SourceKind } from './source.js';
import { lastSyncOf, type Now, nextRefreshOf, troubleOf } from './trouble.js';

/** One row of the status table. */
export interface Row {
  readonly kind:
    | SourceKind
    | 'Kustomization'
    | 'HelmRelease'
    | 'ClusterSecretStore'
    | 'SecretStore'
    | 'ExternalSecret';
  /** undefined for cluster-scoped objects. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly ready: boolean;
  /** When the Secret was last written; undefined for never, and for other kinds. */
  readonly lastSync: Date | undefined;
  /** When ESO next reads 1Password; undefined while it fails and retries with backoff. */
  readonly nextRefresh: Date | undefined;
  /** Whether ESO is retrying. */
  readonly retried: boolean;
  /** Why it is not ready, in one line; '' if it is. */
  readonly message: string;
  /** Time of the newest event about the failure; undefined if there is none. */
  readonly said: Date | undefined;
  /** The object; undefined if it is not in the cluster. */
  readonly object: ClusterObject | undefined;
}

/** What a row of something that is not in the cluster has. */
export const absentRow = {
  ready: false,
  lastSync: undefined,
  nextRefresh: undefined,
  retried: false,
  said: undefined,
  object: undefined,
} as const;

/** The row of an object that is in the cluster. */
export function rowOf(
  kind: Row['kind'],
  object: ClusterObject,
  events: readonly CoreV1Event[],
  now: Now,
): Row {
  const { name, namespace } = object.metadata;
  const condition = conditionOf(object);
  const trouble = troubleOf(kind, object, now);
  const lastSync = lastSyncOf(object);
  const says = isReady(object);
  // While ESO works, the failure it reports says more than that the last sync is old.
  const gone = object.metadata.deletionTimestamp !== undefined || object.spec?.suspend === true;
  const ready = says && trouble === undefined;
  // ESO reports success, and looks again at the next refresh.
  const waits = condition?.reason === secretMissing && trouble === undefined;
  const event = says ? undefined : newestEvent(object, kind, events, lastSync);
  const message = ready
    ? ''
    : trouble !== undefined && (says || gone)
      ? trouble
      : why(object, condition, event);
  return {
    kind,
    namespace,
    name,
    ready,
    lastSync,
    nextRefresh: ready || waits ? nextRefreshOf(object) : undefined,
    retried: !says && !gone && !waits,
    message: message.replace(/\s+/g, ' ').trim(),
    said: event && new Date(timeOf(event)),
    object,
  };
}

/**
 * Why an object is not ready. ESO 2.9 names the item in an event, not in the condition; other versions may do the
 * reverse, so the first message that can be parsed wins.
 */
function why(
  object: ClusterObject,
  condition: Condition | undefined,
  event: CoreV1Event | undefined,
): string {
  const said = condition?.message;
  if (said?.startsWith(retained)) {
    return 'its items have no fields to read; External Secrets Operator keeps the Secret, if there is one';
  }
  if (condition?.reason === secretMissing) {
    const { name } = object.spec?.target ?? {};
    return `the Secret it adds keys to, ${name ?? object.metadata.name}, does not exist; once it does, run \`npm run status -- --retry\``;
  }
  const texts = [event?.message, said].filter((text): text is string => text !== undefined && text !== '');
  const best = texts.find(isReadable) ?? texts[0];
  if (best !== undefined) return readableReason(best, object);
  return 'no status yet';
}

/** An object's newest event since its last successful sync. */
function newestEvent(
  { metadata }: ClusterObject,
  kind: string,
  events: readonly CoreV1Event[],
  lastSync: Date | undefined,
): CoreV1Event | undefined {
  const [newest] = events
    .filter(
      ({ involvedObject }) =>
        involvedObject.kind === kind &&
        involvedObject.name === metadata.name &&
        (involvedObject.namespace ?? '') === (metadata.namespace ?? ''),
    )
    .map((event) => ({ event, time: timeOf(event) }))
    .filter(({ time }) => !lastSync || time >= lastSync.getTime())
    .sort((a, b) => b.time - a.time);
  return newest?.event;
}

function timeOf({ lastTimestamp, eventTime, metadata }: CoreV1Event): number {
  return new Date(lastTimestamp ?? eventTime ?? metadata.creationTimestamp ?? 0).getTime();
}
