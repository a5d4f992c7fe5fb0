import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Command as Usage } from 'commander';
import type { BesidePlan } from '../beside/plan.js';
import { asChanged } from '../changes/beside.js';
import { type Changes, describeChanges } from '../changes/describe.js';
import { besideAt, filesAt, findBase } from '../changes/git-tree.js';
import { changesMarkdown, changesText } from '../changes/text.js';
import type { Files } from '../changes/tree.js';
import { OperatorError } from '../errors.js';
import { render } from '../output/render.js';
import { changedGraph } from '../platform/graph.js';
import { composeProject, type Project } from '../project.js';
import { projectIn } from '../repository/first-line.js';
import { identityIn } from '../repository/metadata-text.js';
import { parseArguments } from '../terminal/arguments.js';
import type { Command } from '../terminal/command.js';
import { print } from '../terminal/io.js';
import { examples } from './examples.js';

interface Options {
  readonly markdown?: true;
  readonly json?: true;
  readonly graph?: true;
  readonly exitCode?: true;
}

/** `diff`: shows what a push does in the cluster: from `dist/` at a commit to what the sources compose now. */
export const diff: Command = async (path, args, io) => {
  const usage = new Usage('npm run diff --')
    .description(
      'Show what a push would do in the cluster, by comparing dist/ at a commit with what synth would write now. Reads git, not the cluster.',
    )
    .argument('[ref]', 'commit to compare with (default: merge base with the default branch)')
    .option('--markdown', 'print Markdown for a pull request comment')
    .option('--json', 'print JSON')
    .option('--graph', 'with --markdown, add a graph of the units that change')
    .option('--exit-code', 'exit 1 if anything is deleted or recreated')
    .addHelpText('after', examples('', 'origin/main --markdown --graph', 'HEAD~1 --exit-code'));
  const options = parseArguments<Options>(usage, args, io, 1);
  if (!options) return 0;
  const project = await composeProject(path, [], io);
  const problems = [...project.problems, ...project.beside.problems];
  if (problems.length > 0) throw new OperatorError(problems);
  const { repository, view } = project;
  if (!repository) {
    const todo = 'run `git init`, and commit dist/';
    throw new OperatorError([
      { where: path, what: 'is not in a git repository, so there is nothing to compare with', todo },
    ]);
  }
  const base = findBase(repository.top, usage.args[0]);
  const before = filesAt(repository.top, base.commit, `${repository.prefix}dist`);
  const besideBefore = besideAt(repository.top, base.commit, projectIn(repository));
  if (before.size === 0) {
    print(io.stderr, `note: ${view.dist} does not exist at ${base.shown}, so everything is new`);
  }
  const after = render(project.platform);
  const { beside } = project;
  const changes = describe(
    new Map([...before, ...asChanged(besideBefore, ownerThen(beside, repository.top))]),
    new Map([...after, ...asChanged(beside.files, beside.ownerOf)]),
    base.shown,
  );
  if (options.json) print(io.stdout, JSON.stringify({ base: base.commit, ...changes }, null, 2));
  else if (options.markdown)
    print(io.stdout, changesMarkdown(changes, graphOf(project, before, after, options)));
  else print(io.stdout, changesText(changes, io.stdout.isTTY === true && io.env['NO_COLOR'] === undefined));
  const lost = changes.objects.some(({ fate }) => fate === 'deleted' || fate === 'made anew');
  return options.exitCode && lost ? 1 : 0;
};

/** @throws OperatorError if the tree at the commit is not one that synth wrote. */
function describe(before: Files, after: Files, shown: string): Changes {
  try {
    return describeChanges(before, after);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'YAMLException') throw error;
    const what = `contains a file that is not valid YAML (${error.message.split('\n')[0]})`;
    throw new OperatorError([{ where: `dist/ at ${shown}`, what, todo: 'compare with another commit' }]);
  }
}

function graphOf({ platform }: Project, before: Files, after: Files, { graph }: Options): string | undefined {
  if (!graph) return undefined;
  const unitsOf = (files: Files) =>
    new Set([...files.keys()].flatMap((file) => /^flux\/(.*)\.yaml$/.exec(file)?.[1] ?? []));
  const [old, now] = [unitsOf(before), unitsOf(after)];
  const differs = (unit: string) =>
    [...new Set([...before.keys(), ...after.keys()])].some(
      (file) =>
        (file === `flux/${unit}.yaml` || file.startsWith(`${unit}/`)) &&
        !before.get(file)?.equals(after.get(file) ?? Buffer.alloc(0)),
    );
  const fates = [...new Set([...old, ...now])].sort().flatMap((unit) => {
    const fate = !old.has(unit) ? 'made' : !now.has(unit) ? 'deleted' : differs(unit) ? 'updated' : undefined;
    return fate === undefined ? [] : [[unit, fate] as const];
  });
  return fates.length === 0 ? undefined : changedGraph(platform, new Map(fates));
}

/**
 * What built a file beside an app at the commit: what builds it today. If its folder is gone but the app secret is
 * not, the folder moved with its app.
 */
function ownerThen(
  { files, ownerOf }: BesidePlan,
  top: string,
): (file: string, content: Buffer) => string | undefined {
  const now = new Map([...files].map(([file, content]) => [identityIn(content), file]));
  return (file, content) =>
    ownerOf(existsSync(join(top, dirname(file))) ? file : (now.get(identityIn(content)) ?? file));
}
