/** Kills synth at random moments and looks at what it leaves. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
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
 * Runs synth again and again, each time from one of two settings to the other, and sends SIGKILL: at once,
 * after the end, and in between at random moments, most of them while it writes.
 *
 * @param project A project whose `src/settings.ts` this may write.
 * @param moments How many runs; at least three.
 */
export async function killAtRandom(project: Project, moments: number): Promise<Killed> {
  const settings = (vault: string) => `export default { vaults: ['${vault}'] };`;
  const trees: string[] = [];
  for (const vault of ['one', 'two']) {
    project.write('src/settings.ts', settings(vault));
    await project.spawn('synth');
    trees.push(JSON.stringify(project.tree('dist')));
  }
  const [one, two] = trees;
  const count = { old: 0, new: 0, neither: 0 };
  // How long a run is alive after it began to write, in milliseconds.
  let writing = 50;
  for (let moment = 0; moment < moments; moment += 1) {
    const before = JSON.stringify(project.tree('dist'));
    project.write('src/settings.ts', settings(before === one ? 'two' : 'one'));
    const child = spawn(process.execPath, nodeArguments('synth'), { cwd: project.path, stdio: 'ignore' });
    const ended = once(child, 'exit').then(() => true);
    if (moment === 1) {
      const began = await untilWriting(project, ended);
      await ended;
      writing = Date.now() - began;
    } else if (moment > 1) {
      await untilWriting(project, ended);
      await Promise.race([ended, sleep(writing * Math.random())]);
    }
    child.kill('SIGKILL');
    await ended;
    const after = JSON.stringify(project.tree('dist'));
    if (after === before) count.old += 1;
    else if (after === (before === one ? two : one)) count.new += 1;
    else count.neither += 1;
  }
  return count;
}

/** Waits until there is something beside `dist/`, or the run has ended; gives the time. */
async function untilWriting({ path }: Project, ended: Promise<boolean>): Promise<number> {
  const over = () => Promise.race([ended, sleep(1, false)]);
  while (!readdirSync(path).some((entry) => entry.startsWith('.dist-')) && !(await over()));
  return Date.now();
}
