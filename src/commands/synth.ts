import { join, resolve } from 'node:path';
import { Command as Usage } from 'commander';
import { writeBeside } from '../beside/write.js';
import { asChanged } from '../changes/beside.js';
import { type Changes, describeChanges } from '../changes/describe.js';
import { summaryLine } from '../changes/text.js';
import { type Files, isYaml } from '../changes/tree.js';
import { OperatorError } from '../errors.js';
import { deliveryWarnings } from '../guards/delivery.js';
import { guard } from '../guards/index.js';
import { type FileTree, render } from '../output/render.js';
import { compare, type Difference, readDiffering, writeInto, writeTree } from '../output/write.js';
import { valuesOf } from '../platform/context.js';
import { isExisting } from '../platform/existing.js';
import { handOverWarnings } from '../platform/hand-over.js';
import { composeProject, type Project } from '../project.js';
import { parseArguments } from '../terminal/arguments.js';
import type { ExitCode } from '../terminal/command.js';
import { type Io, print } from '../terminal/io.js';
import { examples } from './examples.js';
import { besideLine, differenceProblems, warn, wroteLine } from './synth/report.js';

/**
 * `synth`: writes `dist/` from `src/settings.ts` and `src/secrets/`.
 *
 * @param stop Once aborted, nothing more is written. @default - none
 */
export async function synth(
  path: string,
  args: readonly string[],
  io: Io,
  stop?: AbortSignal,
): Promise<ExitCode> {
  const usage = new Usage('npm run synth --')
    .description('Write dist/, and the files beside apps, from src/settings.ts and src/secrets/.')
    .option('--check', 'write nothing; exit 1 if dist/ is out of date or invalid')
    .option('--finish-move', 'remove app secrets that Flux has handed over from where they were')
    .addHelpText('after', examples('', '--check'));
  const options = parseArguments<{ check?: true; finishMove?: true }>(usage, args, io);
  if (!options) return 0;

  const project = await composeProject(path, [], {
    finishMove: options.finishMove ?? false,
    compose: io.compose,
  });
  const { problems, warnings } = guard(project);
  const { beside } = project;
  warn([...project.warnings, ...warnings], io);
  if (project.problems.length + problems.length > 0) {
    throw new OperatorError([...project.problems, ...problems]);
  }

  const files = render(project.platform);
  const dist = join(project.path, 'dist');
  const handOvers = project.finishMove ? [] : handOverWarnings(project.handOvers, project.settings);
  const besideWarnings = [...beside.warnings, ...(options.check ? [] : beside.broken)];
  warn([...handOvers, ...deliveryWarnings(project, files), ...besideWarnings], io);
  const differences = compare(dist, files);
  const changes = changesSince(project, differences, files);
  warn(changes?.warnings ?? [], io);
  for (const line of project.said) print(io.stdout, line);
  if (!project.hasCredentials && !isExisting(project.settings.connect)) {
    print(io.stdout, 'no credentials yet: run `npm run bootstrap`; Connect waits for them');
  }
  // The project's own manifests are valid; the user's chart values may not be.
  const { externalSecrets, connect } = project.settings;
  const addsValues = [externalSecrets, connect].some((part) => Object.keys(valuesOf(part)).length > 0);
  const invalid = options.check || addsValues ? (await import('../output/validate.js')).validate(files) : [];
  const notCurrent = [
    ...differenceProblems(differences, 'dist/'),
    ...differenceProblems(beside.differences, ''),
    ...beside.broken,
  ];
  const wrong = [...invalid, ...(options.check ? notCurrent : [])];
  if (wrong.length > 0) throw new OperatorError(wrong);
  if (options.check) {
    const more = beside.files.size === 0 ? '' : `, and ${beside.files.size} beside apps`;
    print(io.stdout, `dist/ is up to date and valid: ${files.size} files${more}`);
    return 0;
  }
  stop?.throwIfAborted();
  const top = project.repository?.top ?? project.path;
  const written = await writeBeside(top, project.path, beside, (ready) => writeTree(dist, files, ready));
  print(io.stdout, wroteLine(files, written));
  for (const line of besideLine(beside)) print(io.stdout, line);
  const tells = changes?.objects.some(({ kind, fate }) => kind === 'Secret' || fate !== 'made');
  if (changes && tells) print(io.stdout, `in the cluster: ${summaryLine(changes)}`);
  // `cdk8s synth` wants a copy of the manifests in its own folder.
  const other = io.env['CDK8S_OUTDIR'];
  if (other && resolve(io.cwd, other) !== dist) await writeInto(resolve(io.cwd, other), files);
  return 0;
}

/** What a push changes; undefined on the first synth, and if nothing differs. */
function changesSince(
  { path, beside }: Project,
  differences: readonly Difference[],
  files: FileTree,
): Changes | undefined {
  const all = [...differences, ...beside.differences];
  const isFirst =
    all.length === files.size + beside.files.size && all.every(({ kind }) => kind === 'missing');
  if (isFirst || all.length === 0) return undefined;
  const differing = new Set(differences.map(({ path }) => path));
  const same = [...files].filter(([path]) => !differing.has(path));
  const before = new Map([...same, ...readable(readDiffering(join(path, 'dist'), differences))]);
  const { ownerOf } = beside;
  const besideBefore = new Map(
    [...beside.before].filter(
      ([file, content]) => beside.files.get(file)?.equals(content) || isYaml(content),
    ),
  );
  return describeChanges(
    new Map([...before, ...asChanged(besideBefore, ownerOf)]),
    new Map([...files, ...asChanged(beside.files, ownerOf)]),
  );
}

/** Leaves out files that are no longer valid YAML: they are overwritten, and can't be compared. */
function readable(files: Files): Files {
  return new Map([...files].filter(([, content]) => isYaml(content)));
}
