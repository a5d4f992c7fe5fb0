import { setTimeout as sleep } from 'node:timers/promises';
import { Command as Usage } from 'commander';
import { expectedFrom } from '../cluster/expected.js';
import type { Status } from '../cluster/status.js';
import { OperatorError, UsageError } from '../errors.js';
import { dnsLabel } from '../platform/shape.js';
import { parseArguments } from '../terminal/arguments.js';
import type { Command, ExitCode } from '../terminal/command.js';
import { type Io, print } from '../terminal/io.js';
import { examples } from './examples.js';
import { statusJson, statusText } from './status/text.js';

interface Options {
  readonly namespace?: string;
  readonly watch?: true;
  readonly retry?: true;
  readonly json?: true;
}

const retryLimit = 60_000;
const watchInterval = 2000;

/** `status`: shows the units, the store and every ExternalSecret that uses it. */
export const status: Command = async (project, args, io) => {
  const command = new Usage('npm run status --')
    .description('Show the units, the store and every ExternalSecret that uses it. Never reads a Secret.')
    .option('-n, --namespace <name>', 'show only the ExternalSecrets in this namespace')
    .option('--watch', 'keep watching until Ctrl-C')
    .option('--retry', 'make External Secrets Operator retry what fails now, and wait for the result')
    .option('--json', 'print JSON instead of a table')
    .addHelpText('after', examples('', '-n monitoring --watch', '--retry'));
  const options = parseArguments<Options>(command, args, io);
  if (!options) return 0;
  const { namespace } = options;
  if (namespace !== undefined && !dnsLabel().safeParse(namespace).success) {
    throw new UsageError('-n must be the name of a namespace');
  }
  if (options.watch && options.retry) throw new UsageError('--watch and --retry are mutually exclusive');

  // The Kubernetes client takes half a second to load.
  const { connect } = await import('../cluster/connection.js');
  const { retry } = await import('../cluster/retry.js');
  const { readStatus } = await import('../cluster/status.js');
  const written = (status: Status) => (options.json ? statusJson(status) : statusText(status, new Date()));
  // With --json, standard output is JSON even on errors.
  const nothing = (error: unknown): Status => {
    if (!(error instanceof OperatorError) || !options.json) throw error;
    return { ready: false, notes: error.message.split('\n'), warnings: [], rows: [] };
  };
  const look = async () => {
    const expected = expectedFrom(project);
    const connection = connect(io.env);
    const read = () => readStatus(connection, expected, namespace);
    if (options.watch) return watch(io, () => read().catch(nothing), written);
    const report = (line: string) => print(io.stderr, line);
    const seen = options.retry ? await retry(connection, read, report, retryLimit) : await read();
    return said(seen);
  };
  const said = (status: Status): ExitCode => {
    print(io.stdout, written(status));
    return status.ready ? 0 : 1;
  };
  return look().catch((error) => said(nothing(error)));
};

/** Redraws on a terminal; prints only changes to a pipe. Failed requests are retried. */
function watch(
  { stdout, stoppable }: Io,
  read: () => Promise<Status>,
  written: (status: Status) => string,
): Promise<ExitCode> {
  return stoppable(async (signal) => {
    let last = '';
    for (;;) {
      const { ready, text, news } = await look(read, written);
      if (stdout.isTTY) print(stdout, `\u001b[2J\u001b[H${text}`);
      else if (news !== last) print(stdout, text);
      last = news;
      await sleep(watchInterval, undefined, { signal }).catch(() => {});
      if (signal.aborted) return ready ? 0 : 1;
    }
  });
}

/** `news` is what counts as a change in a pipe: ages, which always change, are left out. */
async function look(read: () => Promise<Status>, written: (status: Status) => string) {
  try {
    const status = await read();
    const rows = status.rows.map(({ kind, name, ready, message }) => `${kind}${name}${ready}${message}`);
    return { ready: status.ready, text: written(status), news: [...rows, ...status.notes].join() };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    return { ready: false, text: error.message, news: error.message };
  }
}
