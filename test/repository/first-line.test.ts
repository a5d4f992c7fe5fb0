import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstLine, isBesideName, originOf, projectIn } from '../../src/repository/first-line.js';

const folderName = fc
  .string({ minLength: 1, maxLength: 12, unit: 'binary-ascii' })
  .filter((text) => /^[^/\0]+$/.test(text) && text !== '.' && text !== '..');

test('the first line survives a round trip, whatever the names of folder and file', () => {
  fc.assert(
    fc.property(fc.array(folderName, { maxLength: 3 }), folderName, (folders, name) => {
      const prefix = folders.map((folder) => `${folder}/`).join('');
      const project = projectIn({ top: '/repository', prefix });
      const source = `src/secrets/${name}.ts`;
      const line = firstLine({ source, project, namespace: 'media' });
      expect(line.indexOf('\n')).toBe(line.length - 1);
      expect(originOf(Buffer.from(`${line}kind: ExternalSecret\n`))).toEqual({
        source,
        project,
        namespace: 'media',
      });
    }),
  );
});

test('two folders are two projects', () => {
  const projects = ['', 'a/', 'a b/', 'a%20b/', 'a/b/', './'].map((prefix) =>
    projectIn({ top: '/', prefix }),
  );
  expect(new Set(projects).size).toBe(projects.length - 1);
  expect(projects[0]).toBe('.');
});

test.each([
  ['another comment', '# Made by hand\nkind: ExternalSecret\n'],
  [
    'the words somewhere else',
    `kind: ExternalSecret\n${firstLine({ source: 'a', project: '.', namespace: 'b' })}`,
  ],
  ['a part of them', '# Made by cluster-secrets from here\n'],
  ['nothing', ''],
])('%s is not synth’s', (_what, text) => {
  expect(originOf(Buffer.from(text))).toBeUndefined();
});

test('line endings and a byte order mark do not change whose it is', () => {
  const line = firstLine({ source: 'src/secrets/a.ts', project: '.', namespace: 'media' });
  expect(originOf(Buffer.from(`\uFEFF${line.replace('\n', '\r\n')}`))?.project).toBe('.');
});

test('files named like those of synth', () => {
  expect(['a/externalsecret-b.yaml', 'externalsecret-b.yaml'].every(isBesideName)).toBe(true);
  expect(
    ['a/externalsecret.yaml', 'a/externalsecret-b.yml', 'a/externalsecret-b/c.yaml'].some(isBesideName),
  ).toBe(false);
});
