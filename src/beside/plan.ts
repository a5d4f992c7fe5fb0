import type { AppSecret } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import type { Difference } from '../output/write.js';
import type { BesideSecret } from '../platform/platform.js';
import { projectIn } from '../repository/first-line.js';
import type { FluxKustomization } from '../repository/flux-kustomization.js';
import { normalPath } from '../repository/kustomize.js';
import type { Repository } from '../repository.js';
import { folderProblems, ignoredProblems } from './folder.js';
import { compareBeside, findDoubles } from './in-the-way.js';
import type { BesideInput } from './input.js';
import { missingLines, strayLines } from './lines.js';
import { besideContent, besideFile, externalSecretOf, nameOf } from './manifest.js';
import { findKept, finishProblems, keptWarnings } from './moves.js';
import { Places } from './place.js';

/**
 * The files beside apps: their content, and how it differs from what is on disk. All paths start at the top of the
 * repository.
 */
export interface BesidePlan {
  readonly files: ReadonlyMap<string, Buffer>;
  /** This project's files on disk. */
  readonly before: ReadonlyMap<string, Buffer>;
  readonly differences: readonly Difference[];
  /** The Flux Kustomizations that build a file; empty if none is known. */
  readonly builtBy: (file: string) => readonly FluxKustomization[];
  /** The name of the first of them. */
  readonly ownerOf: (file: string) => string | undefined;
  /** Why the files can't be written. */
  readonly problems: readonly Problem[];
  /** Conflicts reported here, as `file namespace/name`, so that other guards don't repeat them. */
  readonly told: ReadonlySet<string>;
  /** What is certain to break the build of an app. */
  readonly broken: readonly Problem[];
  /** Other warnings. */
  readonly warnings: readonly Problem[];
}

/** Plans the files beside apps, without writing anything. */
export function planBeside(input: BesideInput): BesidePlan {
  const { repository, view, platform } = input;
  const before = view.files.beside;
  const places = new Places(view);
  const ownerOf = (file: string) => [...places.of(file).owners][0];
  const builtBy = (file: string) => places.of(file).by;
  const none = { files: new Map(), before, differences: [], builtBy, ownerOf, told: new Set<string>() };
  if (!repository) {
    return { ...none, problems: platform.beside.map(withoutRepository), broken: [], warnings: [] };
  }
  const { wanted, problems } = place(input, repository, places);
  const kept = findKept(input, wanted, places);
  const project = projectIn(repository);
  const files = new Map<string, Buffer>();
  const write = (file: string, { source, secret }: BesideSecret, keeps: boolean) => {
    const { namespace } = secret.props;
    const leavesNamespaceOut = places.givesNamespace(file, namespace);
    const writing = { source, project, namespace, leavesNamespaceOut, keeps };
    files.set(file, besideContent(externalSecretOf(secret), writing));
  };
  for (const [file, one] of wanted) write(file, one, false);
  for (const [file, one] of kept) write(file, one, true);
  const { differences, foreign } = compareBeside(repository.top, project, files, before);
  const inPlace = new Set(foreign.map(({ where }) => where));
  const doubles = findDoubles(wanted, places, view).filter(({ file }) => !inPlace.has(file));
  return {
    files,
    before,
    differences,
    builtBy,
    ownerOf,
    told: new Set([
      ...foreign.flatMap(({ where }) => {
        const one = wanted.get(where);
        return one ? [`${where} ${idOf(one.secret)}`] : [];
      }),
      ...doubles.map(({ file, one }) => `${file} ${idOf(one.secret)}`),
    ]),
    problems: [
      ...problems,
      ...foreign,
      ...doubles.map(({ one, problem }) => asOf(one)(problem)),
      ...finishProblems(input, wanted, places),
    ],
    broken: strayLines(repository.top, files, view),
    warnings: [
      ...[...wanted].flatMap(([file, one]) =>
        places.warnings(file, one.secret.props, externalSecretOf(one.secret)).map(asOf(one)),
      ),
      ...missingLines(wanted, places),
      ...keptWarnings(kept, places, input.settings),
    ],
  };
}

/** How messages name the app secret. */
function idOf({ props: { namespace, name } }: AppSecret): string {
  return `${namespace}/${name}`;
}

function whereOf({ source, secret }: BesideSecret): string {
  return `${source}: ${idOf(secret)}: beside`;
}

/** Locates a problem at the field `beside`, unless it is in a file elsewhere. */
function asOf(one: BesideSecret): (problem: Omit<Problem, 'where'> & { where?: string }) => Problem {
  return (problem) => ({
    ...problem,
    where: problem.where === undefined || problem.where === 'beside' ? whereOf(one) : problem.where,
  });
}

function withoutRepository(one: BesideSecret): Problem {
  return {
    where: whereOf(one),
    what: 'names a folder of the git repository, but this project is not in one',
    todo: 'run `git init` at the top of what Flux watches, or omit `beside`',
  };
}

/** Finds the file for each app secret, and the problems with it. */
function place(
  { platform, view, settings: { otherClusters } }: BesideInput,
  repository: Repository,
  places: Places,
): { wanted: Map<string, BesideSecret>; problems: Problem[] } {
  const wanted = new Map<string, BesideSecret>();
  const problems: Problem[] = [];
  const known = new Map<string, ReturnType<typeof folderProblems>>();
  for (const one of platform.beside) {
    const { secret } = one;
    const folder = normalPath(secret.props.beside ?? '.');
    const file = besideFile(folder, nameOf(secret));
    const inFolder = known.get(folder) ?? folderProblems(folder, repository, otherClusters);
    known.set(folder, inFolder);
    const other = wanted.get(file);
    if (inFolder.length > 0) problems.push(...inFolder.map(asOf(one)));
    else if (other) {
      const what = `would be ${file}, which is already the file of ${idOf(other.secret)} in ${other.source}`;
      problems.push(asOf(one)({ what, todo: 'choose another folder for one of the two' }));
    } else {
      wanted.set(file, one);
      problems.push(...ignoredProblems(file, view).map(asOf(one)));
      problems.push(...places.problems(file, secret.props).map(asOf(one)));
    }
  }
  return { wanted, problems };
}
