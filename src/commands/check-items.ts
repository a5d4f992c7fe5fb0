import { Command as Usage } from 'commander';
import { OperatorError } from '../errors.js';
import { groupBy } from '../group-by.js';
import { type Check, checkSecret } from '../onepassword/check-secret.js';
import { ItemFinder } from '../onepassword/item-finder.js';
import { openVaults } from '../onepassword/open-vaults.js';
import { someOf } from '../platform/app-secret-shape.js';
import { connectNamespace } from '../platform/context.js';
import { composeProject } from '../project.js';
import { parseArguments } from '../terminal/arguments.js';
import type { Command, ExitCode } from '../terminal/command.js';
import { type Io, print } from '../terminal/io.js';
import { checkProblem, checksTable } from './check-items/checks.js';
import { examples } from './examples.js';

/** `check-items`: checks that 1Password has every item, field and file that `src/secrets/` uses. */
export const checkItems: Command = async (project, args, io) => {
  const command = new Usage('npm run check-items --')
    .description(
      'Check that 1Password has every item, field and file that src/secrets/ uses. Reads names, and whether a value is empty, but never values.',
    )
    .option('--json', 'print JSON instead of a table')
    .addHelpText('after', examples('', '--json'));
  const asked = parseArguments<{ json?: true }>(command, args, io);
  if (!asked) return 0;
  try {
    return await check(project, asked.json ?? false, io);
  } catch (error) {
    // With --json, print JSON as well as the error lines.
    if (asked.json && error instanceof OperatorError) {
      print(io.stdout, JSON.stringify({ ok: false, problems: error.problems }, null, 2));
    }
    throw error;
  }
};

async function check(project: string, json: boolean, io: Io): Promise<ExitCode> {
  const { settings, files, problems } = await composeProject(project, [], io);
  if (problems.length > 0) throw new OperatorError(problems);
  const declared = files.flatMap(({ file, secrets }) => secrets.map((secret) => ({ file, secret })));
  if (declared.length === 0 && !json) {
    print(io.stdout, 'nothing to check: src/secrets/ declares no app secrets');
    return 0;
  }

  const vaults = await openVaults(connectNamespace(settings), io);
  const finder = await ItemFinder.open(vaults, settings.vaults);
  const rows = (
    await Promise.all(
      declared.map(async ({ file, secret }) => {
        const checks = await checkSecret(secret, finder);
        return checks.map((check) => ({ file, secret: `${secret.namespace}/${secret.name}`, ...check }));
      }),
    )
  ).flat();
  if (json) {
    const ok = rows.every(({ problem }) => problem === undefined);
    const found = ({ problem, empty }: Check) => problem === undefined || empty === true;
    const checks = rows.map((row) => ({ ...row, found: found(row) }));
    const { vaults: names } = settings;
    print(io.stdout, JSON.stringify({ source: vaults.source, vaults: names, ok, checks }, null, 2));
    return ok ? 0 : 1;
  }
  const told = onceEach(rows);
  const missing = told.filter(({ problem }) => problem !== undefined);
  print(io.stdout, checksTable(told));
  const asker = vaults.source === 'op' ? 'op' : 'Connect';
  const of = `${told.length} checked in ${settings.vaults.join(', ')} through ${asker}`;
  const empty = missing.filter((row) => row.empty).length;
  const lost = missing.length - empty;
  const wrong = [...(lost > 0 ? [`${lost} not found`] : []), ...(empty > 0 ? [`${empty} empty`] : [])];
  print(io.stdout, `${of}: ${wrong.length === 0 ? 'all found' : wrong.join(', ')}`);
  if (missing.length > 0) {
    throw new OperatorError(missing.map((row) => checkProblem(row, `${row.file}: ${row.secret}`)));
  }
  return 0;
}

/** Merges equal rows of one secret in several namespaces. */
function onceEach<Row extends Check & { readonly file: string; readonly secret: string }>(
  rows: readonly Row[],
): Row[] {
  const same = groupBy(rows, ({ secret, ...row }) => JSON.stringify([secret.split('/')[1], row]));
  return [...same.values()].flatMap(([first, ...others]) =>
    first ? [{ ...first, secret: someOf([first, ...others].map(({ secret }) => secret)) }] : [],
  );
}
