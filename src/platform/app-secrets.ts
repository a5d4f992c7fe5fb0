import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { loadDefault } from '../load-default.js';
import { isTree } from '../tree.js';
import { checkDeclaration, placeOf, type SoundFields } from './app-secret-shape.js';

/** The app secrets of one file under `src/secrets/`. */
export interface AppSecretsFile {
  /** The file, relative to the project. */
  readonly file: string;
  readonly secrets: readonly AppSecretProps[];
  /** Those with invalid fields, reduced to their valid ones, so that the guards can report every mistake at once. */
  readonly doubtful?: readonly DoubtfulSecret[];
}

/** The fields of an app secret that are valid on their own, and where it is declared. */
export interface DoubtfulSecret {
  readonly where: string;
  readonly fields: SoundFields;
}

const folder = 'src/secrets';

/**
 * Reads every `<app>.ts` in `src/secrets/`, except for files whose name begins with `_` or `.`.
 *
 * @param project Folder of the project.
 * @returns The files with their app secrets, sorted by name, and every problem with them.
 */
export async function readAppSecrets(
  project: string,
): Promise<{ files: AppSecretsFile[]; problems: Problem[] }> {
  // Node walks the imports of every module that it loads: a thousand at once take 100 MiB.
  const atOnce = pLimit(16);
  const read = await Promise.all(
    listFolder(join(project, folder)).map((entry) => atOnce(() => readFile(project, entry))),
  );
  return {
    files: read.flatMap(({ file }) => file ?? []),
    problems: read.flatMap(({ problems }) => problems),
  };
}

async function readFile(
  project: string,
  entry: string,
): Promise<{ file?: AppSecretsFile; problems: Problem[] }> {
  const file = `${folder}/${entry}`;
  if (!entry.endsWith('.ts')) {
    return {
      problems: [{ where: file, what: 'is not a TypeScript file', todo: 'keep only <app>.ts files there' }],
    };
  }
  const problems: Problem[] = [];
  const loaded = await loadDefault(join(project, file), file);
  if ('problems' in loaded) return { problems: [...problems, ...loaded.problems] };
  const given: unknown[] = [loaded.value].flat();
  const checked = given.map((secret) => checkDeclaration(secret, file));
  problems.push(...checked.flatMap((result) => ('problems' in result ? result.problems : [])));
  if (checked.length === 0) {
    problems.push({ where: file, what: 'exports no app secret', todo: 'add one, or delete the file' });
  }
  const secrets = checked.flatMap((result) => ('values' in result ? result.values : []));
  const doubtful = checked.flatMap((result, at) => {
    const secret = given[at];
    return 'sound' in result && isTree(secret)
      ? [{ where: placeOf(file, secret), fields: result.sound }]
      : [];
  });
  return { file: { file, secrets, doubtful }, problems };
}

function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((entry) => !/^[._]/.test(entry))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
