import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text as readText } from 'node:stream/consumers';
import { Command as Usage } from 'commander';
import { OperatorError, type Problem, UsageError } from '../errors.js';
import { guard } from '../guards/index.js';
import { checkSecret } from '../onepassword/check-secret.js';
import { ItemFinder } from '../onepassword/item-finder.js';
import { openVaults } from '../onepassword/open-vaults.js';
import {
  fileName,
  fileNameFor,
  keysFor,
  type NewSecret,
  type NewSource,
  secretFile,
  typedSource,
} from '../onepassword/secret-file.js';
import { checkAppSecret } from '../platform/app-secret-shape.js';
import type { AppSecretsFile } from '../platform/app-secrets.js';
import { connectNamespace } from '../platform/context.js';
import { loadSettings } from '../platform/resolve-settings.js';
import { dependsOn, unitNameOf } from '../platform/unit-name.js';
import { composeProject } from '../project.js';
import { parseArguments } from '../terminal/arguments.js';
import { type Command, type ExitCode, tell } from '../terminal/command.js';
import { type Io, print } from '../terminal/io.js';
import { prompts } from '../terminal/prompts.js';
import { isReservedKey } from '../tree.js';
import { askSecret } from './add-secret/ask-secret.js';
import { checkProblem } from './check-items/checks.js';
import { examples } from './examples.js';
import { warn } from './synth/report.js';
import { synth } from './synth.js';

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

/** `add-secret`: writes `src/secrets/<app>.ts` for one app secret, and runs synth. */
export const addSecret: Command = async (project, args, io) => {
  const command = new Usage('npm run add-secret --')
    .description(
      'Write src/secrets/<app>.ts for an app secret, and run synth. Prompts for missing values on a terminal.',
    )
    .option('--namespace <name>', 'namespace of the Secret')
    .option('--name <name>', 'name of the Secret')
    .option('--item <title>', 'title or ID of the 1Password item (default: name of the file)')
    .option(
      '--key <KEY=LABEL>',
      'key and the label of its field, or KEY=file:NAME for an attached file; repeatable; without KEY=, the key is derived from the name',
      collect,
    )
    .option('--all', 'use every field of the item (every file of a Document), with its label as the key')
    .option('--type <type>', 'type of the Secret (default: Opaque)')
    .option('--file <app>', 'name of the file in src/secrets/, without .ts (default: name of the Secret)')
    .option('--dry-run', 'check like synth and print the file, but write nothing')
    .addHelpText('after', '\nTo use a field whose label starts with "file:", edit the generated file.')
    .addHelpText(
      'after',
      examples(
        '',
        '--namespace media --name radarr --item Radarr --key api-key="api key"',
        '--namespace media --name radarr --all --dry-run',
      ),
    );
  const flags = parseArguments<Flags>(command, args, io);
  if (!flags) return 0;
  const flagKeys = keysOf(flags);
  const interactive = Boolean(io.stdin.isTTY && io.stdout.isTTY);
  const missing = [
    flags.namespace === undefined && '--namespace',
    flags.name === undefined && '--name',
    flagKeys === undefined && '--key or --all',
  ].filter((flag) => flag !== false);
  if (missing.length > 0 && !interactive) {
    throw new UsageError(`missing: ${missing.join(', ')}\n\n${command.helpInformation().trim()}`);
  }
  const fileProblem = (file: string) => fileProblemIn(project, file);
  refuseFlags(flags, flagKeys, fileProblem);

  const finder = await openFinder(project, io);
  if (finder && flags.item !== undefined) {
    const found = finder.find(flags.item);
    if ('problem' in found)
      throw new OperatorError([checkProblem({ item: flags.item, ...found }, '1Password')]);
  }
  const isAsked = missing.length > 0;
  const refusal = async (secret: NewSecret, file: string, said: 'place' | 'keys') => {
    const inVault = finder && said === 'keys' ? await problemsIn1Password(secret, finder) : [];
    const added = { file: `src/secrets/${file}.ts`, secrets: [secret] };
    const problems = inVault.length > 0 ? inVault : await problemsOfSynth(project, added);
    return problems.length > 0 ? problems.map(({ what, todo }) => `${what}; ${todo}`).join(', ') : undefined;
  };
  const { file, secret } = await askSecret(
    { ...flags, keys: flagKeys },
    { finder, fileProblem, refusal, prompts: prompts({ input: io.stdin, output: io.stdout }) },
  );
  try {
    return await add(project, { file, secret, dryRun: flags.dryRun ?? false, finder }, io);
  } catch (error) {
    if (isAsked && error instanceof OperatorError)
      print(io.stderr, `to run it again with your answers: ${commandLine(secret, file)}`);
    throw error;
  }
};

interface Added {
  readonly file: string;
  readonly secret: NewSecret;
  readonly dryRun: boolean;
  readonly finder: ItemFinder | undefined;
}

/** @throws OperatorError for what 1Password or synth refuses. */
async function add(project: string, { file, secret, dryRun, finder }: Added, io: Io): Promise<ExitCode> {
  const path = `src/secrets/${file}.ts`;
  const failed = finder ? await problemsIn1Password(secret, finder) : [];
  if (failed.length > 0) throw new OperatorError(failed);

  const text = secretFile(secret);
  if (dryRun) {
    await checkAsSynth(project, { file: path, secrets: [secret] }, io);
    io.stdout.write(text);
    return 0;
  }
  await writeAndSynth(project, path, text, io);
  print(
    io.stdout,
    `commit ${path} and dist/: git add ${path} dist && git commit -m 'Add secret ${secret.name}'`,
  );
  print(
    io.stdout,
    `to make an app wait for it, add to its Flux Kustomization: ${dependsOn(unitNameOf(secret, await loadSettings(project)))}`,
  );
  print(io.stdout, `${secret.namespace}/${secret.name} comes from the 1Password item '${secret.item}'`);
  return 0;
}

async function problemsIn1Password(secret: NewSecret, finder: ItemFinder): Promise<Problem[]> {
  const checks = await checkSecret(secret, finder);
  return checks
    .filter(({ problem }) => problem !== undefined)
    .map((check) => checkProblem(check, '1Password'));
}

/** The problems synth would find in this file. */
async function problemsOfSynth(project: string, added: AppSecretsFile): Promise<Problem[]> {
  const composed = await composeProject(project, [added]);
  const all = [...composed.problems, ...guard(composed).problems];
  return all.filter(({ where }) => where.startsWith(`${added.file}:`));
}

/** The command line equivalent to the answers. */
function commandLine({ namespace, name, item, keys, type }: NewSecret, file: string): string {
  const ofKey = ([key, source]: [string, NewSource]) => [
    '--key',
    `${key}=${typeof source === 'string' ? source : `file:${source.file}`}`,
  ];
  const words = [
    ...['--namespace', namespace, '--name', name, '--item', item],
    ...(keys === 'all' ? ['--all'] : Object.entries(keys).flatMap(ofKey)),
    ...(type === undefined ? [] : ['--type', type]),
    ...['--file', file],
  ];
  const quoted = words.map((word) =>
    /^[\w./:=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
  );
  return `npm run add-secret -- ${quoted.join(' ')}`;
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

function keysOf({ key, all }: Flags): NewSecret['keys'] | undefined {
  if (key && all) throw new UsageError('--key and --all are mutually exclusive');
  if (all) return 'all';
  if (!key) return undefined;
  const keys = new Map<string, NewSource>();
  for (const pair of key) {
    const at = pair.indexOf('=');
    const source = typedSource(pair.slice(at + 1));
    const name = at < 0 && source !== undefined ? Object.keys(keysFor([source]))[0] : pair.slice(0, at);
    if (!name || source === undefined)
      throw new UsageError(`--key '${pair}': must be KEY=LABEL or KEY=file:NAME`);
    if (isReservedKey(name)) throw new UsageError(`--key '${pair}': JavaScript reserves this name`);
    if (keys.has(name)) throw new UsageError(`--key '${pair}': duplicate key ${name}`);
    keys.set(name, source);
  }
  return Object.fromEntries(keys);
}

/** @throws OperatorError if the flags are invalid whatever the answers will be. */
function refuseFlags(
  { namespace, name, item, type, file }: Flags,
  keys: NewSecret['keys'] | undefined,
  fileProblem: (file: string) => Problem | undefined,
): void {
  const app = file ?? (name === undefined ? undefined : fileNameFor(name));
  const where = app === undefined ? 'arguments' : `src/secrets/${app}.ts`;
  const secret = { namespace: namespace ?? 'namespace', name: name ?? 'name', item: item ?? 'item' };
  const shape = checkAppSecret(
    { ...secret, keys: keys ?? 'all', ...(type !== undefined && { type }) },
    where,
  );
  if ('problems' in shape) throw new OperatorError(shape.problems);
  const everything = namespace !== undefined && name !== undefined && keys !== undefined;
  // Otherwise, a prompt asks for another name.
  const problem = app !== undefined && (everything || file !== undefined) ? fileProblem(app) : undefined;
  if (problem) throw new OperatorError([problem]);
}

/** Why the file can't be created; undefined if it can. */
function fileProblemIn(project: string, file: string): Problem | undefined {
  const where = `src/secrets/${file}.ts`;
  if (!fileName.test(file)) {
    const todo = 'choose another --file: at most 55 lower-case letters, digits and -';
    return { where, what: `'${file}' is not a valid file name for an app`, todo };
  }
  if (existsSync(join(project, where))) {
    return { where, what: 'already exists', todo: 'edit that file, or choose another with --file' };
  }
  return undefined;
}

/** @throws OperatorError with everything synth would refuse with this file added. */
async function checkAsSynth(project: string, added: AppSecretsFile, io: Io): Promise<void> {
  const composed = await composeProject(project, [added], io);
  const { problems, warnings } = guard(composed);
  warn(warnings, io);
  const all = [...composed.problems, ...problems];
  if (all.length > 0) throw new OperatorError(all);
}

/** Opens the vaults of the settings; if it can't, says why, and that nothing was checked. */
async function openFinder(project: string, io: Io): Promise<ItemFinder | undefined> {
  const settings = await loadSettings(project);
  try {
    return await ItemFinder.open(await openVaults(connectNamespace(settings), io), settings.vaults);
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    print(io.stderr, error.message);
    print(io.stderr, 'not checked against 1Password: run `npm run check-items` once it is reachable');
    return undefined;
  }
}

/**
 * Writes the file and runs synth, guards included.
 *
 * @throws OperatorError if synth refuses or is interrupted; the file is then removed again.
 */
async function writeAndSynth(project: string, path: string, text: string, io: Io): Promise<void> {
  const file = join(project, path);
  mkdirSync(join(project, 'src/secrets'), { recursive: true });
  await io.stoppable(async (stop) => {
    writeFileSync(file, text, { flag: 'wx' });
    let kept = false;
    try {
      const said = new PassThrough();
      const code = await tell(io, () =>
        untilStopped(synth(project, [], { ...io, stdout: said }, stop), stop),
      );
      if (code !== 0) {
        const why = stop.aborted ? 'synth was interrupted' : 'synth refused it';
        const todo = stop.aborted ? 'try again' : 'fix the problems above and try again';
        throw new OperatorError([{ where: path, what: `was removed again, because ${why}`, todo }]);
      }
      kept = true;
      print(io.stdout, `wrote ${path}`);
      said.end();
      io.stdout.write(await readText(said));
    } finally {
      if (!kept) rmSync(file, { force: true });
    }
  });
}

/** A user's file may take forever to load; don't wait for it once interrupted. */
async function untilStopped(work: Promise<ExitCode>, stop: AbortSignal): Promise<ExitCode> {
  const stopped = once(stop, 'abort').then((): ExitCode => 1);
  return Promise.race([work, stopped]);
}
