import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { Command as Usage } from 'commander';
import { execa } from 'execa';
import { OperatorError } from '../errors.js';
import { settingsFromRepository } from '../platform/flux-settings.js';
import { resolveSettings } from '../platform/resolve-settings.js';
import { settingsFile } from '../platform/settings.js';
import { thereAlready } from '../platform/there-already.js';
import { RepositoryView } from '../repository/scan.js';
import { findRepository } from '../repository.js';
import { ciFiles } from '../scaffold/ci-files.js';
import { clearOldCopy, isOldCopy } from '../scaffold/old-copy.js';
import { projectFiles } from '../scaffold/project-files.js';
import { parseArguments } from '../terminal/arguments.js';
import type { Command } from '../terminal/command.js';
import { type Io, print } from '../terminal/io.js';
import { examples } from './examples.js';

interface Options {
  readonly ci?: true;
  readonly package?: string;
  readonly install: boolean;
}

/** `init`: creates a project, or migrates a copy of the package's repository to the package. */
export const init: Command = async (_project, args, io) => {
  const usage = new Usage('cluster-secrets init')
    .description(
      'Create a project: about a dozen files, yours from then on. Existing files stay as they are. In a copy of the cluster-secrets repository, migrate to the package and check that dist/ stays the same.',
    )
    .argument('[folder]', 'folder of the project', '.')
    .option('--ci', 'add a GitHub workflow and a Renovate preset at the top of the repository')
    .option('--package <spec>', 'version, tarball or git URL of cluster-secrets for package.json')
    .option('--no-install', 'skip npm install')
    .addHelpText('after', examples('infrastructure/secrets', 'infrastructure/secrets --ci'));
  const options = parseArguments<Options>(usage, args, io, 1);
  if (!options) return 0;
  const folder = resolve(io.cwd, usage.args[0] ?? '.');
  mkdirSync(folder, { recursive: true });

  const moving = isOldCopy(folder);
  if (moving) {
    const gone = clearOldCopy(folder);
    print(io.stdout, `migrated to the package: removed ${gone.join(', ')}, which it provides`);
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

/** Writes the files that do not exist yet, and reports each. */
function write(folder: string, files: ReadonlyMap<string, string>, io: Io): void {
  for (const [path, content] of files) {
    const file = join(folder, path);
    if (existsSync(file)) {
      print(io.stdout, `kept ${path}`);
      continue;
    }
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content, { flag: 'wx' });
    print(io.stdout, `wrote ${path}`);
  }
}

/** Reports which parts of the platform the repository already makes, and how to use them in the settings. */
function tellWhatIsThere(folder: string, io: Io): void {
  const repository = findRepository(folder);
  if (!repository) return;
  const { prefix } = repository;
  const view = new RepositoryView({ project: folder, repository, otherClusters: [] }, prefix);
  const { settings } = settingsFromRepository(resolveSettings({}, settingsFile).settings, {}, view.model);
  const there = thereAlready(view, settings).filter(({ part }) => part !== 'connect');
  for (const { what, line } of there) print(io.stdout, `${what}: to use it, add to ${settingsFile}: ${line}`);
  if (there.length > 0) {
    const words = there.some(({ line }) => line.includes('externalUnit('))
      ? 'existing and externalUnit'
      : 'existing';
    print(io.stdout, `import ${words} there as well; an existing store is all that app secrets need`);
  }
}

/** A valid npm package name, from the folder's name. */
function nameOf(folder: string): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name === '' || name === 'cluster-secrets' ? 'secrets' : name;
}

/** Makes the path of a tarball relative to the project's folder. */
function dependency(folder: string, spec: string | undefined, io: Io): string | undefined {
  if (spec === undefined) return undefined;
  const file = resolve(io.cwd, spec);
  return existsSync(file) ? `file:${relative(folder, file)}` : spec;
}

function addCi(folder: string, io: Io): void {
  const repository = findRepository(folder);
  if (!repository) {
    const todo = 'run `git init` at its top first, or omit --ci';
    throw new OperatorError([{ where: folder, what: 'is not in a git repository, which --ci needs', todo }]);
  }
  write(repository.top, ciFiles(repository.prefix), io);
  print(
    io.stdout,
    'to enable the Renovate preset, add to your Renovate config: "extends": ["local>OWNER/REPOSITORY//.github/renovate-cluster-secrets"]',
  );
}

/** Runs synth with the package and compares the result with git. */
async function proveSame(folder: string, io: Io): Promise<0 | 1> {
  const cli = join(folder, 'node_modules/.bin/cluster-secrets');
  await run(folder, io, cli, 'synth');
  const { exitCode } = await execa('git', ['diff', '--exit-code', '--stat', '--', 'dist'], {
    cwd: folder,
    reject: false,
    stdout: ['pipe'],
  });
  if (exitCode === 0) {
    print(io.stdout, '`git diff --exit-code dist`: dist/ is unchanged. Review `git status`, and commit');
    return 0;
  }
  const what = 'differs from what git has';
  const todo = 'review `git diff dist`: these are the changes of the newer version';
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
      todo: 'fix the error, and run it again there',
    },
  ]);
}
