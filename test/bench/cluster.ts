import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { buildPrograms } from '../cluster/build.js';
import { ApiClient, type Manifest } from '../cluster/client.js';
import { readObjects } from '../cluster/objects.js';
import { kubeconfig, startServer } from '../cluster/server.js';
import { createDefinitions } from '../cluster/setup.js';
import { theSource } from '../cluster/world.js';
import { externalSecret, helmRelease, store, unit } from '../cluster-api/objects.js';

const statuses: Record<string, (name: string) => object> = {
  Kustomization: unit,
  HelmRelease: helmRelease,
  ClusterSecretStore: () => store(true),
  ExternalSecret: (name) => externalSecret('', name, { synced: 60 }),
};

/** A cluster in which Flux has applied a tree, and all is well. */
export interface Cluster {
  /** Path of a kubeconfig for it. */
  readonly kubeconfig: string;
  stop(): Promise<void>;
}

/**
 * Starts a real API server with all that a tree has, and the statuses that its controllers would write.
 *
 * @param dist Absolute path of the tree.
 * @returns undefined where the server can't be built.
 */
export async function clusterWith(dist: string): Promise<Cluster | undefined> {
  const programs = await buildPrograms((line) => console.error(line));
  if (!programs) return undefined;
  const { server, stop } = await startServer(programs);
  const folder = mkdtempSync(join(tmpdir(), 'cluster-secrets-bench-'));
  const client = new ApiClient(server, 'admin');
  try {
    await createDefinitions(server);
    const objects = [...readObjects(dist).values()];
    const namespaces = new Set(objects.map(({ metadata }) => metadata.namespace).filter(Boolean));
    for (const name of namespaces)
      await client.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await client.put(theSource);
    await client.putStatus(theSource, theSource.status);
    const some = pLimit(16);
    await Promise.all(
      objects.map((object) =>
        some(async () => {
          await client.put(object);
          const healthy: Manifest = statuses[object.kind]?.(object.metadata.name);
          if (healthy) await client.putStatus(object, healthy.status);
        }),
      ),
    );
  } catch (error) {
    await stop();
    throw error;
  } finally {
    client.close();
  }
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, kubeconfig(server, 'admin'), { mode: 0o600 });
  return {
    kubeconfig: file,
    async stop() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
