import type { V1ObjectMeta } from '@kubernetes/client-node';
import { OperatorError } from '../errors.js';
import type { Tree } from '../tree.js';
import { ask, type ClusterObject, type Connection, ifThere, list, resources } from './connection.js';
import { listSecretMetadata } from './secret-metadata.js';

/** Namespace and name of a Flux Kustomization. */
export interface FluxName {
  readonly namespace: string;
  readonly name: string;
}

/** An object in the cluster, with the Flux Kustomization that applied it last. */
export interface OwnedObject {
  readonly apiVersion: string;
  readonly kind: string;
  /** undefined for cluster-scoped objects. */
  readonly namespace: string | undefined;
  readonly name: string;
  /** undefined if Flux did not apply it. */
  readonly owner: FluxName | undefined;
  /** Whether an annotation on it keeps Flux from deleting it. */
  readonly isKept: boolean;
  readonly spec: Tree;
  readonly status: Tree;
}

/** The platform's objects in the cluster, and the secrets that depend on them. */
export interface OwnedObjects {
  readonly objects: readonly OwnedObject[];
  /** Every Flux Kustomization, by `namespace/name`. */
  readonly kustomizations: ReadonlyMap<string, ClusterObject>;
  /** The CRDs of External Secrets Operator that Helm would delete with its release. */
  readonly unkeptDefinitions: readonly string[];
}

const label = 'kustomize.toolkit.fluxcd.io/name';
const namespaceLabel = 'kustomize.toolkit.fluxcd.io/namespace';

/** https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources */
const keepers: Readonly<Record<string, readonly string[]>> = {
  'kustomize.toolkit.fluxcd.io/prune': ['disabled'],
  'kustomize.toolkit.fluxcd.io/reconcile': ['disabled'],
  'kustomize.toolkit.fluxcd.io/ssa': ['Ignore'],
};

/**
 * Reads which Flux Kustomization applies what: releases, stores, ExternalSecrets and CRDs, and of Secrets and
 * Namespaces the metadata.
 *
 * @throws ClusterError if any of them can't be read.
 */
export async function readOwned(connection: Connection): Promise<OwnedObjects> {
  const kinds = [
    ['helm.toolkit.fluxcd.io/v2', 'HelmRelease', resources.helmReleases],
    ['source.toolkit.fluxcd.io/v1', 'OCIRepository', resources.ociRepositories],
    ['source.toolkit.fluxcd.io/v1', 'HelmRepository', resources.helmRepositories],
    ['external-secrets.io/v1', 'ClusterSecretStore', resources.clusterStores],
    ['external-secrets.io/v1', 'SecretStore', resources.stores],
    ['external-secrets.io/v1', 'ExternalSecret', resources.externalSecrets],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition', resources.definitions],
  ] as const;
  const [kustomizations, secrets, namespaces, ...lists] = await Promise.all([
    list(connection, resources.kustomizations),
    listSecretMetadata(connection, label),
    ask(connection, 'list namespaces', ({ core }) => core.listNamespace({ labelSelector: label })),
    // A kind that the API server does not serve has no objects.
    ...kinds.map(async ([, kind, resource]) => [kind, await ifThere(list(connection, resource))] as const),
  ]);
  const found = new Map(lists);
  const definitions = found.get('CustomResourceDefinition') ?? [];
  if (!found.get('ExternalSecret') && definitions.some(({ metadata }) => isOurs(metadata.name))) {
    throw new OperatorError([
      {
        where: 'External Secrets Operator',
        what: 'does not serve external-secrets.io/v1, so its ExternalSecrets are not seen',
        todo: 'upgrade it to 0.16 or newer first',
      },
    ]);
  }
  const objects = kinds.flatMap(([apiVersion, kind]) =>
    (found.get(kind) ?? []).map(({ metadata, spec, status }) =>
      owned(apiVersion, kind, metadata, spec, status),
    ),
  );
  return {
    objects: [
      ...objects.filter(({ kind, name }) => kind !== 'CustomResourceDefinition' || isOurs(name)),
      // A Secret owned by an ExternalSecret may have inherited its labels; it goes only with its owner.
      ...secrets
        .filter(({ ownerReferences = [] }) => ownerReferences.every(({ kind }) => kind !== 'ExternalSecret'))
        .map((metadata) => owned('v1', 'Secret', metadata)),
      ...namespaces.items.map(({ metadata = {} }) => owned('v1', 'Namespace', metadata)),
      ...kustomizations.map(({ metadata, spec, status }) =>
        owned('kustomize.toolkit.fluxcd.io/v1', 'Kustomization', metadata, spec, status),
      ),
    ],
    kustomizations: new Map(
      kustomizations.map((one) => [`${one.metadata.namespace}/${one.metadata.name}`, one]),
    ),
    unkeptDefinitions: definitions
      // Helm deletes only what it created.
      .filter(
        ({ metadata }) =>
          isOurs(metadata.name) &&
          metadata.annotations?.['meta.helm.sh/release-name'] !== undefined &&
          !keptByHelm(metadata),
      )
      .map(({ metadata }) => metadata.name),
  };
}

/** Whether the release itself keeps a CRD: Helm reads the manifest of the release, not the object in the cluster. */
function keptByHelm({ annotations, managedFields }: ClusterObject['metadata']): boolean {
  const policy = 'helm.sh/resource-policy';
  if (annotations?.[policy] !== 'keep') return false;
  const writers = (managedFields ?? []).filter((entry) => JSON.stringify(entry).includes(`"f:${policy}"`));
  return writers.length === 0 || writers.some(({ manager = '' }) => manager.includes('helm'));
}

function isOurs(definition: string): boolean {
  return definition.endsWith('.external-secrets.io');
}

function owned(
  apiVersion: string,
  kind: string,
  { name = '', namespace, labels = {}, annotations = {} }: V1ObjectMeta | ClusterObject['metadata'],
  spec: Tree = {},
  status: Tree = {},
): OwnedObject {
  const [owner, ownerNamespace] = [labels[label], labels[namespaceLabel]];
  return {
    apiVersion,
    kind,
    namespace,
    name,
    owner:
      owner === undefined || ownerNamespace === undefined
        ? undefined
        : { name: owner, namespace: ownerNamespace },
    isKept: Object.entries(keepers).some(([key, values]) => values.includes(annotations[key] ?? '')),
    spec,
    status,
  };
}
