import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { apiObjectsIn } from '../constructs/objects.js';
import type { Problem } from '../errors.js';
import type { FileTree } from '../output/render.js';
import { credentialsFileIn } from '../platform/credentials-file.js';
import type { Project } from '../project.js';
import { type Delivery, deliver, type Shipped, strayWarnings } from '../repository/delivery.js';
import { ignoredWarnings, surroundingWarnings } from '../repository/surroundings.js';
import type { Tree } from '../tree.js';

/** How a project's `dist/` gets from git into the cluster. */
export function deliveryOf({ platform, view }: Pick<Project, 'platform' | 'view'>): Delivery {
  const [namespace] = platform.namespace ? apiObjectsIn(platform.namespace) : [];
  const shipped: Shipped = {
    namespace: namespace?.toJson() as Tree | undefined,
    units: platform.units.map((unit) => ({
      kustomization: unit.kustomization.toJson() as Tree,
      objects: () =>
        apiObjectsIn(unit)
          .filter((object) => object !== unit.kustomization)
          .map((object) => object.toJson() as Tree),
    })),
  };
  return deliver(view, shipped);
}

/**
 * What synth warns about: git ignores files of `dist/`, Flux does not get them, or something on the way changes them
 * in a way that breaks the project. It does not warn if nothing applies `dist/` yet: `flux-entry` is for that.
 *
 * @param files The files of `dist/`.
 */
export function deliveryWarnings(project: Project, files: FileTree): Problem[] {
  const { path, repository, settings } = project;
  const { state, problems } = deliveryOf(project);
  return [
    ...surroundingWarnings(path, repository, filesToCommit(project, files), settings.flux.path !== undefined),
    ...(repository ? ignoredWarnings(repository.top, [...project.beside.files.keys()]) : []),
    ...(state === 'unknown' ? [] : problems),
    ...(repository ? strayWarnings(project.view) : []),
  ];
}

/** The files that Flux and the next synth need in a clone of the repository. */
function filesToCommit({ path, files: secrets }: Project, files: FileTree): string[] {
  const own = ['.sourceignore', 'main.ts', 'package.json', 'src/settings.ts', credentialsFileIn(path)];
  return [
    ...own.filter((file) => existsSync(join(path, file))),
    ...secrets.map(({ file }) => file),
    ...[...files.keys()].map((file) => `dist/${file}`),
  ];
}
