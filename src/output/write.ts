// Deliberately synchronous: awaiting thousands of small files takes longer than writing them.
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { OperatorError } from '../errors.js';
import type { FileTree } from './render.js';

/** A difference between a folder on disk and the files it should have. */
export interface Difference {
  readonly path: string;
  readonly kind: 'missing' | 'changed' | 'stale';
}

/**
 * Compares a folder with the files it should have.
 *
 * @param folder Absolute path; need not exist.
 * @returns The differences, sorted by path; anything but a regular file is stale.
 */
export function compare(folder: string, files: FileTree): Difference[] {
  // A symlink to a correct tree is not what Flux would get.
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found && !found.isDirectory()) return [{ path: '', kind: 'stale' }];
  const differences: Difference[] = [];
  const there = new Set<string>();
  for (const { path, isFile } of list(folder)) {
    there.add(path);
    const wanted = files.get(path);
    if (!wanted || !isFile) differences.push({ path, kind: 'stale' });
    else if (!wanted.equals(readFileSync(join(folder, path)))) differences.push({ path, kind: 'changed' });
  }
  for (const path of files.keys()) if (!there.has(path)) differences.push({ path, kind: 'missing' });
  return differences.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Reads the current content of files that differ.
 *
 * @param folder Absolute path; need not exist.
 */
export function readDiffering(folder: string, differences: readonly Difference[]): FileTree {
  const there = differences.filter(({ path, kind }) => path !== '' && kind !== 'missing');
  return new Map(
    there.flatMap(({ path }) => {
      const file = join(folder, path);
      return lstatSync(file).isFile() ? [[path, readFileSync(file)] as const] : [];
    }),
  );
}

/** Everything below a folder, except non-empty folders. */
function list(folder: string): { path: string; isFile: boolean }[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => ({
    path: relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'),
    isFile: entry.isFile(),
    isFolder: entry.isDirectory(),
  }));
  const parents = new Set(paths.map(({ path }) => dirname(path)));
  return paths.filter(({ path, isFolder }) => !(isFolder && parents.has(path)));
}

/**
 * Atomically makes a folder hold exactly these files: the tree is written next to it, then swapped in. If the run is
 * killed, the folder is either the old tree or the new one.
 *
 * @param folder Absolute path; need not exist. Everything in it belongs to synth.
 * @param ready Called after everything is written, before the swap. @default - none
 * @returns What differed; empty if nothing had to be written.
 * @throws OperatorError if something other than a folder is in the way.
 */
export async function writeTree(
  folder: string,
  files: FileTree,
  ready: () => void = () => {},
): Promise<Difference[]> {
  cleanUp(folder);
  const found = lstatSync(folder, { throwIfNoEntry: false });
  if (found && !found.isDirectory()) {
    throw new OperatorError([
      { where: folder, what: 'is not a folder', todo: 'move it away: synth owns everything in dist/' },
    ]);
  }
  const differences = compare(folder, files);
  if (differences.length === 0 && found) {
    ready();
    return [];
  }
  const staged = besides(folder, process.pid);
  try {
    for (const directory of new Set([...files.keys()].map((path) => dirname(path)))) {
      mkdirSync(join(staged, directory), { recursive: true });
    }
    for (const [path, content] of files) writeFileSync(join(staged, path), content);
    ready();
    if (found) await exchange(staged, folder);
    else renameSync(staged, folder);
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
  return differences;
}

/**
 * Writes files into a folder that synth does not own.
 *
 * @param folder Absolute path.
 * @throws OperatorError if it contains anything else.
 */
export async function writeInto(folder: string, files: FileTree): Promise<void> {
  if (existsSync(folder) && compare(folder, files).some(({ kind }) => kind !== 'missing')) {
    const what = 'is where CDK8S_OUTDIR points, but contains something else';
    throw new OperatorError([{ where: folder, what, todo: 'empty it, or unset CDK8S_OUTDIR' }]);
  }
  await writeTree(folder, files);
}

/** Where a run writes a tree before the swap; git ignores it. */
function besides(folder: string, pid: number): string {
  return join(dirname(folder), `.dist-${pid}`);
}

/** Where a run writes the files beside apps before it moves them there. */
export function stagingBeside(project: string): string {
  return join(project, `.dist-${process.pid}.beside`);
}

/** Swaps two folders. */
async function exchange(staged: string, folder: string): Promise<void> {
  const swapped = await import('fs-native-extensions')
    .then(({ swap }) => swap(staged, folder))
    .then(
      () => true,
      () => false,
    );
  if (swapped) return;
  // If the system can't swap atomically: `cleanUp` restores the old tree if the second rename never happens.
  const old = `${staged}.old`;
  renameSync(folder, old);
  renameSync(staged, folder);
  renameSync(old, staged);
}

/** Removes what killed runs left behind, and restores a tree that one of them had moved away. */
function cleanUp(folder: string): void {
  for (const entry of readdirSync(dirname(folder))) {
    const [, pid, kind] = /^\.dist-(\d+)(\.old|\.beside)?$/.exec(entry) ?? [];
    if (pid === undefined || (Number(pid) !== process.pid && isRunning(Number(pid)))) continue;
    const left = join(dirname(folder), entry);
    if (left === stagingBeside(dirname(folder))) continue;
    if (kind === '.old' && !existsSync(folder)) renameSync(left, folder);
    else rmSync(left, { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
