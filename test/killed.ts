/** Kills synth at random moments and looks at what it leaves. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { nodeArguments, type Project } from './project.js';

/** How the killed runs ended. */
export interface Killed {
  /** Runs after which `dist/` was the old tree, the new one, or neither. */
  readonly old: number;
  readonly new: number;
  readonly neither: number;
}

/**
 * Runs synth again and again, each time from one of two settings to the other, and sends SIGKILL at a
 * random moment of its life.
 *
 * @param project A project whose `src/settings.ts` this may write.
 * @param moments How many runs.
 */
export async function killAtRandom(project: Project, moments: number): Promise<Killed> {
  const settings = (vault: string) => `export default { vaults: ['${vault}'] };`;
  const trees: Record<string, string>[] = [];
  for (const vault of ['one', 'two']) {
    project.write('src/settings.ts', settings(vault));
    const started = Date.now();
    await project.spawn('synth');
    trees.push({ ...project.tree('dist'), lasted: String(Date.now() - started) });
  }
  const [one, two] = trees.map(({ lasted, ...tree }) => JSON.stringify(tree));
  const lasted = Number(trees[1]?.['lasted']);
  const count = { old: 0, new: 0, neither: 0 };
  for (let moment = 0; moment < moments; moment += 1) {
    const before = JSON.stringify(project.tree('dist'));
    project.write('src/settings.ts', settings(before === one ? 'two' : 'one'));
    const child = spawn(process.execPath, nodeArguments('synth'), {
      cwd: project.path,
      stdio: 'ignore',
    });
    const ended = once(child, 'exit');
    // Most of a run is start-up: most moments are taken from its last third, where it writes.
    await Promise.race([
      ended,
      sleep(lasted * (moment % 4 === 0 ? Math.random() : 0.5 + 0.5 * Math.random())),
    ]);
    child.kill('SIGKILL');
    await ended;
    const after = JSON.stringify(project.tree('dist'));
    if (after === before) count.old += 1;
    else if (after === (before === one ? two : one)) count.new += 1;
    else count.neither += 1;
  }
  return count;
}
