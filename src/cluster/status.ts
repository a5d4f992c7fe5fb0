import type { CoreV1Event } from '@kubernetes/client-node';
import { type Problem, problemLine } from '../errors.js';
import { writeAnew } from '../external-secret/made-once.js';
import { tokenWarnings } from '../token-expiry.js';
import { isReady } from './condition.js';
import {
  ask,
  ClusterError,
  type ClusterObject,
  type Connection,
  list,
  type Resource,
  resources,
} from './connection.js';
import type { Expected, ExpectedStore } from './expected.js';
import { absentRow, type Row, rowOf } from './row.js';
import { sourceResource } from './source.js';
import { isMadeOnce, isSynced, type Now } from './trouble.js';

/** The status of the platform. */
export interface Status {
  readonly rows: readonly Row[];
  /** What could not be read, one line each. */
  readonly notes: readonly string[];
  /** What is going to fail or is outdated, one line each; none of it affects `ready`. */
  readonly warnings: readonly string[];
  readonly ready: boolean;
}

/**
 * Reads the status of the platform: the source, units, releases, the store and every ExternalSecret that uses it.
 * Compares it with what `dist/` declares, and with the current time. Does not read Secrets.
 *
 * @param only Only the ExternalSecrets of this namespace. @default - all
 * @throws OperatorError if nothing can be read: cluster unreachable, not logged in.
 */
export async function readStatus(connection: Connection, expected: Expected, only?: string): Promise<Status> {
  const notes: string[] = [];
  /** A kind that is not installed or can't be read becomes a note; the rest is still shown. */
  const optional = async <Answer>(
    read: Promise<Answer>,
    otherwise: Answer,
    missing: string,
  ): Promise<Answer> => {
    // Keeps the order of the requests, whichever responds first.
    const place = notes.push('') - 1;
    try {
      return await read;
    } catch (error) {
      if (!(error instanceof ClusterError) || error.status === undefined || error.status === 401) throw error;
      notes[place] = error.status === 404 ? missing : error.problems.map(problemLine).join('\n');
      return otherwise;
    }
  };
  const find = async (resource: Resource, missing: string, namespace?: string) =>
    optional(list(connection, resource, namespace), undefined, missing);

  const noFlux = 'Flux is not installed: its CRDs are missing; install it first';
  const noOperator =
    'External Secrets Operator is not installed: its CRDs are missing; check its HelmRelease';
  /** The objects in several places; undefined if any of them can't be read. */
  const findAll = async (
    places: readonly { resource: Resource; namespace?: string | undefined }[],
    missing: string,
  ) => {
    const lists = await Promise.all(
      places.map(({ resource, namespace }) => find(resource, missing, namespace)),
    );
    return lists.includes(undefined) ? undefined : lists.flatMap((found) => found ?? []);
  };
  const { flux, stores: wanted } = expected;
  const releasePlaces = [...new Set(expected.releases.map(({ namespace }) => namespace))];
  const [sources, kustomizations, releases, stores, externalSecrets] = await Promise.all([
    flux && find(sourceResource(flux.source.kind), noFlux, flux.source.namespace),
    flux && find(resources.kustomizations, noFlux, flux.namespace),
    findAll(
      releasePlaces.map((namespace) => ({ resource: resources.helmReleases, namespace })),
      noFlux,
    ),
    findAll(
      [...new Set(wanted.map(({ kind }) => kind))].map((kind) => ({ resource: storeResources[kind] })),
      noOperator,
    ),
    find(resources.externalSecrets, noOperator, only),
  ]);
  const now: Now = {
    time: new Date(),
    revision: revisionOf(sources?.find(({ metadata }) => metadata.name === flux?.source.name)),
  };
  const declared = new Set(expected.externalSecrets.map(idOf));
  const isShown = (object: ClusterObject) =>
    declared.has(idOf(object.metadata)) ||
    wanted.some((store) => store.unit && namesStore(object.spec, store.name));
  const shown = (externalSecrets ?? []).filter(isShown);
  const events = shown.some((object) => !isReady(object))
    ? await optional(warnings(connection, only), [], "events can't be read")
    : [];
  const isFailing = (object: ClusterObject | undefined) => object !== undefined && !isReady(object);
  const failingStores = wanted.filter((store) => isFailing(stores?.find((one) => isSame(one, store))));
  // Events of cluster-scoped objects are in `default`.
  const storeEvents = await Promise.all(
    [...new Set(failingStores.map(({ namespace = 'default' }) => namespace))].map((namespace) =>
      optional(warnings(connection, namespace), [], "events can't be read"),
    ),
  );

  const absent = 'not in the cluster: is dist/ committed, and does Flux apply it (`npm run flux-entry`)?';
  const named = (
    kind: Row['kind'],
    names: readonly Named[],
    found: readonly ClusterObject[] | undefined,
    missing: string | ((one: Named) => string),
    events: readonly CoreV1Event[] = [],
  ): Row[] =>
    found === undefined
      ? []
      : names.map((one) => {
          const object = found.find((other) => isSame(other, one));
          if (object) return rowOf(kind, object, events, now);
          const message = typeof missing === 'string' ? missing : missing(one);
          return { ...absentRow, kind, namespace: one.namespace, name: one.name, message };
        });
  const missingSource = `not in the cluster: Flux was bootstrapped with another source; set flux.source in src/settings.ts`;
  const ofKind = (kind: ExpectedStore['kind']) =>
    named(
      kind,
      wanted.filter(
        (store) => store.kind === kind && [undefined, only ?? store.namespace].includes(store.namespace),
      ),
      stores,
      ({ unit }) =>
        unit === undefined
          ? 'not in the cluster, but src/settings.ts says it already exists'
          : `not in the cluster: see the unit ${unit}`,
      storeEvents.flat(),
    );
  const rows = [
    ...(flux ? named(flux.source.kind, [flux.source], sources, missingSource) : []),
    ...named(
      'Kustomization',
      expected.units.map((name) => ({ namespace: flux?.namespace, name })),
      kustomizations,
      absent,
    ),
    ...named('HelmRelease', expected.releases, releases, 'not in the cluster: see its unit above'),
    ...ofKind('ClusterSecretStore'),
    ...ofKind('SecretStore'),
    ...[
      ...shown.map((object) => rowOf('ExternalSecret', object, events, now)),
      ...(externalSecrets ? absentRows(expected, externalSecrets, only) : []),
    ].sort(byName),
  ];
  if (only !== undefined && externalSecrets && !rows.some(({ kind }) => kind === 'ExternalSecret')) {
    const names = [...new Set(wanted.map(({ name }) => name))];
    notes.push(`no ExternalSecret in namespace ${only} uses the store ${names.join(', ')}`);
  }
  const told = [...new Set(notes)].filter((note) => note !== '');
  return {
    rows,
    notes: told,
    warnings: [...tokenWarnings(expected.tokenExpires, now.time), ...shown.flatMap(madeBefore)].map(
      problemLine,
    ),
    ready: told.length === 0 && rows.every(({ ready }) => ready),
  };
}

/** An object's namespace and name, and the unit that makes it. */
interface Named {
  readonly namespace?: string | undefined;
  readonly name: string;
  readonly unit?: string | undefined;
}

function isSame({ metadata }: ClusterObject, { namespace, name }: Named): boolean {
  return metadata.name === name && metadata.namespace === namespace;
}

function idOf({ namespace, name }: Named): string {
  return `${namespace}/${name}`;
}

const storeResources = {
  ClusterSecretStore: resources.clusterStores,
  SecretStore: resources.stores,
} as const;

/** The revision of a source's artifact. */
function revisionOf(source: ClusterObject | undefined): string | undefined {
  const revision: unknown = source?.status?.artifact?.revision;
  return typeof revision === 'string' ? revision : undefined;
}

/** Declared app secrets without an ExternalSecret in the cluster. */
function absentRows(
  { externalSecrets }: Expected,
  found: readonly ClusterObject[],
  only: string | undefined,
): Row[] {
  const there = new Set(found.map(({ metadata }) => idOf(metadata)));
  const absent = externalSecrets.filter(
    (one) => (only ?? one.namespace) === one.namespace && !there.has(idOf(one)),
  );
  // During a move, an app secret is in two units.
  return [...new Map(absent.map((one) => [idOf(one), one])).values()].map(
    ({ namespace, name, ...place }) => ({
      ...absentRow,
      kind: 'ExternalSecret',
      namespace,
      name,
      message:
        'unit' in place
          ? `not in the cluster: see the unit ${place.unit} above`
          : `not in the cluster: is ${place.file} committed and listed in its kustomization.yaml, and is the app's Flux Kustomization Ready?`,
    }),
  );
}

function byName(a: Row, b: Row): number {
  return `${a.namespace}/${a.name}` < `${b.namespace}/${b.name}` ? -1 : 1;
}

// biome-ignore lint/suspicious/noExplicitAny: any field may be missing
function namesStore(spec: any, store: string): boolean {
  const references = [spec?.secretStoreRef, ...(spec?.data ?? []), ...(spec?.dataFrom ?? [])].map(
    (reference) => reference?.sourceRef?.storeRef ?? reference,
  );
  return references.some(
    (reference) => reference?.name === store && reference?.kind === 'ClusterSecretStore',
  );
}

/** A warning if an ExternalSecret changed after its Secret was created once and for all. */
function madeBefore(object: ClusterObject): Problem[] {
  const { namespace, name } = object.metadata;
  if (!isMadeOnce(object) || isSynced(object)) return [];
  const secret = object.spec?.target?.name ?? name;
  return [
    {
      where: `ExternalSecret ${namespace}/${name}`,
      what: 'changed after its Secret was created, and the Secret is not updated (refreshPolicy CreatedOnce)',
      todo: writeAnew(String(namespace), String(secret)),
    },
  ];
}

/** The Warning events of one namespace, or of all. */
async function warnings(connection: Connection, namespace: string | undefined): Promise<CoreV1Event[]> {
  const fieldSelector = 'type=Warning';
  const { items } = await ask(connection, 'list events', ({ core }) =>
    namespace === undefined
      ? core.listEventForAllNamespaces({ fieldSelector })
      : core.listNamespacedEvent({ namespace, fieldSelector }),
  );
  return items;
}
