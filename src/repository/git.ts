import { execFileSync } from 'node:child_process';

/** Variables that are set in a hook, where they point git to another folder. */
const gitVariables = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_INDEX_FILE', 'GIT_PREFIX', 'GIT_COMMON_DIR'];

/**
 * Runs git.
 *
 * @param folder Absolute path of the working directory.
 * @param input Its standard input. @default - none
 * @returns Its standard output.
 * @throws What `execFileSync` throws if git is not installed or fails; its `stderr` has git's message.
 */
export function git(folder: string, args: readonly string[], input = ''): Buffer {
  const env = Object.entries(process.env).filter(([name]) => !gitVariables.includes(name));
  return execFileSync('git', args, {
    cwd: folder,
    env: Object.fromEntries(env),
    input,
    maxBuffer: 2 ** 30,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

/** Git's output, trimmed; undefined if it fails. */
export function askGit(folder: string, ...args: string[]): string | undefined {
  try {
    return git(folder, args).toString('utf8').trim();
  } catch {
    return undefined;
  }
}

/** The hash of the commit that a ref names; undefined if there is none. */
export function commitOf(folder: string, ref: string): string | undefined {
  return askGit(folder, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);
}

/**
 * Reads files of a commit, with two calls of git.
 *
 * @param where Arguments that limit what `git ls-tree` lists.
 * @returns Content by path from the top.
 */
export function blobsAt(
  top: string,
  commit: string,
  where: readonly string[],
  isWanted: (path: string) => boolean,
): Map<string, Buffer> {
  const listed = git(top, ['ls-tree', '-r', '-z', '--full-tree', commit, ...where]).toString('utf8');
  const entries = listed.split('\0').flatMap((line) => {
    const [, hash, path] = /^\d+ blob (\S+)\t([\s\S]*)$/.exec(line) ?? [];
    return hash === undefined || path === undefined || !isWanted(path) ? [] : [[hash, path] as const];
  });
  if (entries.length === 0) return new Map();
  const out = git(top, ['cat-file', '--batch'], `${entries.map(([hash]) => hash).join('\n')}\n`);
  const files = new Map<string, Buffer>();
  let position = 0;
  for (const [, path] of entries) {
    const end = out.indexOf('\n', position);
    const size = Number(out.toString('utf8', position, end).split(' ')[2]);
    files.set(path, out.subarray(end + 1, end + 1 + size));
    position = end + 1 + size + 1;
  }
  return files;
}
