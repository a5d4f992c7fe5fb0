import { Command as Usage } from 'commander';
import type { Acceptance } from '../cluster/trials.js';
import { OperatorError, problemLine, UsageError } from '../errors.js';
import { checkAppSecret } from '../platform/app-secret-shape.js';
import { connectNamespace, operatorNamespace } from '../platform/context.js';
import { loadSettings } from '../platform/resolve-settings.js';
import type { ResolvedSettings } from '../platform/settings-schema.js';
import { parseArguments } from '../terminal/arguments.js';
import type { Command } from '../terminal/command.js';
import { type Io, print } from '../terminal/io.js';
import { prompts } from '../terminal/prompts.js';
import { oneLine, plainTable } from '../terminal/table.js';
import { examples } from './examples.js';

interface Options {
  readonly item: string;
  readonly field?: string;
  readonly namespace?: string;
  readonly yes?: true;
  readonly json?: true;
}

/** The flag behind each field of the app secret; all others come from `--field`. */
const flags: Record<string, string> = { item: '--item', namespace: '--namespace' };

/** `acceptance`: tests on the cluster what the project promises. */
export const acceptance: Command = async (project, args, io) => {
  const command = new Usage('npm run acceptance --')
    .description(
      'Test the installation with a real 1Password item: check that Secrets arrive and that failures are reported. Creates three ExternalSecrets in a temporary namespace, deletes them again, and never reads the value of a Secret.',
    )
    .requiredOption('--item <title>', 'title or ID of an existing 1Password item (required)')
    .option('--field <label>', 'label of one of its fields (default: all fields)')
    .option('-n, --namespace <name>', 'use this existing namespace instead of a temporary one')
    .option('--yes', 'skip the confirmation prompt')
    .option('--json', 'print JSON instead of a table')
    .addHelpText('after', examples('--item Grafana', '--item Grafana --field password --yes --json'));
  const options = parseArguments<Options>(command, args, io);
  if (!options) return 0;
  if (!options.yes && !io.stdin.isTTY) {
    throw new UsageError('this writes to the cluster, and there is no terminal to confirm on: add --yes');
  }
  try {
    const outcome = await prove(project, options, io);
    print(io.stdout, options.json ? json(outcome) : table(outcome));
    return passed(outcome) ? 0 : 1;
  } catch (error) {
    // With --json, standard output is JSON even on errors.
    if (!(error instanceof OperatorError) || !options.json) throw error;
    print(io.stdout, json(undefined, error.message.split('\n')));
    return 1;
  }
};

async function prove(project: string, options: Options, io: Io): Promise<Acceptance> {
  const settings = await loadSettings(project);
  checkOptions(options, settings);
  // The Kubernetes client takes half a second to load.
  const { accept } = await import('../cluster/accept.js');
  const { connect } = await import('../cluster/connection.js');
  // Ctrl-C first deletes what was created.
  return io.stoppable((signal) =>
    accept({
      connection: connect(io.env),
      operatorNamespace: operatorNamespace(settings),
      connectNamespace: connectNamespace(settings),
      context: {
        storeName: settings.store.name,
        storeKind: settings.store.kind,
        provider: settings.store.provider,
        refreshInterval: settings.refreshInterval,
      },
      item: options.item,
      field: options.field,
      canaryNamespace: options.namespace,
      confirm: async (question) => options.yes ?? ask(question, io, signal),
      report: (line) => print(io.stderr, oneLine(line)),
      signal,
    }),
  );
}

/** @throws UsageError if the flags don't make a valid app secret, or one that can't use the store. */
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
  const { kind, name, namespaces } = settings.store;
  if (kind === 'SecretStore' && namespace === undefined) {
    throw new UsageError(`the SecretStore ${name} only serves its own namespace: add --namespace`);
  }
  if (namespaces && !(namespace !== undefined && namespaces.includes(namespace))) {
    throw new UsageError(
      `the store only serves the namespaces ${namespaces.join(', ')} (store.namespaces in src/settings.ts): add --namespace with one of them`,
    );
  }
}

async function ask(message: string, { stdin, stderr }: Io, signal: AbortSignal): Promise<boolean> {
  // Prompt on stderr; stdout is for the result.
  const { confirm } = prompts({ input: stdin, output: stderr, signal });
  return confirm({ message, default: false }).catch((error) => {
    if (error.name === 'ExitPromptError' || error.name === 'AbortPromptError') return false;
    throw error;
  });
}

function passed({ criteria, left }: Pick<Acceptance, 'criteria' | 'left'>): boolean {
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
  const summary = failed === 0 ? `all ${criteria.length} passed` : `${failed} of ${criteria.length} failed`;
  return [plainTable(['RESULT', 'CRITERION', 'TIME', 'MESSAGE'], rows), ...left, summary].join('\n');
}

/** Formats the result as JSON: `passed`, the criteria, what could not be deleted, and errors as `notes`. */
function json(outcome: Acceptance | undefined, notes: readonly string[] = []): string {
  const { criteria = [], left = [] } = outcome ?? {};
  const all = outcome !== undefined && passed(outcome);
  return JSON.stringify({ passed: all, criteria, left, notes }, null, 2);
}
