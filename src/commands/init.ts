import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Command as Usage } from 'commander';
import { execa } from 'execa';
import { OperatorError } from '../errors.js';
import { settingsFromRepository } from '../platform/flux-settings.js';
import { resolveSettings, settingsFile } from '../platform/settings.js';
import { thereAlready } from '../platform/there-already.js';
import { RepositoryView } from '../repository/scan.js';
import { findRepository } from '../repository.js';
import { ciFiles } from '../scaffold/ci-files.js';
import { clearOldCopy, isOldCopy } from '../scaffold/old-copy.js';
import { projectFiles } from '../scaffold/project-files.js';
import { parseArguments } from '../terminal/arguments.js';
import type { Command } from '../terminal/command.js';
import { type Io, print } from '../terminal/io.js';

interface Options {
  readonly ci?: true;
  readonly package?: string;
  readonly install: boolean;
}

/** `init`: makes an operator's project, or moves a copy of the package's repository over to the package. */
export const init: Command = async (_project, args, io) => {
  const usage = new Usage('cluster-secrets init')
    .description(
      'Makes a project: about a dozen files, yours from then on. What is there already is left as it is. In a copy of the repository of cluster-secrets, moves the project over to the package, and shows that dist/ stays the same.',
    )
    .argument('[folder]', 'where to', '.')
    .option('--ci', "add a workflow and a Renovate preset at the repository's top")
    .option(
      '--package <spec>',
      'what package.json says of cluster-secrets: a version, a tarball, a git address',
    )
    .option('--no-install', 'do not run npm install');
  const options = parseArguments<Options>(usage, args, io, 1);
  if (!options) return 0;
  const folder = resolve(io.cwd, usage.args[0] ?? '.');
  mkdirSync(folder, { recursive: true });

  const moving = isOldCopy(folder);
  if (moving) {
    const gone = clearOldCopy(folder);
    print(io.stdout, `moved over to the package: ${gone.join(', ')} came with it, and went`);
  }
  write(folder, projectFiles(nameOf(folder), dependency(folder, options.package, io)), io);
  if (options.ci) addCi(folder, io);
  tellWhatIsThere(folder, io);
  if (!options.install) {
    print(io.stdout, 'next: `npm install`, `npm run synth`');
    return 0;
  }
  await npm(folder, io, 'install', '--no-audit', '--no-fund');
  if (moving) return proveSame(folder, io);
  print(
    io.stdout,
    'next: put your public key into .sops.yaml, then `npm run bootstrap`, `npm run synth`, `npm run flux-entry`',
  );
  return 0;
};

/** Writes what is not there yet, and says so of each. */
function write(folder: string, files: ReadonlyMap<string, string>, io: Io): void {
  for (const [path, content] of files) {
    const file = join(folder, path);
    if (existsSync(file)) {
      print(io.stdout, `${path} is there already, and stays`);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { flag: 'wx' });
    print(io.stdout, `wrote ${path}`);
  }
}

/** Says which parts of the platform the repository makes already, and how the settings use them. */
function tellWhatIsThere(folder: string, io: Io): void {
  const repository = findRepository(folder);
  if (!repository) return;
  const { prefix } = repository;
  const view = new RepositoryView({ project: folder, repository, otherClusters: [] }, prefix);
  const { settings } = settingsFromRepository(resolveSettings({}, settingsFile).settings, {}, view.model);
  const there = thereAlready(view, settings).filter(({ part }) => part !== 'connect');
  for (const { what, line } of there)
    print(io.stdout, `${what}: to use it, write in ${settingsFile}: ${line}`);
  if (there.length > 0) {
    const words = there.some(({ line }) => line.includes('externalUnit('))
      ? 'existing and externalUnit'
      : 'existing';
    print(
      io.stdout,
      `import ${words} there, too; a store that is there already is all that app secrets need`,
    );
  }
}

/** A name that npm takes, from that of the folder. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' || name === 'cluster-secrets' ? 'secrets' : name;
}

/** A file is named from the project's folder. */
function dependency(folder: string, spec: string | undefined, io: Io): string | undefined {
  if (spec === undefined) return undefined;
  const file = resolve(io.cwd, spec);
  return existsSync(file) ? `file:${relative(folder, file)}` : spec;
}

function addCi(folder: string, io: Io): void {
  const repository = findRepository(folder);
  if (!repository) {
    const todo = 'run `git init` at its top first, or leave --ci out';
    throw new OperatorError([{ where: folder, what: 'is in no git repository, so --ci has no place', todo }]);
  }
  write(repository.top, ciFiles(repository.prefix), io);
  print(
    io.stdout,
    'Renovate reads the preset once its own file says "extends": ["local>OWNER/REPOSITORY//.github/renovate-cluster-secrets"]',
  );
}

/** Synthesizes with the package and compares with what git has. */
async function proveSame(folder: string, io: Io): Promise<0 | 1> {
  const cli = join(folder, 'node_modules/.bin/cluster-secrets');
  await run(folder, io, cli, 'synth');
  const { exitCode } = await execa('git', ['diff', '--exit-code', '--stat', '--', 'dist'], {
    cwd: folder,
    reject: false,
    stdout: ['pipe'],
  });
  if (exitCode === 0) {
    print(io.stdout, '`git diff --exit-code dist`: dist/ is the same. Look at `git status`, and commit');
    return 0;
  }
  const what = 'is not the same as before';
  const todo = 'look at `git diff dist`: it is what the newer version changes';
  throw new OperatorError([{ where: 'dist', what, todo }]);
}

async function npm(folder: string, io: Io, ...args: string[]): Promise<void> {
  await run(folder, io, 'npm', ...args);
}

async function run(folder: string, io: Io, command: string, ...args: string[]): Promise<void> {
  const { exitCode, all } = await execa(command, args, {
    cwd: folder,
    env: io.env,
    reject: false,
    all: true,
    stdin: 'ignore',
  });
  if (exitCode === 0) return;
  const last = (all ?? '').trim().split('\n').slice(-3).join(' ');
  const called = [basename(command), ...args].join(' ');
  throw new OperatorError([
    {
      where: folder,
      what: `\`${called}\` failed (${last})`,
      todo: 'correct what it says, and run it again there',
    },
  ]);
}
