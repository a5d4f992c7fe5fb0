/** A copy of the project in a temporary folder, for tests through what an operator types. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { execa } from 'execa';
import { commands } from '../src/commands/index.js';
import { Stopped } from '../src/errors.js';
import { tell } from '../src/terminal/command.js';

/** Folder of this repository. */
export const root = join(import.meta.dirname, '..');

const node = process.execPath;
/** How the npm scripts run a TypeScript file. */
export const runTypeScript = ['--import', 'tsx'] as const;

/** What a command printed, and how it ended. */
export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A project that a test may change. */
export interface Project {
  /** Its absolute path. */
  readonly path: string;
  /** Writes a file of the project; folders are made. */
  write(file: string, content: string | Buffer): void;
  remove(file: string): void;
  read(file: string): string;
  /** Files below a folder of the project, relative to it, sorted, with their content. */
  tree(folder: string): Record<string, string>;
  /** Runs a command in this process. */
  run(command: CommandName, args?: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** Runs synth in this process. */
  synth(...args: string[]): Promise<Outcome>;
  /** Runs a command as its npm script does: for what only a process has. */
  spawn(command: CommandName, args?: readonly string[], options?: RunOptions): Promise<Outcome>;
  /** Deletes it; needed only with `keep`. */
  destroy(): void;
}

/** What is typed after `npm run`. */
export type CommandName = keyof typeof commands;

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Stops the command, as Ctrl-C does. Only for `run`. */
  readonly signal?: AbortSignal;
}

/** Where and with what a project is made. */
export interface ProjectOptions {
  /** Folder inside the temporary one, for a project in a bigger repository. @default - the temporary folder itself */
  readonly at?: string;
  /** A folder of `test/examples/` that is laid over the project. @default - none */
  readonly example?: string;
  /** Files of the project to write. @default - none */
  readonly files?: Readonly<Record<string, string | Buffer>>;
  /** Whether to make the temporary folder a git repository. @default false */
  readonly git?: boolean;
  /** Whether it outlives the test that made it. @default false */
  readonly keep?: boolean;
}

/**
 * Copies the project as it ships, without its `dist/` and its tests: what an operator has filled in is left
 * out, so that the tests pass in the operator's repository, too. The copy goes when the test ends, unless it
 * is kept.
 */
export async function makeProject(options: ProjectOptions = {}): Promise<Project> {
  // Only a test has vitest; the bench uses this file, too.
  const { onTestFinished } = await import('vitest');
  const project = await copyProject(options);
  if (!options.keep) onTestFinished(project.destroy);
  return project;
}

/**
 * Links what is in a folder of this repository: a module is then the same one wherever it is imported from. What
 * an operator writes is left out.
 */
function mirror(folder: string, path: string): void {
  mkdirSync(join(path, folder), { recursive: true });
  for (const entry of readdirSync(join(root, folder))) {
    const [from, to] = [join(root, folder, entry), join(path, folder, entry)];
    if (isOperators(from) || /^(platform|secrets)$/.test(entry)) continue;
    symlinkSync(from, to);
  }
}

/** Whether a file of this repository is one that an operator writes. */
function isOperators(file: string): boolean {
  const path = relative(root, file);
  return /^src\/(settings\.ts|secrets\/[^_].*|platform\/.*\.sops\.yaml)$/.test(path);
}

/** The same outside of a test: whoever makes it destroys it. */
export async function copyProject(options: ProjectOptions = {}): Promise<Project> {
  const top = mkdtempSync(join(tmpdir(), 'cluster-secrets-'));
  const destroy = () => rmSync(top, { recursive: true, force: true });
  const path = join(top, options.at ?? '.');
  mkdirSync(path, { recursive: true });
  for (const entry of [
    'main.ts',
    'package.json',
    'tsconfig.json',
    'cdk8s.yaml',
    '.gitignore',
    '.sourceignore',
  ]) {
    cpSync(join(root, entry), join(path, entry));
  }
  symlinkSync(join(root, 'imports'), join(path, 'imports'));
  for (const folder of ['src', 'src/platform', 'src/secrets']) mirror(folder, path);
  cpSync(join(root, 'test/fixtures/shipped'), path, { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(path, 'node_modules'));
  if (options.example !== undefined) {
    cpSync(join(root, 'test/examples', options.example), path, { recursive: true });
  }
  const project: Project = {
    path,
    destroy,
    write(file, content) {
      mkdirSync(dirname(join(path, file)), { recursive: true });
      // Never through a link, into this repository.
      if (realpathSync(dirname(join(path, file))).startsWith(root)) throw new Error(`${file} is a link`);
      writeFileSync(join(path, file), content);
    },
    remove(file) {
      rmSync(join(path, file), { recursive: true });
    },
    read: (file) => readFileSync(join(path, file), 'utf8'),
    tree: (folder) => readTree(join(path, folder)),
    run: (command, args, options) => runInProcess(command, path, args, options),
    synth: (...args) => project.run('synth', args),
    async spawn(command, args = [], { env = {}, input = '' } = {}) {
      const result = await execa(node, [...nodeArguments(command), ...args], {
        cwd: path,
        env,
        input,
        reject: false,
      });
      return { code: result.exitCode ?? -1, out: result.stdout, err: result.stderr };
    },
  };
  for (const [file, content] of Object.entries(options.files ?? {})) project.write(file, content);
  if (options.git) await execa('git', ['init', '--quiet'], { cwd: top });
  return project;
}

/** How node runs a command: synth by main.ts itself, as `cdk8s` and editors would; the others as npm does. */
export function nodeArguments(command: CommandName): string[] {
  return command === 'synth' ? [...runTypeScript, 'main.ts'] : ['src/start.mjs', command];
}

/** Runs a command as `runProcess` does, without a terminal. */
export async function runInProcess(
  name: CommandName,
  project: string,
  args: readonly string[] = [],
  { env = {}, input = '', signal }: RunOptions = {},
): Promise<Outcome> {
  const load = commands[name];
  if (!load) throw new Error(`there is no command ${name}`);
  const command = await load();
  const [stdout, stderr] = [new Collected(), new Collected()];
  const io = {
    cwd: project,
    env: { ...process.env, ...env },
    stdin: Readable.from(input === '' ? [] : [Buffer.from(input)], { objectMode: false }),
    stdout,
    stderr,
    async stoppable<Result>(work: (stop: AbortSignal) => Promise<Result>): Promise<Result> {
      const controller = new AbortController();
      signal?.addEventListener('abort', () => controller.abort(new Stopped()));
      return work(controller.signal);
    },
  };
  const code = await tell(io, () => command(project, args, io));
  return { code, out: stdout.text(), err: stderr.text() };
}

/** Keeps what is written to it. */
class Collected extends Writable {
  readonly #chunks: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.#chunks.push(chunk);
    done();
  }

  /** Without the last line break. */
  text(): string {
    return Buffer.concat(this.#chunks).toString('utf8').replace(/\n$/, '');
  }
}

/** Files below a folder, relative to it, sorted, with their content. */
export function readTree(folder: string, wanted = (_path: string) => true): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter(wanted)
      .filter((path) => statSync(join(folder, path)).isFile())
      .sort()
      .map((path) => [path, readFileSync(join(folder, path), 'utf8')]),
  );
}
