import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Problem } from '../errors.js';
import { groupBy } from '../group-by.js';
import type { BesideSecret } from '../platform/platform.js';
import { isBesideName } from '../repository/first-line.js';
import type { RepositoryView } from '../repository/scan.js';
import { identityOf } from './manifest.js';
import type { Places } from './place.js';

/** The line by which a kustomization.yaml lists a file; both paths start at the top of the repository. */
export function lineOf(list: string, file: string): string {
  return `- ./${posix.relative(posix.dirname(list), file)}`;
}

/** The lines that kustomization.yaml files need for Flux to apply these files. */
export function missingLines(wanted: ReadonlyMap<string, BesideSecret>, places: Places): Problem[] {
  const lacking = [...wanted].flatMap(([file, { secret }]) => {
    const { lacks } = places.of(file);
    return lacks === undefined ? [] : [{ lacks, line: lineOf(lacks, file), name: identityOf(secret) }];
  });
  return [...groupBy(lacking, ({ lacks }) => lacks)].map(([lacks, list]) => {
    const many = list.length > 1;
    const names = list.map(({ name }) => name).join(', ');
    return {
      code: 'beside',
      where: lacks,
      what: `does not list the ${many ? 'ExternalSecrets' : 'ExternalSecret'} ${names}, so Flux does not apply ${many ? 'them' : 'it'}`,
      todo: `add under resources: ${list.map(({ line }) => `\`${line}\``).join(', ')}`,
    };
  });
}

/**
 * Lines that name a file that does not exist or that this synth deletes: kustomize fails on them.
 *
 * @param top Absolute path of the repository's top folder.
 * @param files The planned files.
 */
export function strayLines(
  top: string,
  files: ReadonlyMap<string, Buffer>,
  { files: { naming, beside }, model }: RepositoryView,
): Problem[] {
  return [...naming.keys()]
    .filter((file) => isBesideName(file) && !files.has(file))
    .filter((file) => beside.has(file) || !(file.includes(':/') || existsSync(join(top, file))))
    .flatMap((file) =>
      model
        .listedIn(file)
        .filter((list) => !model.isDead(posix.dirname(list)))
        .map((list) => ({
          code: 'beside',
          where: list,
          what: `lists ${posix.basename(file)}, which synth no longer makes, so the whole build fails`,
          todo: `remove \`${lineOf(list, file)}\``,
        })),
    );
}
