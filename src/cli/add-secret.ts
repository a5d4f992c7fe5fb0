import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { execa } from 'execa';
import { OperatorError, UsageError } from '../errors.js';
import { checkSecret } from '../onepassword/check-secret.js';
import { ItemFinder } from '../onepassword/item-finder.js';
import { openVaults } from '../onepassword/open-vaults.js';
import { keysFromLabels, type NewSecret, secretFile } from '../onepassword/secret-file.js';
import { checkAppSecret } from '../platform/app-secret-shape.js';
import { fileName } from '../platform/app-secrets.js';
import { loadSettings } from '../platform/settings.js';
import { parseArguments } from './arguments.js';
import { askSecret } from './ask-secret.js';
import { checkProblem } from './checks-table.js';
import { run } from './run.js';

const project = join(import.meta.dirname, '../..');

interface Flags {
  readonly namespace?: string;
  readonly name?: string;
  readonly item?: string;
  readonly key?: readonly string[];
  readonly all?: true;
  readonly type?: string;
  readonly file?: string;
  readonly dryRun?: true;
}

await run(async () => {
  const command = new Command('npm run add-secret --')
    .description('Writes src/secrets/<app>.ts for one Secret from one 1Password item, and runs synth.')
    .option('--namespace <name>', 'namespace of the Secret')
    .option('--name <name>', 'name of the Secret')
    .option('--item <title>', 'title or ID of the 1Password item (default: the name of the file)')
    .option('--key <KEY=LABEL>', 'a key and the label of its field; LABEL alone makes the key', collect)
    .option('--all', 'every field of the item, each under its label')
    .option('--type <type>', 'type of the Secret (default: Opaque)')
    .option('--file <app>', 'name of the file under src/secrets/ (default: the name of the Secret)')
    .option('--dry-run', 'print the file, and write nothing');
  const flags = parseArguments<Flags>(command, process.argv.slice(2));
  if (!flags) return 0;
  const flagKeys = keysOf(flags);
  const interactive = Boolean(process.stdin.isTTY && process.stdout.isTTY);
  const missing = [
    flags.namespace === undefined && '--namespace',
    flags.name === undefined && '--name',
    flagKeys === undefined && '--key or --all',
  ].filter((flag) => flag !== false);
  if (missing.length > 0 && !interactive) {
    throw new UsageError(`missing: ${missing.join(', ')}\n\n${command.helpInformation().trim()}`);
  }
  if (flags.file !== undefined) refuseFile(flags.file);

  const finder = await openFinder();
  const answers = await askSecret({ ...flags, keys: flagKeys }, finder).catch((error: Error) => {
    if (error.name === 'ExitPromptError') return undefined;
    throw error;
  });
  if (!answers) {
    console.error('stopped: nothing was written');
    return 1;
  }
  const { file, secret } = answers;
  refuseFile(file);
  const path = `src/secrets/${file}.ts`;
  const shape = checkAppSecret(secret, path);
  if ('problems' in shape) throw new OperatorError(shape.problems);
  if (finder) {
    const failed = (await checkSecret(secret, finder)).filter(({ problem }) => problem !== undefined);
    if (failed.length > 0) throw new OperatorError(failed.map((check) => checkProblem(check, '1Password')));
  }

  const text = secretFile(secret);
  if (flags.dryRun) {
    process.stdout.write(text);
    return 0;
  }
  await writeAndSynth(path, text);
  console.log(`commit ${path} and dist/: git add ${path} dist && git commit -m 'Add secret ${secret.name}'`);
  return 0;
});

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function keysOf({ key, all }: Flags): NewSecret['keys'] | undefined {
  if (key && all) throw new UsageError('--key and --all: write one of the two');
  if (all) return 'all';
  if (!key) return undefined;
  const keys = new Map<string, string>();
  for (const pair of key) {
    const at = pair.indexOf('=');
    const [name, label] =
      at < 0 ? (Object.entries(keysFromLabels([pair]))[0] ?? []) : [pair.slice(0, at), pair.slice(at + 1)];
    if (!name || !label) throw new UsageError(`--key '${pair}': write KEY=LABEL`);
    if (name === '__proto__') throw new UsageError(`--key '${pair}': JavaScript keeps this name for itself`);
    if (keys.has(name)) throw new UsageError(`--key '${pair}': there are two keys of the name ${name}`);
    keys.set(name, label);
  }
  return Object.fromEntries(keys);
}

/** @throws OperatorError when there can't be such a file, or there is one. */
function refuseFile(file: string): void {
  const where = `src/secrets/${file}.ts`;
  if (!fileName.test(file)) {
    const todo = 'choose another --file: at most 55 lower-case letters, digits and -';
    throw new OperatorError([{ where, what: `'${file}' is no name for the file of an app`, todo }]);
  }
  if (existsSync(join(project, where))) {
    const todo = 'edit that file, or choose another with --file';
    throw new OperatorError([{ where, what: 'is there already', todo }]);
  }
}

/** Opens the vaults of the settings; says why when it can't, because then nothing is checked. */
async function openFinder(): Promise<ItemFinder | undefined> {
  const settings = await loadSettings(project);
  try {
    return await ItemFinder.open(await openVaults(settings.namespace), settings.vaults);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    console.error(error.message);
    console.error('not checked against 1Password: run `npm run check-items` once it can be read');
    return undefined;
  }
}

/**
 * Writes the file and runs synth, guards included.
 *
 * @throws OperatorError when synth refuses; the file is removed again then.
 */
async function writeAndSynth(path: string, text: string): Promise<void> {
  const file = join(project, path);
  mkdirSync(join(project, 'src/secrets'), { recursive: true });
  writeFileSync(file, text, { flag: 'wx' });
  let kept = false;
  try {
    const main = [...process.execArgv, join(project, 'main.ts')];
    const synth = await execa(process.execPath, main, { cwd: project, reject: false, stdin: 'ignore' });
    if (synth.stderr) console.error(synth.stderr);
    if (synth.exitCode !== 0) {
      const todo = 'correct what is said above and try again';
      throw new OperatorError([{ where: path, what: 'was not kept, because synth refuses', todo }]);
    }
    kept = true;
    console.log(`wrote ${path}\n${synth.stdout}`);
  } finally {
    if (!kept) rmSync(file, { force: true });
  }
}
