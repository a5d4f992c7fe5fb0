import type { Problem } from '../errors.js';
import type { Repository } from '../repository.js';
import { decryptionWarnings } from './decryption.js';
import { RepositoryFiles } from './files.js';
import { intervalWarnings } from './intervals.js';
import { Placement } from './placement.js';
import { type FoundSecret, findSecrets } from './secrets.js';

/** What the repository says about Secrets and Flux. */
export interface Scan {
  /** What makes a Secret of one of the names that were asked for. */
  readonly secrets: readonly FoundSecret[];
  /** Who builds what. */
  readonly placement: Placement;
  /** What could not be read, and what would go wrong in the cluster whatever this project does. */
  readonly warnings: readonly Problem[];
}

/**
 * Looks through the repository for what else makes Secrets.
 *
 * @param project Absolute path of the project; its own folders are left out.
 * @param repository What git says; without git the project's folder is looked through.
 * @param names Names of the app secrets.
 */
export function scanRepository(
  project: string,
  repository: Repository | undefined,
  names: readonly string[],
): Scan {
  const files = new RepositoryFiles(project, repository);
  const placement = new Placement(files);
  const { secrets, warnings } = findSecrets(files, placement, names);
  const others = [...intervalWarnings(files), ...decryptionWarnings(files, placement), ...warnings];
  const all = [...files.warnings, ...others].sort((a, b) => (a.where < b.where ? -1 : 1));
  return { secrets, placement, warnings: all };
}
