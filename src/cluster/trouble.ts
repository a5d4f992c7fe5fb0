import { goDuration } from '../duration.js';
import { age } from './age.js';
import type { ClusterObject } from './connection.js';

/** The commands by which Flux takes up a kind again. */
const fluxNames: Readonly<Record<string, string>> = {
  Kustomization: 'kustomization',
  HelmRelease: 'helmrelease',
  GitRepository: 'source git',
  OCIRepository: 'source oci',
  Bucket: 'source bucket',
};

/**
 * How far behind its interval a refresh may be, in milliseconds: the operator works through hundreds after a
 * restart, and clocks differ.
 */
const grace = 2 * 60_000;

/** What an object is compared with. */
export interface Now {
  readonly time: Date;
  /** The revision that the source of the units has; undefined when that is not known. */
  readonly revision: string | undefined;
}

/**
 * What is wrong with an object although its last status may say Ready: it is being deleted, nobody works on it,
 * or what it says is old.
 *
 * @returns A line with what to do; undefined when there is nothing of that sort.
 */
export function troubleOf(kind: string, object: ClusterObject, now: Now): string | undefined {
  const { metadata, spec, status } = object;
  const deleted = deletion(kind, object, now.time);
  if (deleted !== undefined) return deleted;
  const flux = fluxNames[kind];
  const command = (verb: string) => `\`flux ${verb} ${flux} ${metadata.name} -n ${metadata.namespace}\``;
  if (flux !== undefined && spec?.suspend === true) {
    return `suspended, so that Flux changes nothing of it: ${command('resume')}`;
  }
  const observed: unknown = status?.observedGeneration;
  if (flux !== undefined && typeof observed === 'number' && observed < (metadata.generation ?? 0)) {
    return 'Flux has not looked at it since it was changed: see its controllers, `flux check`';
  }
  const applied: unknown = status?.lastAppliedRevision;
  if (kind === 'Kustomization' && now.revision !== undefined && typeof applied === 'string') {
    if (applied !== now.revision) {
      return `is at ${short(applied)}, and the source has ${short(now.revision)}: Flux has not applied it yet; at once: ${command('reconcile')}`;
    }
  }
  if (kind !== 'ExternalSecret') return undefined;
  if (!isMadeOnce(object) && !isSynced(object)) return `was changed since its last sync, and ${notLooked}`;
  return overdue(object, now.time);
}

const notLooked =
  'External Secrets Operator has not looked at it since: is it running (`npm run acceptance`, or its log)?';

function deletion(kind: string, { metadata }: ClusterObject, now: Date): string | undefined {
  const { deletionTimestamp, finalizers = [] } = metadata;
  if (deletionTimestamp === undefined) return undefined;
  const since = `is being deleted, since ${age(now.getTime() - new Date(deletionTimestamp).getTime())}`;
  if (finalizers.length === 0) return since;
  const who = /^(ExternalSecret|(Cluster)?SecretStore)$/.test(kind) ? 'External Secrets Operator' : 'Flux';
  return `${since}, and waits for ${who} to let it go (${finalizers.join(', ')}): is that running?`;
}

/** Whether an ExternalSecret is read when its Secret is made, and not again. */
export function isMadeOnce({ spec }: ClusterObject): boolean {
  return spec?.refreshPolicy === 'CreatedOnce';
}

/** Whether what an ExternalSecret says of its last sync is about what it is today; true while it says nothing. */
export function isSynced({ metadata, status }: ClusterObject): boolean {
  const synced: unknown = status?.syncedResourceVersion;
  if (typeof synced !== 'string' || metadata.generation === undefined) return true;
  return synced.startsWith(`${metadata.generation}-`);
}

/** A refresh that should have been: the status of an operator that is dead stays as it was. */
function overdue(object: ClusterObject, now: Date): string | undefined {
  const next = nextRefreshOf(object);
  if (next === undefined) return undefined;
  const late = now.getTime() - next.getTime();
  if (late <= grace) return undefined;
  return `its refresh is overdue since ${age(late)}, and ${notLooked}`;
}

/** When ESO last wrote the Secret; undefined for never. */
export function lastSyncOf({ status }: ClusterObject): Date | undefined {
  return typeof status?.refreshTime === 'string' ? new Date(status.refreshTime) : undefined;
}

/** When ESO reads 1Password next after a good sync; undefined when it never does by itself. */
export function nextRefreshOf(object: ClusterObject): Date | undefined {
  const { spec } = object;
  const lastSync = lastSyncOf(object);
  const interval = goDuration(String(spec?.refreshInterval ?? '1h'));
  const periodic = (spec?.refreshPolicy ?? 'Periodic') === 'Periodic';
  return lastSync && periodic && interval ? new Date(lastSync.getTime() + interval) : undefined;
}

/** `main@sha1:0123456789...` with as much of the digest as git shows. */
function short(revision: string): string {
  return revision.replace(/(sha\d+:[0-9a-f]{8})[0-9a-f]+$/, '$1');
}
