import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../errors.js';

const name = 'onepassword-secret.sops.yaml';

/**
 * The SOPS file that `npm run bootstrap` writes, relative to the project. It lies in `src/platform/` if the project
 * contains the sources of the units, else in `src/`.
 *
 * @param project Folder of the project.
 */
export function credentialsFileIn(project: string): string {
  return existsSync(join(project, 'src/platform')) ? `src/platform/${name}` : `src/${name}`;
}

/** The SOPS file with Connect's credentials. */
export interface Credentials {
  /** Relative to the project. */
  readonly file: string;
  readonly content: Buffer;
}

/**
 * Reads the SOPS file.
 *
 * @param project Folder of the project.
 * @returns undefined if it does not exist yet.
 * @throws OperatorError if it can't be read.
 */
export function readCredentials(project: string): Credentials | undefined {
  const file = credentialsFileIn(project);
  try {
    return { file, content: readFileSync(join(project, file)) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    const what = `can't be read (${code})`;
    throw new OperatorError([{ where: file, what, todo: 'check that it is a file, and who may read it' }]);
  }
}
