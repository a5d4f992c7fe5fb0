import { Cluster, run } from './src/index.js';

/**
 * Composes the cluster. `project` contains the settings, the app secrets and the bootstrap Secret. Add units of your
 * own before the return: `new Unit(cluster, 'name', { flux: cluster.flux, ... })`.
 */
await run(import.meta.dirname, (project) => {
  const cluster = new Cluster(project);
  cluster.addSecrets(project.secrets);
  return cluster;
});
