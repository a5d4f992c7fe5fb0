import { problemsIn } from '../constructs/validation.js';
import type { Problem } from '../errors.js';
import type { AppSecretsFile } from './app-secrets.js';
import { Cluster, type ClusterProps } from './cluster.js';

export type { BesideSecret, Platform } from './cluster.js';

/** What `run` passes to your `main.ts`: the settings, the app secrets and what it read from the repository. */
export interface PlatformInput extends ClusterProps {
  /** The app secrets, one entry per file under `src/secrets/`. */
  readonly secrets: readonly AppSecretsFile[];
}

/**
 * Composes a cluster; `main.ts` passes such a function to `run`.
 *
 * @param input What `run` read from the project.
 * @returns The cluster to write to `dist/`.
 *
 * @example
 * import { Cluster, type Compose, run } from 'cluster-secrets';
 *
 * const compose: Compose = (project) => {
 *   const cluster = new Cluster(project);
 *   cluster.addSecrets(project.secrets);
 *   return cluster;
 * };
 * await run(import.meta.dirname, compose);
 */
export type Compose = (input: PlatformInput) => Cluster | Promise<Cluster>;

/** Composes a cluster without any units of the user's own. */
export const composeCluster = (input: PlatformInput): Cluster => {
  const cluster = new Cluster(input);
  cluster.addSecrets(input.secrets);
  return cluster;
};

/**
 * Composes the units.
 *
 * @returns The platform, and the problems that its constructs report.
 */
export function composePlatform(input: PlatformInput): { platform: Cluster; problems: Problem[] } {
  const platform = composeCluster(input);
  return { platform, problems: problemsIn(platform) };
}
