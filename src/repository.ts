import { execFileSync } from 'node:child_process';

/** The git repository around a folder. */
export interface Repository {
  /** Absolute path of its top folder. */
  readonly top: string;
  /** The folder, relative to the top: '' or `clusters/home/`. */
  readonly prefix: string;
}

/**
 * Asks git which repository a folder is in.
 *
 * @param folder Absolute path.
 * @returns undefined when git is not installed, or the folder is in no repository.
 */
export function findRepository(folder: string): Repository | undefined {
  try {
    const answer = execFileSync('git', ['rev-parse', '--show-toplevel', '--show-prefix'], {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const [top = '', prefix = ''] = answer.split('\n');
    return { top, prefix };
  } catch {
    return undefined;
  }
}
