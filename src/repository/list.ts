import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../errors.js';
import { git } from './git.js';

/**
 * Lists the files that Flux could get to see: what git tracks or would add, submodules included; without
 * git, all below a folder except node_modules and .git.
 *
 * @param top Absolute path of the repository's top folder, or of the project where there is no repository.
 * @param isRepository Whether it is a git repository.
 * @returns Paths relative to it, with `/`, sorted, and a warning when git can't be asked.
 */
export function listFiles(top: string, isRepository: boolean): { files: string[]; warnings: Problem[] } {
  const warnings: Problem[] = [];
  let paths: string[] | undefined;
  try {
    if (isRepository)
      paths = [...askGit(top, 'ls-files', '-co', '--exclude-standard', '-z'), ...submodules(top)];
  } catch (error) {
    warnings.push({
      where: 'git',
      what: `can't list the files of ${top} (${reason(error)}), so ignored ones are looked at, too`,
      todo: 'correct what it says',
    });
  }
  const files = (paths ?? walk(top, '')).flatMap((path) =>
    // Another repository inside this one.
    path.endsWith('/') ? walk(top, path) : [path],
  );
  return { files: [...new Set(files)].sort(), warnings };
}

/** What git lists, with a NUL byte behind each. */
function askGit(top: string, ...args: string[]): string[] {
  return git(top, args)
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}

/** The addresses of a repository's remotes, in the one form of `plainUrl`. */
export function remotesOf(top: string): Set<string> {
  try {
    const entries = askGit(top, 'config', '-z', '--get-regexp', '^remote\\..*\\.url$');
    return new Set(entries.map((entry) => plainUrl(entry.slice(entry.indexOf('\n') + 1))));
  } catch {
    return new Set();
  }
}

/** The address of a git repository without what differs between ways to reach it. */
export function plainUrl(url: string): string {
  return url
    .trim()
    .replace(/^[a-z+]+:\/\//, '')
    .replace(/^[^@/]+@/, '')
    .replace(/^([^/:]+):(?!\d+\/)/, '$1/')
    .replace(/^([^/:]+):\d+\//, '$1/')
    .replace(/\/$/, '')
    .replace(/\.git$/, '')
    .toLowerCase();
}

/** Their folders, with `/` at the end. */
function submodules(top: string): string[] {
  try {
    // `submodule.NAME.path`, a line break and the path.
    const entries = askGit(top, 'config', '-z', '-f', '.gitmodules', '--get-regexp', '\\.path$');
    return entries.map((entry) => `${entry.split('\n').slice(1).join('\n').replace(/\/+$/, '')}/`);
  } catch {
    return [];
  }
}

/** Links are not followed: Flux does not ship them, and they may go in circles. */
function walk(top: string, folder: string): string[] {
  let entries: ReturnType<typeof readFolder>;
  try {
    entries = readFolder(join(top, folder));
  } catch {
    return [];
  }
  return entries.flatMap((entry) => {
    const path = `${folder}${entry.name}`;
    if (entry.isFile()) return [path];
    if (!entry.isDirectory() || entry.name === 'node_modules' || entry.name === '.git') return [];
    return walk(top, `${path}/`);
  });
}

function readFolder(path: string) {
  return readdirSync(path, { withFileTypes: true });
}

/** The first line of what git said, or why it could not be run. */
function reason(error: unknown): string {
  const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: Buffer };
  if (code === 'ENOENT') return 'git is not installed';
  const [first = 'it failed'] = String(stderr ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return first.replace(/^fatal: /, '');
}
