/** What only a process can show: that each command starts, and ends as it should. */
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { commands } from '../../src/commands/index.js';
import { makeProject, nodeArguments, root } from '../project.js';

const { scripts, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

test.each(Object.keys(commands))('%s has an npm script, and help', async (command) => {
  // These have no npm script: they are typed once, or called by a shell.
  if (!['init', 'completion'].includes(command))
    expect(scripts[command]).toBe(`node src/start.mjs ${command}`);
  const { code, out, err } = await (await makeProject()).run(command, ['--help']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(usageOf(command));
});

test.each(['synth', 'status'])('%s starts', async (command) => {
  const { code, out, err } = await (await makeProject()).spawn(command, ['--help']);
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toMatch(usageOf(command));
});

function usageOf(command: string): RegExp {
  return new RegExp(`^Usage: (npm run ${command} --|cluster-secrets ${command}) \\[options\\]`);
}

const start = async (args: readonly string[], cwd: string) => {
  const env = { npm_lifecycle_event: undefined };
  const { exitCode, stdout, stderr } = await execa(process.execPath, [join(root, 'src/start.mjs'), ...args], {
    cwd,
    env,
    reject: false,
  });
  return { exitCode, stdout, stderr };
};

test.each([
  [['sinth'], 'sinth; did you mean synth?'],
  [['constructor'], 'constructor'],
])('an unknown command is wrong usage: %j', async (args, said) => {
  const { exitCode, stdout, stderr } = await start(args, (await makeProject()).path);
  expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' });
  expect(stderr.split('\n')[0]).toBe(`unknown command ${said}`);
});

test('without a command, and with --version', async () => {
  const { path } = await makeProject();
  const help = await start([], path);
  expect(help).toMatchObject({ exitCode: 0, stderr: '' });
  for (const command of Object.keys(commands)) expect(help.stdout).toContain(`\n  ${command} `);
  expect((await start(['--version'], path)).stdout).toBe(version);
});

test('outside of a project', async () => {
  expect(await start(['status'], tmpdir())).toMatchObject({
    exitCode: 1,
    stderr: `${realpathSync(tmpdir())}: is not in a cluster-secrets project; change to the folder with its main.ts, or create one with \`cluster-secrets init\``,
  });
});

test('missing dependencies are reported in one line', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-secrets-bare-'));
  try {
    cpSync(join(root, 'src/start.mjs'), join(folder, 'start.mjs'));
    const { exitCode, stderr } = await execa(process.execPath, ['start.mjs'], { cwd: folder, reject: false });
    expect({ exitCode, stderr }).toEqual({
      exitCode: 1,
      stderr: 'the dependencies are not installed: run `npm ci`',
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a closed pipe: no stack trace', async () => {
  const project = await makeProject();
  const child = execa(process.execPath, [...nodeArguments('check-items'), '--help'], {
    cwd: project.path,
    reject: false,
  });
  child.stdout?.destroy();
  expect(await child).toMatchObject({ exitCode: 0, stderr: '' });
});
