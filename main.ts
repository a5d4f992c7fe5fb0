import { Cluster, run } from './src/index.js';

/**
 * The cluster: settings, platform, secrets. `project` is what was read: `src/settings.ts`, `src/secrets/`, the
 * bootstrap Secret. A unit of your own goes in between: `new Unit(cluster, 'name', { flux: cluster.flux, ... })`.
 */
await run(import.meta.dirname, (project) => {
  const cluster = new Cluster(project);
  cluster.addSecrets(project.secrets);
  return cluster;
});
