import type { Resource } from './connection.js';

/** The kinds of sources that a Flux Kustomization may take its files from. */
const plurals = {
  GitRepository: 'gitrepositories',
  OCIRepository: 'ocirepositories',
  Bucket: 'buckets',
  ExternalArtifact: 'externalartifacts',
} as const;

/** A kind of Flux source. */
export type SourceKind = keyof typeof plurals;

/** Whether a value is a kind of Flux source. */
export function isSourceKind(kind: unknown): kind is SourceKind {
  return typeof kind === 'string' && Object.hasOwn(plurals, kind);
}

/** The resource of a kind of Flux source. */
export function sourceResource(kind: SourceKind): Resource {
  return { group: 'source.toolkit.fluxcd.io', version: 'v1', plural: plurals[kind] };
}
