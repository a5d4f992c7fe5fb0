import { setTimeout as sleep } from 'node:timers/promises';
import { Command as Usage } from 'commander';
import { expectedFrom } from '../cluster/expected.js';
import type { Status } from '../cluster/status.js';
import { OperatorError, UsageError } from '../errors.js';
import { dnsLabel } from '../platform/shape.js';
import { parseArguments } from '../terminal/arguments.js';
import type { Command, ExitCode } from '../terminal/command.js';
import { type Io, print } from '../terminal/io.js';
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
    .description('Shows the units, the store and every ExternalSecret that uses it. It reads no Secret.')
    .option('-n, --namespace <name>', 'only the ExternalSecrets of this namespace')
    .option('--watch', 'go on looking, until Ctrl-C')
    .option('--retry', 'make External Secrets Operator look at once at what fails, and wait for the result')
    .option('--json', 'print JSON instead of a table');
  const options = parseArguments<Options>(command, args, io);
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
  const written = (status: Status) => (options.json ? statusJson(status) : statusText(status, new Date()));
  // Who reads JSON reads it whatever is wrong.
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

/** In place on a terminal; in a pipe only what changed. A question without an answer is asked again. */
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

/** Ages move on by themselves: they are no news in a pipe. */
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
