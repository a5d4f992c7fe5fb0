import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { load, loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { appSecret } from '../src/index.js';
import { isTree } from '../src/tree.js';
import { makeProject, readTree, root } from './project.js';
import { findTool } from './tools.js';

const kubectl = findTool('kubectl');

/** What `kustomize build` makes of a folder; throws when it refuses. */
async function build(folder: string): Promise<unknown[]> {
  const { stdout } = await execa(kubectl ?? '', ['kustomize', folder]);
  return loadAll(stdout).filter((document) => document !== null && document !== undefined);
}

const byName = (a: unknown, b: unknown) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);

describe.skipIf(!kubectl)('kustomize build', () => {
  test.each(['test/golden/shipped', 'test/golden/rich'])(
    'every folder of %s, with the objects that are in it',
    async (tree) => {
      const dist = join(root, tree);
      const units = readdirSync(join(dist, 'flux')).map((file) => file.replace('.yaml', ''));
      expect(units.length).toBeGreaterThanOrEqual(4);
      for (const unit of units) {
        const files = Object.entries(readTree(join(dist, unit))).filter(
          ([path]) => path !== 'kustomization.yaml',
        );
        const objects = files.map(([, content]) => load(content));
        expect((await build(join(dist, unit))).toSorted(byName), unit).toEqual(objects.toSorted(byName));
      }
      const top = await build(dist);
      const names = top.map((object) =>
        isTree(object) && isTree(object['metadata']) ? object['metadata']['name'] : '',
      );
      expect(names.toSorted()).toEqual(['external-secrets', ...units].toSorted());
    },
  );

  test('strings that YAML could read as another type arrive unchanged', async () => {
    const nasty = [
      'yes',
      'NO',
      'on',
      'null',
      '~',
      '',
      ' ',
      '012',
      '0o7',
      '0x1F',
      '1_000',
      '1e3',
      '.inf',
      'NaN',
      '12:30:00',
      '2026-01-01',
      '=',
      '<<',
      '- a',
      'a: b',
      '#c',
      'a #c',
      "it's",
      '"q"',
      '@a',
      '%a',
      '!a',
      '&a',
      '*a',
      '|',
      '>',
      '?',
      '---',
      '...',
      'tab\there',
      'line\nbreak',
      'line\n\n',
      '\n lead',
      'a\r\nb',
      '\u2028',
      '😀',
      '$HOME',
      '$(x)',
      'C:\\x',
      'x'.repeat(300),
      '  two\n    four\n',
      'trailing ',
      'true',
      '{a: b}',
      '[a]',
    ];
    const secret = appSecret({
      namespace: 'app',
      name: 'nasty',
      item: 'yes',
      // An empty template is refused.
      template: Object.fromEntries(nasty.map((text, index) => [`key-${index}`, text || '-'])),
      annotations: Object.fromEntries(nasty.map((text, index) => [`key-${index}`, text])),
    });
    const project = await makeProject({
      files: { 'src/secrets/nasty.ts': `export default ${JSON.stringify(secret)};` },
    });
    const { code, err } = await project.synth();
    expect(err).toBe('');
    expect(code).toBe(0);
    const [object] = await build(join(project.path, 'dist/secrets-app'));
    expect(object).toMatchObject({
      spec: {
        dataFrom: [{ extract: { key: 'yes' } }],
        target: { template: { data: secret.template, metadata: { annotations: secret.annotations } } },
      },
    });
  });
});
