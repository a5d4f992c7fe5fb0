/** Which repository a project is in, as git would say. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { makeProject, type Project } from '../project.js';

/** The folder that synth puts in front of its paths. */
async function prefixOf(project: Project): Promise<string | undefined> {
  expect(await project.synth()).toMatchObject({ code: 0, err: '' });
  const text = project.read('dist/flux/external-secrets.yaml');
  return /^ {2}path: \.\/(.*)dist\/external-secrets$/m.exec(text)?.[1];
}

const at = 'clusters/home';

test('.git is a folder', async () => {
  expect(await prefixOf(await makeProject({ git: true, at }))).toBe('clusters/home/');
});

test('.git is a file, as in a worktree and in a submodule', async () => {
  const project = await makeProject({ at });
  const top = join(project.path, '../..');
  const away = `${top}-git`;
  await execa('git', ['init', '--quiet', `--separate-git-dir=${away}`, top]);
  try {
    expect(project.read('../../.git')).toMatch(/^gitdir: /);
    expect(await prefixOf(project)).toBe('clusters/home/');
  } finally {
    rmSync(away, { recursive: true });
  }
});

test('an invalid .git is skipped in favour of the next one above', async () => {
  const empty = await makeProject({ git: true, at });
  mkdirSync(join(empty.path, '.git'));
  expect(await prefixOf(empty)).toBe('clusters/home/');
  const text = await makeProject({ git: true, at, files: { '.git': 'not one\n' } });
  expect(await prefixOf(text)).toBe('clusters/home/');
});

test('no repository at all', async () => {
  expect(await prefixOf(await makeProject())).toBe('');
});

test('no repository, in what looks like a folder of one', async () => {
  const project = await makeProject({ at });
  const top = project.path.slice(0, -`/${at}`.length);
  const { code, err } = await project.synth();
  expect({ code, err }).toEqual({
    code: 0,
    err: `warning: ${project.path}: is not in a git repository, but looks like a folder of one in ${top}: the paths in dist/ assume that it is the top of its repository; run \`git init\` there, or set flux.path to the project's folder`,
  });
  project.write('src/settings.ts', `export default { flux: { path: '${at}' } };\n`);
  expect(await prefixOf(project)).toBe(`${at}/`);
});
