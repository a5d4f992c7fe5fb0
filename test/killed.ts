/** Kills synth while it writes, and looks at what it leaves. */
import { execa } from 'execa';
import { nodeArguments, type Project } from './project.js';

/** How the killed runs ended. */
export interface Killed {
  /** Runs after which `dist/` was the old tree, the new one, or neither. */
  readonly old: number;
  readonly new: number;
  readonly neither: number;
}

/**
 * Counts what a run does to `dist/`, next to it, and to files beside apps; ends it with SIGKILL before the step that
 * KILL_AT names, and tells on standard error how many steps there were when it is not.
 */
export const killer = `data:text/javascript,${encodeURIComponent(`
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
let steps = 0;
for (const name of ['mkdirSync', 'writeFileSync', 'renameSync', 'rmSync']) {
  const step = fs[name];
  fs[name] = (path, ...more) => {
    const place = [path, name === 'renameSync' ? more[0] : ''].join(' ');
    if (/\\/(dist|\\.dist-\\d+(\\.beside)?|externalsecret-[^/]*\\.yaml)(\\/|$| )/.test(place) && steps++ === Number(process.env.KILL_AT)) {
      process.kill(process.pid, 'SIGKILL');
    }
    return step(path, ...more);
  };
}
syncBuiltinESMExports();
process.on('exit', () => console.error(steps));
`)}`;

/**
 * Runs synth again and again, each time from one of two settings to the other, and kills it at moments that are
 * spread over all that it does to `dist/`, from before the first step to after the last.
 *
 * @param project A project whose `src/settings.ts` this may write.
 * @param moments How many runs; at least two.
 */
export async function killWhileWriting(project: Project, moments: number): Promise<Killed> {
  // Between the two, most files of the tree differ.
  const settings = (interval: string) =>
    `export default { refreshInterval: '${interval}', flux: { interval: '${interval}' } };`;
  const synth = async (interval: string, killAt: number) => {
    project.write('src/settings.ts', settings(interval));
    const run = await execa(process.execPath, ['--import', killer, ...nodeArguments('synth')], {
      cwd: project.path,
      env: { KILL_AT: String(killAt) },
      reject: false,
    });
    if (run.exitCode !== 0 && run.signal !== 'SIGKILL') throw new Error(run.stderr);
    return { steps: Number(run.stderr), tree: JSON.stringify(project.tree('dist')) };
  };
  const { tree: one } = await synth('10m', -1);
  const { tree: two, steps } = await synth('20m', -1);
  const count = { old: 0, new: 0, neither: 0 };
  let before = two;
  for (let moment = 0; moment < moments; moment += 1) {
    const next = before === one ? two : one;
    const { tree } = await synth(next === one ? '10m' : '20m', Math.round((steps * moment) / (moments - 1)));
    if (tree === before) count.old += 1;
    else if (tree === next) count.new += 1;
    else count.neither += 1;
    before = tree;
  }
  return count;
}
