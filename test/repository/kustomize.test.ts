/** kustomize itself is the judge of what the model says of a build. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { dump, load, loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { afterStep, type Step, toKustomization } from '../../src/repository/kustomize.js';
import { patched, toPatches } from '../../src/repository/patch.js';
import type { Tree } from '../../src/tree.js';
import { makeProject, readTree, root } from '../project.js';
import { findTool } from '../tools.js';
import { kustomization, place } from './shapes.js';

const kubectl = findTool('kubectl');
const golden = join(root, 'test/golden/rich');

/** What kustomize makes of a folder, or what it says when it refuses. */
async function build(folder: string): Promise<{ objects: Tree[]; refused: string }> {
  const { stdout, stderr, exitCode } = await execa(
    kubectl ?? '',
    ['kustomize', folder, '--load-restrictor', 'LoadRestrictionsNone'],
    { reject: false },
  );
  const objects = exitCode === 0 ? (loadAll(stdout) as Tree[]) : [];
  return { objects, refused: exitCode === 0 ? '' : stderr };
}

const sorted = (objects: readonly Tree[]) => objects.map((object) => JSON.stringify(inOrder(object))).sort();

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, one]) => [key, inOrder(one)]),
  );
}

describe.skipIf(!kubectl)('a step of the model is what kustomize does', () => {
  test.each<[string, Tree]>([
    ['namespace', { namespace: 'elsewhere' }],
    ['prefix and suffix', { namePrefix: 'a-', nameSuffix: '-z' }],
    [
      'a strategic merge by its own name',
      {
        patches: [
          {
            patch:
              'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: onepassword-store, namespace: flux-system, labels: {a: b}}\nspec: {timeout: null, dependsOn: [{name: x}], interval: 5m}\n',
          },
        ],
      },
    ],
    [
      'a strategic merge by a target of regular expressions',
      {
        patches: [
          {
            target: { group: 'kustomize.toolkit.fluxcd.io', kind: 'Kust.*', name: 'onepassword-.*' },
            patch:
              'apiVersion: x/v1\nkind: Kustomization\nmetadata: {name: _}\nspec: {postBuild: {substituteFrom: [{kind: Secret, name: s}]}, decryption: {provider: sops}}\n',
          },
        ],
      },
    ],
    [
      'operations by label',
      {
        patches: [
          {
            target: { kind: 'Kustomization', labelSelector: 'app notin (x,y),!none' },
            patch:
              '- {op: add, path: /spec/suspend, value: true}\n- {op: replace, path: /spec/interval, value: 9m}\n',
          },
        ],
      },
    ],
    [
      'a name that is only a part of one',
      {
        patches: [
          { target: { name: 'onepassword' }, patch: '- {op: add, path: /spec/suspend, value: true}' },
        ],
      },
    ],
  ])('%s', async (_, instructions) => {
    const folder = await makeProject();
    folder.write('k/all.yaml', [...filesOf(golden)].join('---\n'));
    const file = 'k/kustomization.yaml';
    folder.write(file, dump({ resources: ['all.yaml'], ...instructions }));
    const { objects, refused } = await build(join(folder.path, 'k'));
    expect(refused).toBe('');
    const step: Step = toKustomization(file, load(folder.read(file)) as Tree, () => undefined);
    const model = [...filesOf(golden)].map((text) => afterStep(load(text) as Tree, step) ?? {});
    expect(sorted(model)).toEqual(sorted(objects));
    // The case must do something.
    if (
      instructions['patches'] === undefined ||
      !JSON.stringify(instructions).includes('"name":"onepassword"')
    ) {
      expect(sorted(model)).not.toEqual(sorted([...filesOf(golden)].map((text) => load(text) as Tree)));
    }
  });

  test('without a target, a merge applies only to the object of its name, and operations to none', () => {
    const patch = 'apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {k: v}\n';
    const object = (name: string): Tree => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name } });
    const patches = toPatches({ patch }, 'x', () => undefined);
    expect(patched(object('a'), patches)).toMatchObject({ stringData: { k: 'v' } });
    expect(patched(object('b'), patches)).toEqual(object('b'));
    expect(toPatches({ patch: '- {op: remove, path: /kind}' }, 'x', () => undefined)).toEqual([]);
  });
});

/** The Namespace and the Flux Kustomizations of a tree. */
function filesOf(dist: string): string[] {
  return Object.values(readTree(dist, (path) => path === 'namespace.yaml' || path.startsWith('flux/')));
}

describe.skipIf(!kubectl)('one build', () => {
  test('builds with an existing Namespace, and would fail with ours as well', async () => {
    const { synth, project } = await place(
      'apps/secrets',
      {
        'clusters/home/apps.yaml': kustomization('apps', './apps'),
        'apps/kustomization.yaml': 'resources: [security, secrets/dist]\n',
        'apps/security/kustomization.yaml': 'namespace: security\nresources: [namespace.yaml]\n',
        'apps/security/namespace.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: _}\n',
      },
      { 'src/settings.ts': "export default { namespace: 'security' };\n" },
    );
    expect(await synth()).toMatchObject({ code: 0, err: '' });
    const apps = join(project.path, '..');
    expect((await build(apps)).objects.map(({ kind }) => kind)).toContain('Namespace');
    project.write('dist/namespace.yaml', 'apiVersion: v1\nkind: Namespace\nmetadata: {name: security}\n');
    writeFileSync(
      join(project.path, 'dist/kustomization.yaml'),
      project.read('dist/kustomization.yaml').replace('resources:\n', 'resources:\n  - namespace.yaml\n'),
    );
    expect((await build(apps)).refused).toContain('may not add resource with an already registered id');
  });
});
