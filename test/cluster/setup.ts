/** Before all tests: the programs, the API server, and the CRDs of `imports/`; afterwards nothing is left. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadAll } from 'js-yaml';
import type { TestProject } from 'vitest/node';
import { root } from '../project.js';
import { buildPrograms } from './build.js';
import { ApiClient, type Manifest } from './client.js';
import { type Server, startServer } from './server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** undefined when it can't be built here; the tests are skipped then. */
    readonly server: Server | undefined;
  }
}

export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const report = (line: string) => console.error(line);
  const programs = await buildPrograms(report);
  if (!programs) {
    project.provide('server', undefined);
    return undefined;
  }
  const { server, stop } = await startServer(programs);
  try {
    const count = await createDefinitions(server);
    report(`kube-apiserver runs at ${server.url}, with ${count} CRDs`);
  } catch (error) {
    await stop();
    throw error;
  }
  project.provide('server', server);
  return stop;
}

/** Creates the CRDs of `imports/`. @returns How many there are; each is served. */
export async function createDefinitions(server: Server): Promise<number> {
  const client = new ApiClient(server, 'admin');
  const folder = join(root, 'imports/crds');
  const definitions = readdirSync(folder).flatMap(
    (file) => loadAll(readFileSync(join(folder, file), 'utf8')) as Manifest[],
  );
  for (const definition of definitions) await client.put(definition);
  const end = Date.now() + 30_000;
  for (const { metadata, spec } of definitions) {
    const list = `/apis/${spec.group}/${spec.versions[0].name}/${spec.names.plural}`;
    while ((await client.request('GET', list)).status !== 200) {
      if (Date.now() > end) throw new Error(`${metadata.name} is not served`);
      await sleep(50);
    }
  }
  client.close();
  return definitions.length;
}
