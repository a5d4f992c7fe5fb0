import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, isAbsolute, join, posix, relative, resolve, sep } from 'node:path';
import { Command as Usage } from 'commander';
import { OperatorError, problemLine } from '../errors.js';
import { groupBy } from '../group-by.js';
import { deliveryOf } from '../guards/delivery.js';
import { toYaml } from '../output/render.js';
import { nameIn } from '../platform/context.js';
import { composeProject, type Project } from '../project.js';
import { type Change, changeText, type Delivery } from '../repository/delivery.js';
import { parseArguments } from '../terminal/arguments.js';
import type { Command } from '../terminal/command.js';
import { type Io, print } from '../terminal/io.js';
import { examples } from './examples.js';

/** `flux-entry`: checks that Flux applies `dist/`, and prints or writes the entry if it is missing. */
export const fluxEntry: Command = async (path, args, io) => {
  const command = new Usage('npm run flux-entry --')
    .description(
      'Check that Flux applies dist/ exactly once and unchanged. If it is not applied, print the Flux Kustomization to add to what Flux watches.',
    )
    .option('--write <file>', 'write the Flux Kustomization to this file (relative to the current folder)')
    .addHelpText('after', examples('', '--write ../../clusters/home/cluster-secrets.yaml'));
  const options = parseArguments<{ write?: string }>(command, args, io);
  if (!options) return 0;
  const project = await composeProject(path, [], io);
  if (project.problems.length > 0) throw new OperatorError(project.problems);
  for (const warning of project.warnings) print(io.stderr, `warning: ${problemLine(warning)}`);

  const delivery = deliveryOf(project);
  const { dist } = project.view;
  if (delivery.state === 'left out') throw new OperatorError(delivery.problems);
  if (delivery.state === 'unknown' && project.settings.flux.path === undefined) {
    throw new OperatorError(delivery.problems);
  }
  if (delivery.state === 'applied' || delivery.state === 'twice') return report(delivery, dist, io);
  for (const problem of delivery.problems) print(io.stderr, `note: ${problemLine(problem)}`);
  const entry = toYaml(entryOf(project));
  if (options.write === undefined) {
    io.stdout.write(entry);
    const place = whereTo(project, io.cwd);
    if (place !== undefined) print(io.stderr, place);
    return 0;
  }
  const file = resolve(io.cwd, options.write);
  await write(file, options.write, entry);
  print(io.stdout, `wrote ${options.write}: commit it`);
  const inside = insideRepository(project, file);
  if (inside === undefined) return 0;
  const unapplied = unappliedNote(project, inside, io.cwd);
  if (unapplied !== undefined) print(io.stderr, `warning: ${options.write}: ${unapplied}`);
  const listing = listingNote(project, inside);
  if (listing !== undefined) print(io.stdout, listing);
  return 0;
};

/** Reports what applies `dist/`, and how it is changed on the way. */
function report({ by, changes, problems }: Delivery, dist: string, io: Io): 0 | 1 {
  const [first] = by;
  if (by.length === 1 && first) {
    print(
      io.stderr,
      `nothing to add: the Flux Kustomization ${first.name} in ${first.file} already applies ${dist}`,
    );
  }
  for (const line of harmless(changes)) print(io.stderr, line);
  if (problems.length > 0) throw new OperatorError(problems);
  return 0;
}

/** One line per file and kind of object that it changes. */
function harmless(changes: readonly Change[]): string[] {
  const groups = groupBy(
    changes.filter(({ breaks }) => breaks === undefined),
    ({ file, object }) => `${file} ${object.split(' ')[0]}`,
  );
  return [...groups].map(([key, group]) => {
    const [file, kind] = key.split(/ (?=\S+$)/);
    const texts = new Set(group.map(changeText));
    return `applied, but harmlessly changed by ${file}: ${kind}: ${[...texts].join(', ')}`;
  });
}

/** The entry. Nothing in it is encrypted, but a repository that sets `decryption` everywhere expects it here as well. */
function entryOf({ settings, view }: Project): object {
  const { namespace, source, interval, retryInterval, serviceAccountName, sopsSecret } = settings.flux;
  const decrypts = view.model.fluxHolding('decryption').some(({ decrypts, root }) => decrypts && root);
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1',
    kind: 'Kustomization',
    metadata: { name: entryName(settings), namespace },
    spec: {
      ...(decrypts && {
        decryption: { provider: 'sops', ...(sopsSecret !== 'none' && { secretRef: { name: sopsSecret } }) },
      }),
      interval,
      path: `./${view.dist}`,
      prune: true,
      retryInterval,
      ...(serviceAccountName !== undefined && { serviceAccountName }),
      sourceRef: source,
    },
  };
}

function entryName(settings: Project['settings']): string {
  return nameIn(settings, 'cluster-secrets');
}

/** Where to put the entry; undefined if no root is known. */
function whereTo({ settings, view, repository, path: project }: Project, cwd: string): string | undefined {
  const [root] = view.model.roots;
  if (!root) return undefined;
  const { path = '.' } = root;
  const file = posix.join(path, `${entryName(settings)}.yaml`);
  const list = view.model.kustomizationFile(path);
  const more = list === undefined ? '' : `, and list it under resources in ${list}`;
  return `save it as ${file}${more}: the Flux Kustomization ${root.name} in ${root.file} applies that folder. To write it: \`npm run flux-entry -- --write ${relative(cwd, join(repository?.top ?? project, file))}\``;
}

/** That nothing applies the written file, and where it belongs; undefined if something does, or if that is unknown. */
function unappliedNote(project: Project, file: string, cwd: string): string | undefined {
  const { model } = project.view;
  if (!model.hasRoots || model.waysOnceListed(file).ways.some(({ by }) => by)) return undefined;
  return `no Flux Kustomization in this repository applies it; ${whereTo(project, cwd)}`;
}

/** How to list the written file in a kustomization.yaml, if it must be. */
function listingNote({ view }: Project, file: string): string | undefined {
  const list = view.model.listOf(file);
  return list === undefined
    ? undefined
    : `add ${posix.relative(posix.dirname(list), file)} to resources in ${list}`;
}

/** A file's path from the top of the repository; undefined if it is outside. */
function insideRepository({ repository, path }: Project, file: string): string | undefined {
  const inside = relative(repository?.top ?? path, file)
    .split(sep)
    .join('/');
  return inside.startsWith('..') || isAbsolute(inside) ? undefined : inside;
}

async function write(path: string, shown: string, text: string): Promise<void> {
  if (existsSync(path) && readFileSync(path, 'utf8') !== text) {
    throw new OperatorError([
      {
        where: shown,
        what: 'already exists, with different content',
        todo: 'name another file, or delete it',
      },
    ]);
  }
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
