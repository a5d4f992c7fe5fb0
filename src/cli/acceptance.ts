import { join } from 'node:path';
import { Command } from 'commander';
import type { Acceptance } from '../cluster/trials.js';
import { problemLine, UsageError } from '../errors.js';
import { checkAppSecret } from '../platform/app-secret-shape.js';
import { loadSettings, type ResolvedSettings } from '../platform/settings.js';
import { stoppable } from '../stoppable.js';
import { parseArguments } from './arguments.js';
import { oneLine, plainTable } from './plain-table.js';
import { run } from './run.js';

interface Options {
  readonly item: string;
  readonly field?: string;
  readonly namespace?: string;
  readonly yes?: true;
  readonly json?: true;
}

const project = join(import.meta.dirname, '../..');

/** Which flag said a field of an app secret; the rest comes from `--field`. */
const flags: Record<string, string> = { item: '--item', namespace: '--namespace' };

await run(async () => {
  const command = new Command('npm run acceptance --')
    .description(
      'Proves on the cluster what this project promises. It makes three ExternalSecrets in a namespace of their own, removes them again, and reads no value of a Secret.',
    )
    .requiredOption('--item <title>', 'an item that is in 1Password, by its title or ID')
    .option('--field <label>', 'one of its fields; left out, all of them')
    .option('-n, --namespace <name>', 'a namespace that is there, instead of one made for it')
    .option('--yes', 'do not ask before the first write')
    .option('--json', 'print JSON instead of a table');
  const options = parseArguments<Options>(command, process.argv.slice(2));
  if (!options) return 0;
  if (!options.yes && !process.stdin.isTTY) {
    throw new UsageError('this writes to the cluster, and there is no terminal to ask: say --yes');
  }
  const settings = await loadSettings(project);
  checkOptions(options, settings);

  // A terminal that was closed takes no more lines.
  process.stderr.on('error', () => {});
  // The client of Kubernetes takes half of a second to load.
  const { accept } = await import('../cluster/acceptance.js');
  const { connect } = await import('../cluster/connection.js');
  // Whatever was made is removed first.
  const acceptance = await stoppable((signal) =>
    accept({
      connection: connect(),
      namespace: settings.namespace,
      context: { storeName: settings.store.name, refreshInterval: settings.refreshInterval },
      item: options.item,
      field: options.field,
      canaryNamespace: options.namespace,
      confirm: async (question) => options.yes ?? ask(question, signal),
      report: (line) => console.error(oneLine(line)),
      signal,
    }),
  );
  console.log(options.json ? json(acceptance) : table(acceptance));
  return passed(acceptance) ? 0 : 1;
});

/** @throws UsageError for what could not become an ExternalSecret, or could not use the store. */
function checkOptions({ item, field, namespace }: Options, settings: ResolvedSettings): void {
  const secret = {
    namespace: namespace ?? 'acceptance',
    name: 'acceptance',
    item,
    keys: field === undefined ? 'all' : { value: field },
  };
  const checked = checkAppSecret(secret, 'arguments');
  if ('problems' in checked) {
    const lines = checked.problems.map(({ where, ...problem }) => {
      const field = where.split(': ').at(-1) ?? '';
      return problemLine({ where: flags[field] ?? '--field', ...problem });
    });
    throw new UsageError(lines.join('\n'));
  }
  const { namespaces } = settings.store;
  if (namespaces && !(namespace !== undefined && namespaces.includes(namespace))) {
    throw new UsageError(
      `the store serves only the namespaces ${namespaces.join(', ')} (store.namespaces in src/settings.ts): say --namespace with one of them`,
    );
  }
}

async function ask(message: string, signal: AbortSignal): Promise<boolean> {
  const { confirm } = await import('@inquirer/prompts');
  // On stderr: standard output is the result's.
  const context = { output: process.stderr, signal };
  return confirm({ message, default: false }, context).catch((error) => {
    if (error.name === 'ExitPromptError' || error.name === 'AbortPromptError') return false;
    throw error;
  });
}

function passed({ criteria, left }: Acceptance): boolean {
  return left.length === 0 && criteria.every((criterion) => criterion.passed);
}

function table({ criteria, left }: Acceptance): string {
  const rows = criteria.map(({ name, passed, seconds, message }) => [
    passed ? 'pass' : 'FAIL',
    name,
    `${seconds.toFixed(2)}s`,
    message,
  ]);
  const failed = criteria.filter((criterion) => !criterion.passed).length;
  const summary =
    failed === 0 ? `all ${criteria.length} passed` : `${failed} of ${criteria.length} did not pass`;
  return [plainTable(['RESULT', 'CRITERION', 'TIME', 'MESSAGE'], rows), ...left, summary].join('\n');
}

function json(acceptance: Acceptance): string {
  const { criteria, left } = acceptance;
  return JSON.stringify({ passed: passed(acceptance), criteria, left }, null, 2);
}
