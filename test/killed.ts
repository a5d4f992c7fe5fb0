/** Stops synth while it writes, as SIGKILL would, and looks at what it leaves. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import type { Project } from './project.js';

/** How the stopped runs ended. */
export interface Killed {
  /** Runs after which `dist/` was the old tree, the new one, or neither. */
  readonly old: number;
  readonly new: number;
  readonly neither: number;
}

/** What synth writes: `dist/`, what stands next to it until it is swapped in, and files beside apps. */
const written = /\/(dist|\.dist-\d+(\.old|\.beside)?|externalsecret-[^/]*\.yaml)(\/|$)/;

/**
 * Runs something in this process in which only so many steps that change what synth writes take effect; each later
 * one throws, those of `finally` blocks, too, so nothing more reaches the disk. A real SIGKILL leaves the same, but
 * takes a process each time.
 *
 * @param steps How many steps take effect. @default - all
 * @returns How many took effect, and whether another one was stopped.
 */
export async function stopAfter(
  work: () => Promise<unknown>,
  steps = Number.POSITIVE_INFINITY,
): Promise<{ taken: number; isKilled: boolean }> {
  let taken = 0;
  let isKilled = false;
  const killed = new Error('killed');
  const { mkdirSync, writeFileSync, renameSync, rmSync } = fs;
  const real = { mkdirSync, writeFileSync, renameSync, rmSync };
  const step = (...paths: fs.PathLike[]) => {
    if (!paths.some((path) => written.test(String(path)))) return;
    if (taken >= steps) {
      isKilled = true;
      throw killed;
    }
    taken += 1;
  };
  Object.assign(fs, {
    mkdirSync(...args: Parameters<typeof mkdirSync>) {
      step(args[0]);
      return mkdirSync(...args);
    },
    writeFileSync(...args: Parameters<typeof writeFileSync>) {
      step(String(args[0]));
      writeFileSync(...args);
    },
    renameSync(from: fs.PathLike, to: fs.PathLike) {
      step(from, to);
      renameSync(from, to);
    },
    rmSync(...args: Parameters<typeof rmSync>) {
      step(args[0]);
      rmSync(...args);
    },
  });
  syncBuiltinESMExports();
  try {
    await work();
  } catch (error) {
    if (error !== killed) throw error;
  } finally {
    Object.assign(fs, real);
    syncBuiltinESMExports();
  }
  return { taken, isKilled };
}

/**
 * Runs synth again and again, each time from one of two settings to the other, and stops it at moments that are
 * spread over all that it does to `dist/`, from before the first step to after the last.
 *
 * @param project A project whose `src/settings.ts` this may write.
 * @param moments How many runs; at least two.
 */
export async function stopWhileWriting(project: Project, moments: number): Promise<Killed> {
  // Between the two, most files of the tree differ.
  const synth = async (interval: string, steps?: number) => {
    const settings = { refreshInterval: interval, flux: { interval } };
    project.write('src/settings.ts', `export default ${JSON.stringify(settings)};`);
    const { taken } = await stopAfter(() => project.synth(), steps);
    return { taken, tree: JSON.stringify(project.tree('dist')) };
  };
  const { tree: one } = await synth('10m');
  const { tree: two, taken } = await synth('20m');
  const count = { old: 0, new: 0, neither: 0 };
  let before = two;
  for (let moment = 0; moment < moments; moment += 1) {
    const next = before === one ? two : one;
    const { tree } = await synth(next === one ? '10m' : '20m', Math.round((taken * moment) / (moments - 1)));
    if (tree === before) count.old += 1;
    else if (tree === next) count.new += 1;
    else count.neither += 1;
    before = tree;
  }
  return count;
}
