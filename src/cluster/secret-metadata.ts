import { setHeaderOptions, type V1ObjectMeta } from '@kubernetes/client-node';
import { ask, type Connection, ifThere } from './connection.js';

/**
 * Requests only the metadata of Secrets: the API server drops everything else, so no value ever leaves it
 * (https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches).
 */
function metadataOnly(kind: 'PartialObjectMetadata' | 'PartialObjectMetadataList') {
  // No fallback type: a server that can't do this must refuse.
  return setHeaderOptions('Accept', `application/json;as=${kind};g=meta.k8s.io;v=v1`);
}

/**
 * Lists the metadata of Secrets in all namespaces.
 *
 * @param labelSelector Only Secrets that match this selector.
 * @throws ClusterError.
 */
export async function listSecretMetadata(
  connection: Connection,
  labelSelector: string,
): Promise<V1ObjectMeta[]> {
  const { items } = await ask(connection, 'list secrets', ({ core }) =>
    core.listSecretForAllNamespaces({ labelSelector }, metadataOnly('PartialObjectMetadataList')),
  );
  // The API server writes null for an empty list of metadata.
  return (items ?? []).map(({ metadata }) => metadata ?? {});
}

/**
 * Reads the metadata of a Secret.
 *
 * @returns undefined if there is no such Secret.
 * @throws ClusterError.
 */
export async function readSecretMetadata(
  connection: Connection,
  namespace: string,
  name: string,
): Promise<V1ObjectMeta | undefined> {
  const secret = await ifThere(
    ask(connection, 'get secrets', ({ core }) =>
      core.readNamespacedSecret({ namespace, name }, metadataOnly('PartialObjectMetadata')),
    ),
  );
  return secret?.metadata;
}

/** A Secret's keys, sorted; they are read from `metadata.managedFields`. */
export function keysOf({ managedFields = [] }: V1ObjectMeta): string[] {
  const keys = managedFields.flatMap(({ fieldsV1 }) => {
    const data = (fieldsV1 as { 'f:data'?: object } | undefined)?.['f:data'] ?? {};
    return Object.keys(data).flatMap((field) => (field.startsWith('f:') ? [field.slice(2)] : []));
  });
  return [...new Set(keys)].sort();
}
