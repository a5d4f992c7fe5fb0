import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeProject, root } from './project.js';

const folder = join(root, 'test/fixtures/invalid');
const fixtures = readdirSync(folder).sort();

/** The lines that a fixture says synth prints about it. */
function expectedLines(file: string): string[] {
  return [...readFileSync(join(folder, file), 'utf8').matchAll(/expected: (.*)/g)].map(
    ([, line]) => line ?? '',
  );
}

describe('reports every mistake in src/secrets/ in one run', async () => {
  const files = Object.fromEntries(
    fixtures.map((file) => [`src/secrets/${file}`, readFileSync(join(folder, file))]),
  );
  const outcome = makeProject({ files, keep: true }).then(async (project) => {
    project.write('dist/namespace.yaml', 'the last good tree');
    const { code, err } = await project.synth();
    const dist = project.tree('dist');
    project.destroy();
    return { code, dist, lines: err.split('\n') };
  });

  test('exit code 1, dist/ as it was, no trace', async () => {
    const { code, dist, lines } = await outcome;
    expect(code).toBe(1);
    expect(dist).toEqual({ 'namespace.yaml': 'the last good tree' });
    expect(lines.filter((line) => /^\s|^$/.test(line))).toEqual([]);
  });

  test.each(fixtures)('%s', async (file) => {
    const { lines } = await outcome;
    const about = lines.filter(
      (line) =>
        line.replace(/^warning: /, '').startsWith(`src/secrets/${file}: `) ||
        line.startsWith(`secrets-${file.replace('.ts', '')}: `),
    );
    expect(about).toEqual(expectedLines(file));
  });

  test('reports nothing else', async () => {
    const { lines } = await outcome;
    expect(lines.toSorted()).toEqual(fixtures.flatMap(expectedLines).toSorted());
  });
});
