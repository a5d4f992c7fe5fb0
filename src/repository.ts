import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** The git repository around a folder. */
export interface Repository {
  /** Absolute path of its top folder. */
  readonly top: string;
  /** The folder, relative to the top: '' or `clusters/home/`. */
  readonly prefix: string;
}

/**
 * Finds the git repository around a folder by its `.git`. It does not run git, which may not be installed, may not
 * trust the folder's owner, and in a hook has an environment that points to another folder.
 *
 * @param folder Absolute path.
 * @returns undefined if the folder is not in a repository.
 */
export function findRepository(folder: string): Repository | undefined {
  const start = realpathSync(folder);
  for (let top = start; ; top = dirname(top)) {
    if (isRepository(join(top, '.git'))) {
      const path = relative(top, start).split(sep).join('/');
      return { top, prefix: path === '' ? '' : `${path}/` };
    }
    if (top === dirname(top)) return undefined;
  }
}

/** A git directory, or a file that points to one: https://git-scm.com/docs/gitrepository-layout */
function isRepository(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return existsSync(join(path, 'HEAD'));
  return found?.isFile() === true && readFileSync(path, 'utf8').startsWith('gitdir:');
}
