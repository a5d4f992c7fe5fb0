import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stagingBeside } from '../output/write.js';
import type { BesidePlan } from './plan.js';

/**
 * Writes the files beside apps together with `dist/`. Everything is staged first, then moved into place; new files
 * come before deletions, so that every app secret is always in some file. If a run is killed in between, the next one
 * completes it, because everything follows from the declarations.
 *
 * @param top Absolute path of the repository's top folder.
 * @param project Absolute path of the project. Files are staged below it, so that a killed run leaves nothing in
 *   the folder of an app.
 * @param writeDist Writes `dist/`, and calls `ready` before swapping it in.
 * @returns What `writeDist` returns.
 */
export async function writeBeside<Result>(
  top: string,
  project: string,
  { files, differences }: Pick<BesidePlan, 'files' | 'differences'>,
  writeDist: (ready?: () => void) => Promise<Result>,
): Promise<Result> {
  if (differences.length === 0) return writeDist();
  const written = differences.filter(({ kind }) => kind !== 'stale');
  const staged = stagingBeside(project);
  try {
    mkdirSync(staged, { recursive: true });
    for (const [index, { path }] of written.entries()) {
      writeFileSync(join(staged, `${index}.yaml`), files.get(path) ?? '');
    }
    const result = await writeDist(() => {
      for (const [index, { path }] of written.entries()) {
        renameSync(join(staged, `${index}.yaml`), join(top, path));
      }
    });
    for (const { path, kind } of differences) if (kind === 'stale') rmSync(join(top, path), { force: true });
    return result;
  } finally {
    rmSync(staged, { recursive: true, force: true });
  }
}
