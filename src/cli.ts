/** The program `cluster-secrets`: finds the project around the working directory, and runs a command on it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { closest } from './closest.js';
import {
  commandNamed,
  commands,
  composing,
  describeCommands,
  loading,
  withoutProject,
} from './commands/index.js';
import { OperatorError, UsageError } from './errors.js';
import { packageVersion } from './package.js';
import type { Command } from './terminal/command.js';
import { print } from './terminal/io.js';
import { runProcess } from './terminal/process.js';

const [name = '--help', ...args] = process.argv.slice(2);

/** The nearest folder with a `main.ts`, here or above; undefined outside of a project. */
function projectAround(folder: string): string | undefined {
  if (existsSync(join(folder, 'main.ts')) && existsSync(join(folder, 'package.json'))) return folder;
  const above = dirname(folder);
  return above === folder ? undefined : projectAround(above);
}

const project = projectAround(process.cwd());
const help = ['--help', '-h', 'help'].includes(name);
const asksForHelp = args.includes('--help') || args.includes('-h');

const readsTypeScript = isTsxThere() || ('typescript' in process.features && process.features.typescript);
if (project !== undefined && loading.has(name) && !asksForHelp && !readsTypeScript) {
  (await import('tsx/esm/api')).register();
}
if (project !== undefined && composing.has(name) && !asksForHelp) {
  // main.ts composes the cluster and runs the command itself.
  process.argv = [process.argv[0] ?? '', join(project, 'main.ts'), name, ...args];
  await import(pathToFileURL(join(project, 'main.ts')).href);
} else {
  await runProcess(entry, project ?? process.cwd(), args);
}

/** Whether tsx is already registered: `start.mjs` does that if there is no compiled package. */
function isTsxThere(): boolean {
  return import.meta.url.endsWith('.ts');
}

async function entry(...[folder, rest, io]: Parameters<Command>): ReturnType<Command> {
  if (help) {
    print(io.stdout, describeCommands());
    return 0;
  }
  if (name === '--version' || name === '-v') {
    print(io.stdout, packageVersion());
    return 0;
  }
  const load = commandNamed(name);
  if (!load) {
    const [near] = closest(name, Object.keys(commands));
    const meant = near === undefined ? '' : `; did you mean ${near}?`;
    throw new UsageError(`unknown command ${name}${meant}\n\n${describeCommands()}`);
  }
  if (project === undefined && !withoutProject.has(name) && !asksForHelp) {
    const todo = 'change to the folder with its main.ts, or create one with `cluster-secrets init`';
    throw new OperatorError([{ where: io.cwd, what: 'is not in a cluster-secrets project', todo }]);
  }
  return (await load())(folder, rest, io);
}
