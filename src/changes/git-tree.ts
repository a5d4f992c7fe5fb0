import { OperatorError } from '../errors.js';
import { isBesideName, originOf } from '../repository/first-line.js';
import { askGit, blobsAt, commitOf } from '../repository/git.js';
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
    const commit = commitOf(top, ref);
    if (commit === undefined) throw unknown(top, `there is no commit ${ref}`);
    return { commit, shown: ref };
  }
  const branch = defaultBranch(top);
  if (branch === undefined)
    throw unknown(top, 'there is no default branch to compare with (origin/HEAD, main or master)');
  const commit = askGit(top, 'merge-base', 'HEAD', branch);
  if (commit === undefined) throw unknown(top, `HEAD and ${branch} have no commit in common`);
  return { commit, shown: `the commit where this branch left ${branch}` };
}

function defaultBranch(top: string): string | undefined {
  const remote = askGit(top, 'symbolic-ref', '--quiet', '--short', 'refs/remotes/origin/HEAD');
  const names = [...(remote === undefined ? [] : [remote]), 'origin/main', 'origin/master', 'main', 'master'];
  return names.find((name) => commitOf(top, name) !== undefined);
}

function unknown(top: string, what: string): OperatorError {
  const shallow = askGit(top, 'rev-parse', '--is-shallow-repository') === 'true';
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
  const files = blobsAt(top, commit, ['--', `${folder}/`], () => true);
  return new Map([...files].map(([path, content]) => [path.slice(folder.length + 1), content]));
}

/**
 * Reads a project's files beside apps at a commit.
 *
 * @param project The name that `projectIn` returns.
 * @returns Content by path from the top of the repository.
 */
export function besideAt(top: string, commit: string, project: string): Files {
  const files = blobsAt(top, commit, [], isBesideName);
  return new Map([...files].filter(([, content]) => originOf(content)?.project === project));
}
