import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Problem } from '../errors.js';
import { groupBy } from '../group-by.js';
import type { BesideSecret } from '../platform/platform.js';
import type { RepositoryView } from '../repository/scan.js';
import { isBesideName } from './first-line.js';
import { identityOf } from './manifest.js';
import type { Places } from './place.js';

/** The line with which a kustomization.yaml lists a file; both from the top of the repository. */
export function lineOf(list: string, file: string): string {
  return `- ./${posix.relative(posix.dirname(list), file)}`;
}

/** What each kustomization.yaml lacks so that Flux gets these files. */
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
 * Lines that name a file which is not there, or goes with this synth: kustomize then fails.
 *
 * @param top Absolute path of the repository's top folder.
 * @param files What is to be there.
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
          what: `lists ${posix.basename(file)}, which synth does not make any more, so its whole build fails`,
          todo: `take \`${lineOf(list, file)}\` out`,
        })),
    );
}
