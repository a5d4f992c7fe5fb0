/** Every manifest is one that a real API server takes: strict server-side dry run, as Flux applies. */
import fc from 'fast-check';
import pLimit from 'p-limit';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { guardSecrets } from '../../src/guards/index.js';
import { type FileTree, render } from '../../src/output/render.js';
import { composePlatform } from '../../src/platform/platform.js';
import { resolveSettings } from '../../src/platform/resolve-settings.js';
import { patched, toPatches } from '../../src/repository/patch.js';
import { root } from '../project.js';
import { ApiClient, type Manifest } from './client.js';
import { objectsOf, readObjects } from './objects.js';
import { randomProject } from './random-project.js';

const server = inject('server');

describe.skipIf(!server)('a strict server-side dry run', () => {
  let client: ApiClient;
  const atOnce = pLimit(16);

  beforeAll(() => {
    if (server) client = new ApiClient(server, 'admin');
  });
  afterAll(() => client?.close());

  /** Objects of a namespace that is not there are refused; Flux applies them when it is. */
  async function makeNamespaces(objects: Iterable<Manifest>): Promise<void> {
    const names = new Set([...objects].map(({ metadata }) => metadata.namespace).filter(Boolean));
    await Promise.all(
      [...names].map((name) =>
        atOnce(() => client.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
      ),
    );
  }

  /** What the server refuses, `path: what it says`. A kind that it does not know is refused, too. */
  async function refusals(objects: ReadonlyMap<string, Manifest>): Promise<string[]> {
    await makeNamespaces(objects.values());
    const answers = await Promise.all(
      [...objects].map(([path, object]) =>
        atOnce(async () => {
          const { status, body } = await client.apply(object, { dryRun: true });
          return status < 300 ? [] : [`${path}: ${body?.message}`];
        }),
      ),
    );
    return answers.flat();
  }

  test.each([
    ['dist', 10],
    ['test/golden/shipped', 10],
    ['test/golden/rich', 60],
    ['test/golden/monitoring', 5],
  ])('takes all of %s', async (tree, atLeast) => {
    const objects = readObjects(`${root}/${tree}`);
    expect(objects.size).toBeGreaterThanOrEqual(atLeast);
    expect(await refusals(objects)).toEqual([]);
  });

  test('takes the releases below a parent that patches them, as repositories of the cluster-template kind do', async () => {
    const patches = toPatches(
      {
        target: { group: 'helm.toolkit.fluxcd.io', kind: 'HelmRelease' },
        patch: `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata: {name: _}
spec:
  install: {crds: CreateReplace, strategy: {name: RetryOnFailure}}
  rollback: {cleanupOnFail: true}
  upgrade:
    cleanupOnFail: true
    crds: CreateReplace
    strategy: {name: RemediateOnFailure}
    remediation: {remediateLastFailure: true, retries: 2}
`,
      },
      'ks.yaml',
      () => undefined,
    );
    const releases = [...readObjects(`${root}/test/golden/monitoring`)].filter(([path]) =>
      path.includes('helmrelease'),
    );
    expect(releases).toHaveLength(2);
    const below = releases.map(([path, object]): [string, Manifest] => [
      path,
      patched(object, patches) as Manifest,
    ]);
    expect(below[0]?.[1].spec.upgrade.strategy).toEqual({ name: 'RemediateOnFailure' });
    expect(await refusals(new Map(below))).toEqual([]);
    // The server does look: this is what it refused before.
    for (const [, { spec }] of below) spec.upgrade.strategy.retryInterval = '1m';
    expect(await refusals(new Map(below))).toEqual([
      expect.stringContaining("retryInterval can only be set when .name is 'RetryOnFailure'"),
      expect.stringContaining("retryInterval can only be set when .name is 'RetryOnFailure'"),
    ]);
  });

  test('takes all of a hundred random projects', async () => {
    const projects = fc.sample(randomProject, { numRuns: 100, seed: Date.now() });
    const seen = new Set<string>();
    for (const { settings: page, files } of projects) {
      const resolved = resolveSettings(page, 'src/settings.ts');
      expect(resolved.problems).toEqual([]);
      const { settings } = resolved;
      const { platform, problems } = composePlatform({
        settings,
        prefix: '',
        credentials: undefined,
        secrets: files,
      });
      expect([...problems, ...guardSecrets({ settings, files })]).toEqual([]);
      // Most of a project is the same in all.
      const fresh = new Map(
        [...objectsOf(asText(render(platform)))].filter(([, object]) => {
          const text = JSON.stringify(object);
          return !seen.has(text) && seen.add(text);
        }),
      );
      expect(await refusals(fresh), JSON.stringify({ page, files })).toEqual([]);
    }
    expect(seen.size).toBeGreaterThan(500);
  });

  test('refuses an unknown field, a bad name, a wrong enum, a wrong type and an unknown kind', async () => {
    const objects = readObjects(`${root}/test/golden/rich`);
    const good = objects.get('secrets-monitoring/externalsecret-grafana-admin.yaml');
    const change = (edit: (object: Manifest) => void) => {
      const object = structuredClone(good);
      edit(object);
      return object;
    };
    expect(await refusals(new Map([['good', good]]))).toEqual([]);
    const told = await refusals(
      new Map([
        ['field', change(({ spec }) => Object.assign(spec, { refreshIntervall: '1h' }))],
        ['name', change(({ metadata }) => Object.assign(metadata, { name: 'Bad_Name' }))],
        ['enum', change(({ spec }) => Object.assign(spec.target, { creationPolicy: 'owner' }))],
        ['type', change(({ spec }) => Object.assign(spec, { dataFrom: {} }))],
        ['kind', change((object) => Object.assign(object, { kind: 'ExternalSecrets' }))],
      ]),
    );
    expect(told).toEqual([
      expect.stringMatching(/^field: .*field not declared in schema/s),
      expect.stringMatching(/^name: .*Invalid value: "Bad_Name"/s),
      expect.stringMatching(/^enum: .*spec\.target\.creationPolicy: Unsupported value: "owner"/s),
      expect.stringMatching(/^type: .*dataFrom/s),
      'kind: no kind ExternalSecrets in external-secrets.io/v1',
    ]);
  });
});

function asText(files: FileTree): Record<string, string> {
  return Object.fromEntries([...files].map(([path, content]) => [path, content.toString('utf8')]));
}
