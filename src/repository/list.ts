import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../errors.js';
import { git } from './git.js';

/**
 * Lists the files that Flux could see: those that git tracks or would add, including submodules; without git, all
 * below a folder except node_modules and .git.
 *
 * @param top Absolute path of the repository's top folder, or of the project without a repository.
 * @param isRepository Whether it is a git repository.
 * @returns Sorted paths relative to it, with `/`, and a warning if git fails.
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
      what: `can't list the files of ${top} (${reason(error)}), so ignored files are checked as well`,
      todo: 'fix that first',
    });
  }
  const files = (paths ?? walk(top, '')).flatMap((path) =>
    // A nested repository.
    path.endsWith('/') ? walk(top, path) : [path],
  );
  return { files: [...new Set(files)].sort(), warnings };
}

/** Runs git and splits its NUL-terminated output. */
function askGit(top: string, ...args: string[]): string[] {
  return git(top, args)
    .toString('utf8')
    .split('\0')
    .filter((path) => path !== '');
}

/** The URLs of a repository's remotes, in the form of `plainUrl`. */
export function remotesOf(top: string): Set<string> {
  try {
    const entries = askGit(top, 'config', '-z', '--get-regexp', '^remote\\..*\\.url$');
    return new Set(entries.map((entry) => plainUrl(entry.slice(entry.indexOf('\n') + 1))));
  } catch {
    return new Set();
  }
}

/** The URL of a git repository without protocol, user, port and `.git`, for comparison. */
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

/** The folders of submodules, with a trailing `/`. */
function submodules(top: string): string[] {
  try {
    // `submodule.NAME.path`, a line break and the path.
    const entries = askGit(top, 'config', '-z', '-f', '.gitmodules', '--get-regexp', '\\.path$');
    return entries.map((entry) => `${entry.split('\n').slice(1).join('\n').replace(/\/+$/, '')}/`);
  } catch {
    return [];
  }
}

/** Does not follow symbolic links: Flux does not ship them, and they may form cycles. */
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

/** The first line of git's error message, or why git could not be run. */
function reason(error: unknown): string {
  const { code, stderr } = error as NodeJS.ErrnoException & { stderr?: Buffer };
  if (code === 'ENOENT') return 'git is not installed';
  const [first = 'it failed'] = String(stderr ?? '')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return first.replace(/^fatal: /, '');
}
