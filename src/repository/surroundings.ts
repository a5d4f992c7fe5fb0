import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Problem } from '../errors.js';
import { groupBy } from '../group-by.js';
import { findRepository, type Repository } from '../repository.js';
import { git } from './git.js';

/**
 * What keeps git from committing the project, or Flux from finding it under the paths in `dist/`: a nested repository,
 * no repository in what looks like a folder of one, ignored files.
 *
 * @param project Absolute path of the project.
 * @param files Files that must be committed, relative to the project.
 * @param pathIsSet Whether the setting `flux.path` is set.
 */
export function surroundingWarnings(
  project: string,
  repository: Repository | undefined,
  files: readonly string[],
  pathIsSet: boolean,
): Problem[] {
  if (!repository) return pathIsSet ? [] : withoutGit(project);
  return [...nestedWarnings(repository), ...ignoredWarnings(project, files)];
}

/** A nested repository: the outer one commits only a link to it. */
function nestedWarnings({ top }: Repository): Problem[] {
  const parent = dirname(top);
  const outer = parent === top ? undefined : findRepository(parent);
  if (!outer) return [];
  const path = relative(outer.top, top).split(sep).join('/');
  if (isSubmodule(outer.top, path)) {
    return [
      {
        where: path,
        what: `is a submodule of ${outer.top}: Flux fetches it only with spec.recurseSubmodules: true, and the paths in dist/ start inside it`,
        todo: `set that on the GitRepository, and flux.path to the project's folder in the outer repository`,
      },
    ];
  }
  if (isIgnored(outer.top, path)) return [];
  return [
    {
      where: join(path, '.git'),
      what: `makes this a git repository of its own inside ${outer.top}, which commits only a link to it`,
      todo: 'delete it and run synth again: the paths in dist/ will change',
    },
  ];
}

function isSubmodule(top: string, path: string): boolean {
  try {
    const lines = readFileSync(join(top, '.gitmodules'), 'utf8').split('\n');
    return lines.some((line) => line.replace(/\s/g, '').replace(/\/$/, '') === `path=${path}`);
  } catch {
    return false;
  }
}

function isIgnored(top: string, path: string): boolean {
  return checkIgnore(top, [path]).length > 0;
}

/** Folders and files that are typical for the top of a Flux repository. */
const likeTop =
  /^(clusters?|kubernetes|infrastructure|flux|gitops|k8s|\.sops\.yaml|\.sourceignore|kustomization\.yaml)$/;

function withoutGit(project: string): Problem[] {
  const above = [dirname(project), dirname(dirname(project)), dirname(dirname(dirname(project)))];
  const looks = above.find((folder) => {
    try {
      return readdirSync(folder).some((name) => likeTop.test(name) && name !== basename(project));
    } catch {
      return false;
    }
  });
  if (looks === undefined || looks === dirname(looks)) return [];
  return [
    {
      where: project,
      what: `is not in a git repository, but looks like a folder of one in ${looks}: the paths in dist/ assume that it is the top of its repository`,
      todo: "run `git init` there, or set flux.path to the project's folder",
    },
  ];
}

/**
 * Files that git ignores, one warning per rule.
 *
 * @param folder Absolute path of the folder that the files are relative to.
 */
export function ignoredWarnings(folder: string, files: readonly string[]): Problem[] {
  const groups = groupBy(checkIgnore(folder, files), ({ source, line }) => `${source}:${line}`);
  return [...groups.values()].flatMap(([first, ...more]) => {
    if (!first) return [];
    const { source, line, pattern, file } = first;
    return [
      {
        // Relative to the top, or absolute outside the repository.
        where: source,
        what: `line ${line}, \`${pattern}\`, keeps git from committing ${file}${more.length > 0 ? ` and ${more.length} more` : ''} of this project, so Flux never gets it`,
        todo: 'remove the rule, or exclude this folder from it (not possible below an ignored folder)',
      },
    ];
  });
}

interface Ignored {
  readonly source: string;
  readonly line: string;
  readonly pattern: string;
  readonly file: string;
}

/** Asks git, which does not ignore a file that it already tracks. */
function checkIgnore(folder: string, files: readonly string[]): Ignored[] {
  if (files.length === 0) return [];
  let out = '';
  try {
    out = git(folder, ['check-ignore', '-v', '-z', '--stdin'], files.join('\0')).toString('utf8');
  } catch {
    // Exit code 1: none is ignored. Without git it is unknown.
    return [];
  }
  const fields = out.split('\0');
  const found: Ignored[] = [];
  for (let index = 0; index + 3 < fields.length; index += 4) {
    const [source = '', line = '', pattern = '', file = ''] = fields.slice(index, index + 4);
    if (!pattern.startsWith('!')) found.push({ source, line, pattern, file });
  }
  return found;
}
