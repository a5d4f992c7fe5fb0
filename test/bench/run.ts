/**
 * `npm run bench`: how long synth takes, as ratios of figures taken in the same run, each the median of
 * several. Exit code 1 when a ratio is over its bound.
 */
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { stopWhileWriting } from '../killed.js';
import { copyProject, root, runTypeScript } from '../project.js';
import { clusterWith } from './cluster.js';
import { type Run, runOnce, takeTurns } from './measure.js';
import { freshCdk8sApp, projectWith, remove, repositoryWith } from './projects.js';

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, rounds: { type: 'string', default: '5' } },
});
const rounds = Number(options.rounds);
const made: string[] = [];
const rows: { what: string; figure: number; bound: number; unit: string }[] = [];

function note(what: string, figure: number, bound: number, unit = ''): void {
  rows.push({ what, figure, bound, unit });
  if (!options.json) console.error(`${what}: ${figure.toFixed(2)}${unit} (at most ${bound}${unit})`);
}

function make(path: string): string {
  made.push(path);
  return path;
}

const synth = (path: string) => () => runOnce(process.execPath, [...runTypeScript, 'main.ts'], path);

/** The same, with nothing there: every file is written. */
const firstSynth = (path: string) => async (): Promise<Run> => {
  remove(join(path, 'dist'));
  return synth(path)();
};

try {
  const shipped = make(projectWith(0));
  const fresh = make(freshCdk8sApp());
  const cdk8s = join(root, 'node_modules/.bin/cdk8s');
  const start = await takeTurns(
    {
      shipped: firstSynth(shipped),
      cdk8s: () => runOnce(cdk8s, ['synth', '--no-check-upgrade'], fresh),
    },
    rounds,
  );
  note('synth of the shipped project / cdk8s synth of a new app', start.shipped.time / start.cdk8s.time, 0.6);

  const repository = repositoryWith(1000);
  make(repository.top);
  const alone = make(projectWith(10));
  const guarded = await takeTurns(
    { shipped: synth(shipped), alone: synth(alone), big: synth(repository.project) },
    rounds,
  );
  note(
    'time added by 5,000 YAML files around the project, 200 of them with SOPS / synth of the shipped project',
    (guarded.big.time - guarded.alone.time) / guarded.shipped.time,
    0.5,
  );

  const [ten, hundred, thousand] = [10, 100, 1000].map((count) => make(projectWith(count)));
  const scale = await takeTurns(
    {
      ten: firstSynth(ten ?? ''),
      hundred: firstSynth(hundred ?? ''),
      thousand: firstSynth(thousand ?? ''),
      again: synth(thousand ?? ''),
    },
    rounds,
  );
  note('100 app secrets / 10', scale.hundred.time / scale.ten.time, 3);
  note('1,000 app secrets / 10', scale.thousand.time / scale.ten.time, 3);
  note('1,000 app secrets, nothing to change / all to write', scale.again.time / scale.thousand.time, 1);

  const most = make(projectWith(10_000));
  const large = await takeTurns({ most: firstSynth(most) }, Math.min(rounds, 3));
  // No faster than linearly.
  note('10,000 app secrets / 1,000', large.most.time / scale.thousand.time, 10);
  note('10,000 app secrets, memory', large.most.memory ?? Number.NaN, 400, ' MiB');

  const many = make(projectWith(200));
  await firstSynth(many)();
  const cluster = await clusterWith(join(many, 'dist'));
  if (cluster) {
    try {
      const env = { KUBECONFIG: cluster.kubeconfig };
      const status = () => runOnce(process.execPath, [...runTypeScript, 'src/cli.ts', 'status'], many, env);
      const looked = await takeTurns({ status, shipped: synth(shipped) }, rounds);
      note(
        'status of 200 app secrets, from a real API server / synth of the shipped project',
        looked.status.time / looked.shipped.time,
        3,
      );
    } finally {
      await cluster.stop();
    }
  }

  const project = await copyProject();
  make(project.path);
  const killed = await stopWhileWriting(project, 50);
  note('synth stopped at 50 moments: trees that are neither old nor new', killed.neither, 0);
} finally {
  for (const path of made) remove(path);
}

const machine = `${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
if (options.json) {
  console.log(JSON.stringify({ machine, rounds, rows }, null, 2));
} else {
  const table = new Table({ head: ['', 'measured', 'at most'], style: { head: [], border: [] } });
  for (const { what, figure, bound, unit } of rows)
    table.push([what, `${figure.toFixed(2)}${unit}`, `${bound}${unit}`]);
  console.log(`${table.toString()}\n${machine}, medians of ${rounds}`);
}
process.exitCode = rows.every(({ figure, bound }) => figure <= bound) ? 0 : 1;
