/** Objects with the statuses and events that Flux and ESO 2.9.0 were seen to write. */

type Seconds = number;

const at = (ago: Seconds) => new Date(Date.now() - ago * 1000).toISOString().replace(/\.\d+Z/, 'Z');
const ready = (status: 'True' | 'False', reason: string, message: string) => ({
  conditions: [{ type: 'Ready', status, reason, message, lastTransitionTime: at(60) }],
});

/** The revision of the source, and what the units have applied. */
export const revision = 'main@sha1:0123456789abcdef0123456789abcdef01234567';

export function gitRepository(error?: string): object {
  return {
    metadata: { name: 'flux-system', namespace: 'flux-system', generation: 1 },
    spec: {},
    status: {
      artifact: { revision },
      observedGeneration: 1,
      ...(error
        ? ready('False', 'GitOperationFailed', error)
        : ready('True', 'Succeeded', `stored artifact for revision '${revision}'`)),
    },
  };
}

export function unit(name: string, error?: string): object {
  return {
    metadata: { name, namespace: 'flux-system', generation: 1 },
    spec: {},
    status: {
      lastAppliedRevision: revision,
      observedGeneration: 1,
      ...(error
        ? ready('False', 'HealthCheckFailed', error)
        : ready('True', 'ReconciliationSucceeded', `Applied revision: ${revision}`)),
    },
  };
}

export function helmRelease(name: string): object {
  const status = {
    observedGeneration: 1,
    ...ready('True', 'InstallSucceeded', 'Helm install succeeded'),
  };
  return { metadata: { name, namespace: 'external-secrets', generation: 1 }, spec: {}, status };
}

export function store(isReady: boolean): object {
  const status = isReady
    ? { capabilities: 'ReadWrite', ...ready('True', 'Valid', 'store validated') }
    : ready('False', 'InvalidProviderConfig', 'unable to validate store');
  return { metadata: { name: 'onepassword' }, spec: {}, status };
}

/** An ExternalSecret: synced so many seconds ago, and failing or not. */
export function externalSecret(
  namespace: string,
  name: string,
  { synced, failing }: { synced?: Seconds; failing?: boolean },
): object {
  const status = failing
    ? ready('False', 'SecretSyncedError', 'could not get secret data from provider')
    : ready('True', 'SecretSynced', 'secret synced');
  return {
    metadata: { namespace, name, uid: `uid-${name}`, generation: 1 },
    spec: { refreshInterval: '1h0m0s', secretStoreRef: { kind: 'ClusterSecretStore', name: 'onepassword' } },
    status: {
      binding: { name: synced === undefined ? '' : name },
      refreshTime: synced === undefined ? null : at(synced),
      ...(synced !== undefined && { syncedResourceVersion: '1-5d9c0b1f3a' }),
      ...status,
    },
  };
}

export function event(
  involvedObject: { kind: string; name: string; namespace?: string },
  message: string,
  ago: Seconds,
): object {
  return {
    metadata: { name: `${involvedObject.name}.${ago}`, namespace: involvedObject.namespace ?? 'default' },
    involvedObject: { apiVersion: 'external-secrets.io/v1', ...involvedObject },
    type: 'Warning',
    reason: involvedObject.kind === 'ExternalSecret' ? 'UpdateFailed' : 'InvalidProviderConfig',
    source: { component: 'external-secrets' },
    count: 4,
    firstTimestamp: at(ago + 100),
    lastTimestamp: at(ago),
    eventTime: null,
    message,
  };
}
