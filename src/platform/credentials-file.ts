import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OperatorError } from '../errors.js';

/** The SOPS file that `npm run bootstrap` writes, relative to the project. */
export const credentialsFile = 'src/platform/onepassword-secret.sops.yaml';

/**
 * Reads the SOPS file.
 *
 * @param project Folder of the project.
 * @returns undefined when there is none yet.
 * @throws OperatorError when there is one that can't be read.
 */
export function readCredentials(project: string): Buffer | undefined {
  try {
    return readFileSync(join(project, credentialsFile));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    const what = `can't be read (${code})`;
    throw new OperatorError([
      { where: credentialsFile, what, todo: 'check what it is, and who may read it' },
    ]);
  }
}
