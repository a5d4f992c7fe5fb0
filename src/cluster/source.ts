import type { Resource } from './connection.js';

/** The kinds that `sourceRef` of a Flux Kustomization accepts, with their plurals. */
const plurals = {
  GitRepository: 'gitrepositories',
  OCIRepository: 'ocirepositories',
  Bucket: 'buckets',
  ExternalArtifact: 'externalartifacts',
} as const;

/** A kind of Flux source. */
export type SourceKind = keyof typeof plurals;

/** Whether a value is the kind of a Flux source. */
export function isSourceKind(kind: unknown): kind is SourceKind {
  return typeof kind === 'string' && Object.hasOwn(plurals, kind);
}

/** The resource type of a Flux source. */
export function sourceResource(kind: SourceKind): Resource {
  return { group: 'source.toolkit.fluxcd.io', version: 'v1', plural: plurals[kind] };
}
