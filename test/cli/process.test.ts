/** What only a process can show: that each command starts, and ends as it should. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { commands } from '../../src/commands/index.js';
import { makeProject, nodeArguments, root } from '../project.js';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

test.each(Object.keys(commands))('npm run %s starts', async (command) => {
  expect(scripts[command]).toBe(['node', ...nodeArguments(command)].join(' '));
  const project = await makeProject();
  const { code, out, err } = await project.spawn(command, ['--help']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(new RegExp(`^Usage: npm run ${command} -- \\[options\\]\n`));
});

test.each([[[]], [['sinth']], [['constructor']]])('no command: %j is used wrongly', async (args) => {
  const project = await makeProject();
  const result = await execa(process.execPath, ['--import', 'tsx', 'src/cli.ts', ...args], {
    cwd: project.path,
    reject: false,
  });
  expect(result).toMatchObject({
    exitCode: 2,
    stdout: '',
    stderr: `the commands are ${Object.keys(commands).join(', ')}`,
  });
});

test('nobody reads: no trace', async () => {
  const project = await makeProject();
  const child = execa(process.execPath, [...nodeArguments('check-items'), '--help'], {
    cwd: project.path,
    reject: false,
  });
  child.stdout?.destroy();
  expect(await child).toMatchObject({ exitCode: 0, stderr: '' });
});
