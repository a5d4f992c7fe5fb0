import { isBesideName, originOf } from '../beside/first-line.js';
import { OperatorError } from '../errors.js';
import { git } from '../repository/git.js';
import type { Files } from './tree.js';

/** A commit to compare with. */
export interface Base {
  /** Its hash. */
  readonly commit: string;
  /** The ref as given, or why this commit was chosen. */
  readonly shown: string;
}

/**
 * Finds the commit to compare with.
 *
 * @param top Absolute path of the repository.
 * @param ref Any ref that git understands. @default - the merge base with the default branch
 * @throws OperatorError if there is no such commit.
 */
export function findBase(top: string, ref: string | undefined): Base {
  if (ref !== undefined) {
    const commit = ask(top, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`);
    if (commit === undefined) throw unknown(top, `there is no commit ${ref}`);
    return { commit, shown: ref };
  }
  const branch = defaultBranch(top);
  if (branch === undefined)
    throw unknown(top, 'there is no default branch to compare with (origin/HEAD, main or master)');
  const commit = ask(top, 'merge-base', 'HEAD', branch);
  if (commit === undefined) throw unknown(top, `HEAD and ${branch} have no commit in common`);
  return { commit, shown: `where this branch left ${branch}` };
}

function defaultBranch(top: string): string | undefined {
  const remote = ask(top, 'symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD');
  const names = [...(remote === undefined ? [] : [remote]), 'origin/main', 'origin/master', 'main', 'master'];
  return names.find((name) => ask(top, 'rev-parse', '--verify', '--quiet', `${name}^{commit}`) !== undefined);
}

function unknown(top: string, what: string): OperatorError {
  const shallow = ask(top, 'rev-parse', '--is-shallow-repository') === 'true';
  const todo = shallow
    ? 'the clone is shallow: fetch more history (`fetch-depth: 0` in actions/checkout, or `git fetch --unshallow`)'
    : 'name another commit: `cluster-secrets diff REF`';
  return new OperatorError([{ where: 'git', what, todo }]);
}

/**
 * Reads the files of a folder at a commit.
 *
 * @param folder Relative to the top, with `/`.
 * @returns Content by path relative to the folder; empty if the commit has no such folder.
 */
export function filesAt(top: string, commit: string, folder: string): Files {
  const files = read(top, commit, ['--', `${folder}/`], () => true);
  return new Map([...files].map(([path, content]) => [path.slice(folder.length + 1), content]));
}

/**
 * Reads a project's files beside apps at a commit.
 *
 * @param project The name that `projectIn` returns.
 * @returns Content by path from the top of the repository.
 */
export function besideAt(top: string, commit: string, project: string): Files {
  const files = read(top, commit, [], isBesideName);
  return new Map([...files].filter(([, content]) => originOf(content)?.project === project));
}

/** Files of a commit, keyed by path from the top. */
function read(
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

/** Git's output, trimmed; undefined if it fails. */
function ask(top: string, ...args: string[]): string | undefined {
  try {
    return git(top, args).toString('utf8').trim();
  } catch {
    return undefined;
  }
}
