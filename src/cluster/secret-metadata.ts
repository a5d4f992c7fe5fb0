import { setHeaderOptions, type V1ObjectMeta } from '@kubernetes/client-node';
import { ask, type Connection, ifThere } from './connection.js';

/**
 * Secrets as their metadata alone: the API server cuts everything else off before it answers, so that no
 * value ever leaves it (https://kubernetes.io/docs/reference/using-api/api-concepts/#metadata-only-fetches).
 */
function metadataOnly(kind: 'PartialObjectMetadata' | 'PartialObjectMetadataList') {
  // No other type behind it: a server that can't cut them has to refuse.
  return setHeaderOptions('Accept', `application/json;as=${kind};g=meta.k8s.io;v=v1`);
}

/**
 * Lists the metadata of Secrets in all namespaces.
 *
 * @param labelSelector Which.
 * @throws ClusterError.
 */
export async function listSecretMetadata(
  connection: Connection,
  labelSelector: string,
): Promise<V1ObjectMeta[]> {
  const { items } = await ask(connection, 'list secrets', ({ core }) =>
    core.listSecretForAllNamespaces({ labelSelector }, metadataOnly('PartialObjectMetadataList')),
  );
  return items.map(({ metadata }) => metadata ?? {});
}

/**
 * Reads the metadata of a Secret.
 *
 * @returns undefined when there is no such Secret.
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

/** The names of a Secret's keys, sorted, from what its metadata say about who wrote which field. */
export function keysOf({ managedFields = [] }: V1ObjectMeta): string[] {
  const keys = managedFields.flatMap(({ fieldsV1 }) => {
    const data = (fieldsV1 as { 'f:data'?: object } | undefined)?.['f:data'] ?? {};
    return Object.keys(data).flatMap((field) => (field.startsWith('f:') ? [field.slice(2)] : []));
  });
  return [...new Set(keys)].sort();
}
