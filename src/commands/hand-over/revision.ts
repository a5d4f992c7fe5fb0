import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OwnedObjects } from '../../cluster/flux-owned.js';
import { OperatorError } from '../../errors.js';
import { blobsAt, commitOf, git } from '../../repository/git.js';

/**
 * The commit that Flux last applied, if this clone has it.
 *
 * @param top Absolute path of the repository.
 * @param source Name of the Flux source of the project.
 * @param since The commit, if the user names it.
 * @throws OperatorError if it is unknown, because what the push changes is then unknown as well.
 */
export function appliedRevision(
  top: string,
  { kustomizations }: OwnedObjects,
  source: string,
  since: string | undefined,
): string {
  if (since !== undefined) {
    const commit = commitOf(top, since);
    if (commit !== undefined) return commit;
    throw new OperatorError([
      { where: '--since', what: `'${since}' is not a commit of this repository`, todo: 'correct it' },
    ]);
  }
  const applied = [...kustomizations.values()]
    .filter(({ spec }) => spec?.sourceRef?.name === source)
    .flatMap(({ status }) => [status?.lastAppliedOriginRevision, status?.lastAppliedRevision])
    .flatMap((revision) => /sha1:([0-9a-f]{40})$/.exec(String(revision))?.[1] ?? []);
  const known = [...new Set(applied)].filter((commit) => commitOf(top, commit) !== undefined);
  if (known.length === 0) {
    const todo = 'run `git fetch`, or say with --since which commit Flux has applied';
    throw new OperatorError([
      { where: `the source ${source}`, what: 'is at a commit that this clone does not have', todo },
    ]);
  }
  // The oldest: what any of them has not applied yet counts as part of the push.
  const sorted = git(top, ['rev-list', '--no-walk=sorted', ...known])
    .toString('utf8')
    .trim()
    .split('\n');
  return sorted.at(-1) ?? 'HEAD';
}

/**
 * Checks a commit out into a temporary folder, and removes it afterwards.
 *
 * @param top Absolute path of the repository.
 * @param look Receives the folder.
 */
export function atRevision<Result>(top: string, commit: string, look: (folder: string) => Result): Result {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-secrets-'));
  const tree = join(folder, 'tree');
  try {
    git(top, ['-c', 'core.hooksPath=/dev/null', 'worktree', 'add', '--quiet', '--detach', tree, commit]);
    return look(tree);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    git(top, ['worktree', 'prune']);
  }
}

/** The content at a commit of the files that the working tree changes or lacks. */
export function changedSince(top: string, commit: string): string[] {
  const listed = git(top, ['diff', '--name-only', '--no-renames', '-z', commit]).toString('utf8');
  const names = new Set(listed.split('\0'));
  const before = blobsAt(top, commit, [], (path) => names.has(path));
  return [...before.values()].map((content) => content.toString('latin1'));
}
