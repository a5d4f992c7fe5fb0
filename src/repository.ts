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
 * Finds the git repository that a folder is in, by its `.git`, as git does. git itself is not asked: it may
 * not be there, may not trust the folder's owner, and in a hook its environment is about another folder.
 *
 * @param folder Absolute path.
 * @returns undefined when the folder is in no repository.
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

/** A folder with a HEAD, or a file that names one: https://git-scm.com/docs/gitrepository-layout */
function isRepository(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory()) return existsSync(join(path, 'HEAD'));
  return found?.isFile() === true && readFileSync(path, 'utf8').startsWith('gitdir:');
}
