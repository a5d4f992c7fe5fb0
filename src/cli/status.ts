import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { Status } from '../cluster/status.js';
import { OperatorError, problemLine, UsageError } from '../errors.js';
import { composeProject } from '../platform/project.js';
import { dnsLabel } from '../platform/shape.js';
import { parseArguments } from './arguments.js';
import { run } from './run.js';
import { statusJson, statusText } from './status-table.js';

interface Options {
  readonly namespace?: string;
  readonly watch?: true;
  readonly retry?: true;
  readonly json?: true;
}

const project = join(import.meta.dirname, '../..');
const retryLimit = 60_000;
const watchInterval = 2000;

await run(async () => {
  const command = new Command('npm run status --')
    .description('Shows the units, the store and every ExternalSecret that uses it. It reads no Secret.')
    .option('-n, --namespace <name>', 'only the ExternalSecrets of this namespace')
    .option('--watch', 'go on looking, until Ctrl-C')
    .option('--retry', 'make External Secrets Operator look at once at what fails, and wait for the result')
    .option('--json', 'print JSON instead of a table');
  const options = parseArguments<Options>(command, process.argv.slice(2));
  if (!options) return 0;
  const { namespace } = options;
  if (namespace !== undefined && !dnsLabel().safeParse(namespace).success) {
    throw new UsageError('-n takes the name of a namespace');
  }
  if (options.watch && options.retry) throw new UsageError('--watch and --retry: write one of the two');

  // The client of Kubernetes takes half of a second to load.
  const { connect } = await import('../cluster/connection.js');
  const { retry } = await import('../cluster/retry.js');
  const { readStatus } = await import('../cluster/status.js');
  const { settings, platform, problems } = await composeProject(project);
  const connection = connect();
  const expected = {
    fluxNamespace: settings.flux.namespace,
    units: platform.units.map(({ unitName }) => unitName),
    namespace: settings.namespace,
    store: settings.store.name,
  };
  // Where the project's files are wrong, what is looked for may be, too.
  const wrong = problems.map(problemLine);
  const read = async (): Promise<Status> => {
    const status = await readStatus(connection, expected, namespace);
    return { ...status, notes: [...wrong, ...status.notes], ready: status.ready && wrong.length === 0 };
  };
  const print = (status: Status) => (options.json ? statusJson(status) : statusText(status, new Date()));

  if (options.watch) return watch(read, print);
  const status = options.retry ? await retry(connection, read, console.error, retryLimit) : await read();
  console.log(print(status));
  return status.ready ? 0 : 1;
});

/** In place on a terminal; in a pipe only what changed. A question without an answer is asked again. */
async function watch(read: () => Promise<Status>, print: (status: Status) => string): Promise<0 | 1> {
  let stopped = false;
  process.once('SIGINT', () => {
    stopped = true;
  });
  let last = '';
  for (;;) {
    const { ready, text, news } = await look(read, print);
    if (process.stdout.isTTY) process.stdout.write(`\u001b[2J\u001b[H${text}\n`);
    else if (news !== last) console.log(text);
    last = news;
    if (!stopped) await sleep(watchInterval);
    if (stopped) return ready ? 0 : 1;
  }
}

/** Ages move on by themselves: they are no news in a pipe. */
async function look(read: () => Promise<Status>, print: (status: Status) => string) {
  try {
    const status = await read();
    const rows = status.rows.map(({ kind, name, ready, message }) => `${kind}${name}${ready}${message}`);
    return { ready: status.ready, text: print(status), news: [...rows, ...status.notes].join() };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { ready: false, text: error.message, news: error.message };
  }
}
