import { problemsIn } from '../constructs/validation.js';
import type { Problem } from '../errors.js';
import type { AppSecretsFile } from './app-secrets.js';
import { Cluster, type ClusterProps } from './cluster.js';

export type { BesideSecret, Platform } from './cluster.js';

/** What a cluster is composed from. */
export interface PlatformInput extends ClusterProps {
  readonly secrets: readonly AppSecretsFile[];
}

/** Composes a cluster: `main.ts` hands one over to `run`. */
export type Compose = (input: PlatformInput) => Cluster | Promise<Cluster>;

/** The composition of a project that adds nothing of its own. */
export const composeCluster = (input: PlatformInput): Cluster => {
  const cluster = new Cluster(input);
  cluster.addSecrets(input.secrets);
  return cluster;
};

/**
 * Composes the units.
 *
 * @returns The platform, and what its constructs say is wrong with them.
 */
export function composePlatform(input: PlatformInput): { platform: Cluster; problems: Problem[] } {
  const platform = composeCluster(input);
  return { platform, problems: problemsIn(platform) };
}
