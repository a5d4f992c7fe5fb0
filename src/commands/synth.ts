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
import { composeProject, type Project } from '../platform/project.js';
import { parseArguments } from '../terminal/arguments.js';
import type { ExitCode } from '../terminal/command.js';
import { type Io, print } from '../terminal/io.js';
import { besideLine, differenceProblems, warn, wroteLine } from './synth/report.js';

/**
 * `synth`: writes `dist/` from `src/settings.ts` and `src/secrets/`.
 *
 * @param stop Once it is aborted, nothing is written any more. @default - nothing stops it
 */
export async function synth(
  path: string,
  args: readonly string[],
  io: Io,
  stop?: AbortSignal,
): Promise<ExitCode> {
  const usage = new Usage('npm run synth --')
    .description('Writes dist/ from src/settings.ts and src/secrets/.')
    .option('--check', 'write nothing; validate what dist/ should hold, and exit 1 if it differs')
    .option('--finish-move', 'take what Flux has handed over out of the units that it moves from');
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
    print(io.stdout, 'no credentials yet: run `npm run bootstrap`; until then Connect waits');
  }
  // The project's own manifests are valid; what an operator adds to the charts' values may not be.
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
    print(io.stdout, `dist/ is current and valid: ${files.size} files${more}`);
    return 0;
  }
  stop?.throwIfAborted();
  const top = project.repository?.top ?? project.path;
  const written = await writeBeside(top, project.path, beside, (ready) => writeTree(dist, files, ready));
  print(io.stdout, wroteLine(files, written));
  for (const line of besideLine(beside)) print(io.stdout, line);
  const tells = changes?.objects.some(({ kind, fate }) => kind === 'Secret' || fate !== 'made');
  if (changes && tells) print(io.stdout, `in the cluster: ${summaryLine(changes)}`);
  // `cdk8s synth` wants the manifests in a folder of its own, too.
  const other = io.env['CDK8S_OUTDIR'];
  if (other && resolve(io.cwd, other) !== dist) await writeInto(resolve(io.cwd, other), files);
  return 0;
}

/** What a push changes; undefined where nothing would be told, because all is new or nothing is. */
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

/** Without what somebody made unreadable: that is written anew, and what was in it nobody knows. */
function readable(files: Files): Files {
  return new Map([...files].filter(([, content]) => isYaml(content)));
}
