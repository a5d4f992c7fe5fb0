import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import type { Problem } from '../errors.js';
import { groupBy } from '../group-by.js';
import { findRepository, type Repository } from '../repository.js';
import { git } from './git.js';

/**
 * What keeps git from committing the project, or Flux from finding it where `dist/` says that it is: a repository
 * inside a repository, no repository at all in what looks like a folder of one, ignored files.
 *
 * @param project Absolute path of the project.
 * @param files Files that must be committed, relative to the project.
 * @param pathIsSet Whether the operator said where the project is (`flux.path`).
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

/** A repository inside another one, which commits a link to it and none of its files. */
function nestedWarnings({ top }: Repository): Problem[] {
  const parent = dirname(top);
  const outer = parent === top ? undefined : findRepository(parent);
  if (!outer) return [];
  const path = relative(outer.top, top).split(sep).join('/');
  if (isSubmodule(outer.top, path)) {
    return [
      {
        where: path,
        what: `is a submodule of ${outer.top}: Flux fetches it only with spec.recurseSubmodules: true, and the paths in dist/ begin inside of it`,
        todo: `set that on the GitRepository, and flux.path to the project's folder in the outer repository`,
      },
    ];
  }
  if (isIgnored(outer.top, path)) return [];
  return [
    {
      where: join(path, '.git'),
      what: `makes this a git repository of its own inside ${outer.top}, which commits a link to it and none of its files`,
      todo: 'delete it, and run synth again: the paths in dist/ change with it',
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

/** Folders and files that the top of a repository for Flux has. */
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
      what: `is in no git repository, and looks like a folder of one in ${looks}: the paths in dist/ are those of a project at the top of its repository`,
      todo: "run `git init` there, or set flux.path to the project's folder",
    },
  ];
}

/**
 * Files that git leaves out, each with the rule, one warning a rule.
 *
 * @param folder What they are relative to, as an absolute path.
 */
export function ignoredWarnings(folder: string, files: readonly string[]): Problem[] {
  const groups = groupBy(checkIgnore(folder, files), ({ source, line }) => `${source}:${line}`);
  return [...groups.values()].flatMap(([first, ...more]) => {
    if (!first) return [];
    const { source, line, pattern, file } = first;
    return [
      {
        // git names it from the top, and what is outside of the repository by its whole path.
        where: source,
        what: `line ${line}, \`${pattern}\`, keeps git from committing ${file}${more.length > 0 ? ` and ${more.length} more` : ''} of this project, so Flux never gets it`,
        todo: 'take the rule away, or let it spare this folder (below a folder that is ignored itself nothing can be spared)',
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

/** Asks git; what it tracks already is not ignored. */
function checkIgnore(folder: string, files: readonly string[]): Ignored[] {
  if (files.length === 0) return [];
  let out = '';
  try {
    out = git(folder, ['check-ignore', '-v', '-z', '--stdin'], files.join('\0')).toString('utf8');
  } catch {
    // Exit code 1: none of them is. Without git nothing can be said here.
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
