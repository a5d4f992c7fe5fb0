import { accessSync, constants, realpathSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Problem } from '../errors.js';
import { normalPath } from '../repository/kustomize.js';
import type { RepositoryView } from '../repository/scan.js';
import { findRepository, type Repository } from '../repository.js';

/** Folders of a project that hold nothing for Flux, and `dist/`, which synth owns. */
const own = /^(dist|imports|lib|node_modules|src|test|\.[^/]*)(\/|$)/;

/**
 * Why a file can't be written into a folder, or would have no effect there.
 *
 * @param folder Path from the top of the repository.
 * @param otherClusters Folders of other clusters.
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
    return [{ what, todo: "use the folder of the app's manifests, relative to the top of the repository" }];
  }
  const real = relative(top, realpathSync(path)).split(sep).join('/') || '.';
  if (real === '..' || real.startsWith('../')) {
    return [
      {
        what: `${folder} is a symlink out of the repository`,
        todo: 'name a folder inside it',
      },
    ];
  }
  if (real !== folder) {
    const what = `${folder} is reached through a symlink, which Flux does not follow`;
    return [{ what, todo: `write '${real}'` }];
  }
  if (findRepository(path)?.top !== top) {
    const what = `${folder} is in a nested git repository, whose files this one does not commit`;
    return [{ what, todo: 'name a folder of this repository' }];
  }
  const inside = folder === '.' ? undefined : `${folder}/`;
  if (inside?.startsWith(prefix) && own.test(folder.slice(prefix.length))) {
    const [whose] = folder.slice(prefix.length).split('/');
    const what =
      whose === 'dist'
        ? `${folder} is in dist/, which synth owns`
        : `${folder} is in ${whose}/ of this project, which holds nothing for Flux`;
    return [{ what, todo: 'name the folder of an app, or omit `beside`' }];
  }
  const other = otherClusters.map(normalPath).find((one) => one === folder || inside?.startsWith(`${one}/`));
  if (other !== undefined) {
    const what = `${folder} belongs to another cluster: otherClusters in src/settings.ts names ${other}`;
    return [{ what, todo: "declare it in that cluster's project, or name a folder of this cluster" }];
  }
  try {
    accessSync(path, constants.W_OK);
  } catch {
    return [{ what: `${folder} is not writable`, todo: 'correct its permissions' }];
  }
  return [];
}

/** Why Flux would not fetch a file. */
export function ignoredProblems(file: string, { model }: RepositoryView): Omit<Problem, 'where'>[] {
  const ignored = model.artifact.ignoredBy(file);
  if (ignored) {
    const what = `Flux does not fetch ${file}: the rule \`${ignored.rule}\` in ${ignored.origin} excludes it`;
    return [{ what, todo: 'add an exception to that rule, or name another folder' }];
  }
  return [];
}
