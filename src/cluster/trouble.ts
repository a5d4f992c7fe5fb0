import { goDuration } from '../duration.js';
import { age } from './age.js';
import type { ClusterObject } from './connection.js';

/** What `flux resume` and `flux reconcile` call each kind. */
const fluxNames: Readonly<Record<string, string>> = {
  Kustomization: 'kustomization',
  HelmRelease: 'helmrelease',
  GitRepository: 'source git',
  OCIRepository: 'source oci',
  Bucket: 'source bucket',
};

/**
 * How late a refresh may be, in milliseconds: after a restart the operator works through hundreds of them, and
 * clocks differ.
 */
const grace = 2 * 60_000;

/** What an object's status is compared with. */
export interface Now {
  readonly time: Date;
  /** The current revision of the units' source; undefined if unknown. */
  readonly revision: string | undefined;
}

/**
 * What is wrong with an object even if its last status says Ready: it is being deleted, no controller reconciles
 * it, or its status is stale.
 *
 * @returns A line with what to do; undefined if nothing is wrong.
 */
export function troubleOf(kind: string, object: ClusterObject, now: Now): string | undefined {
  const { metadata, spec, status } = object;
  const deleted = deletion(kind, object, now.time);
  if (deleted !== undefined) return deleted;
  const flux = fluxNames[kind];
  const command = (verb: string) => `\`flux ${verb} ${flux} ${metadata.name} -n ${metadata.namespace}\``;
  if (flux !== undefined && spec?.suspend === true) {
    return `suspended, so Flux does not reconcile it; to resume: ${command('resume')}`;
  }
  const observed: unknown = status?.observedGeneration;
  if (flux !== undefined && typeof observed === 'number' && observed < (metadata.generation ?? 0)) {
    return 'Flux has not reconciled it since it changed: check its controllers with `flux check`';
  }
  const applied: unknown = status?.lastAppliedRevision;
  if (kind === 'Kustomization' && now.revision !== undefined && typeof applied === 'string') {
    if (applied !== now.revision) {
      return `at ${short(applied)}, but the source is at ${short(now.revision)}: Flux has not applied it yet; to apply it now: ${command('reconcile')}`;
    }
  }
  if (kind !== 'ExternalSecret') return undefined;
  if (!isMadeOnce(object) && !isSynced(object)) return `changed since its last sync, but ${notReconciled}`;
  return overdue(object, now.time);
}

const notReconciled =
  'External Secrets Operator has not reconciled it: check its log, or run `npm run acceptance`';

function deletion(kind: string, { metadata }: ClusterObject, now: Date): string | undefined {
  const { deletionTimestamp, finalizers = [] } = metadata;
  if (deletionTimestamp === undefined) return undefined;
  const since = `terminating for ${age(now.getTime() - new Date(deletionTimestamp).getTime())}`;
  if (finalizers.length === 0) return since;
  const who = /^(ExternalSecret|(Cluster)?SecretStore)$/.test(kind) ? 'External Secrets Operator' : 'Flux';
  return `${since}, waiting for ${who} to remove its finalizer (${finalizers.join(', ')}): is ${who} running?`;
}

/** Whether an ExternalSecret is synced only when its Secret is created. */
export function isMadeOnce({ spec }: ClusterObject): boolean {
  return spec?.refreshPolicy === 'CreatedOnce';
}

/** Whether an ExternalSecret's last sync was of its current generation; true if it has never synced. */
export function isSynced({ metadata, status }: ClusterObject): boolean {
  const synced: unknown = status?.syncedResourceVersion;
  if (typeof synced !== 'string' || metadata.generation === undefined) return true;
  return synced.startsWith(`${metadata.generation}-`);
}

/** A missed refresh: if the operator is dead, the status stays Ready. */
function overdue(object: ClusterObject, now: Date): string | undefined {
  const next = nextRefreshOf(object);
  if (next === undefined) return undefined;
  const late = now.getTime() - next.getTime();
  if (late <= grace) return undefined;
  return `its refresh is ${age(late)} overdue, and ${notReconciled}`;
}

/** When ESO last wrote the Secret; undefined if never. */
export function lastSyncOf({ status }: ClusterObject): Date | undefined {
  return typeof status?.refreshTime === 'string' ? new Date(status.refreshTime) : undefined;
}

/** When ESO next reads 1Password after a successful sync; undefined if it does not refresh periodically. */
export function nextRefreshOf(object: ClusterObject): Date | undefined {
  const { spec } = object;
  const lastSync = lastSyncOf(object);
  const interval = goDuration(String(spec?.refreshInterval ?? '1h'));
  const periodic = (spec?.refreshPolicy ?? 'Periodic') === 'Periodic';
  return lastSync && periodic && interval ? new Date(lastSync.getTime() + interval) : undefined;
}

/** `main@sha1:01234567`: a revision with its digest abbreviated. */
function short(revision: string): string {
  return revision.replace(/(sha\d+:[0-9a-f]{8})[0-9a-f]+$/, '$1');
}
