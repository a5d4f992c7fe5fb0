import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Problem } from '../errors.js';
import { normalPath } from '../repository/kustomize.js';
import type { RepositoryView } from '../repository/scan.js';
import { findRepository, type Repository } from '../repository.js';

/** Folders of a project that hold nothing for Flux, and `dist/`, which is wholly synth's. */
const own = /^(dist|imports|lib|node_modules|src|test|\.[^/]*)(\/|$)/;

/**
 * Why nothing can be written into a folder, or nothing would come of it.
 *
 * @param folder From the top of the repository.
 * @param otherClusters Folders that are another cluster's.
 */
export function folderProblems(
  folder: string,
  repository: Repository,
  otherClusters: readonly string[],
): Omit<Problem, 'where'>[] {
  const { top, prefix } = repository;
  const path = join(top, folder);
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found?.isDirectory()) {
    const what = found ? `${folder} is not a folder` : `there is no folder ${folder} in the repository`;
    return [{ what, todo: "name the folder of the app's manifests, from the top of the repository" }];
  }
  const real = relative(top, realpathSync(path)).split(sep).join('/') || '.';
  if (real === '..' || real.startsWith('../')) {
    return [
      {
        what: `${folder} leads out of the repository, through a link`,
        todo: 'name a folder inside of it',
      },
    ];
  }
  if (real !== folder) {
    const what = `${folder} is reached through a link, which Flux does not follow`;
    return [{ what, todo: `write '${real}'` }];
  }
  if (findRepository(path)?.top !== top) {
    const what = `${folder} is in a git repository of its own inside of this one, which commits none of its files`;
    return [{ what, todo: 'name a folder of this repository' }];
  }
  const inside = folder === '.' ? undefined : `${folder}/`;
  if (inside?.startsWith(prefix) && own.test(folder.slice(prefix.length))) {
    const [whose] = folder.slice(prefix.length).split('/');
    const what =
      whose === 'dist'
        ? `${folder} is in dist/, where all is synth's`
        : `${folder} is in ${whose}/ of this project, which holds nothing for Flux`;
    return [{ what, todo: 'name the folder of an app, or leave `beside` out' }];
  }
  const other = otherClusters.map(normalPath).find((one) => one === folder || inside?.startsWith(`${one}/`));
  if (other !== undefined) {
    const what = `${folder} is another cluster's: otherClusters in src/settings.ts names ${other}`;
    return [{ what, todo: 'declare it in the project of that cluster, or name a folder of this one' }];
  }
  try {
    accessSync(path, constants.W_OK);
  } catch {
    return [{ what: `nothing can be written into ${folder}`, todo: 'correct its permissions' }];
  }
  return [];
}

/** Why Flux would not get a file. */
export function ignoredProblems(file: string, { model }: RepositoryView): Omit<Problem, 'where'>[] {
  const ignored = model.artifact.ignoredBy(file);
  if (ignored) {
    const what = `Flux does not get ${file}: the rule \`${ignored.rule}\` of ${ignored.origin} leaves it out`;
    return [{ what, todo: 'let that rule spare it, or name another folder' }];
  }
  return [];
}
