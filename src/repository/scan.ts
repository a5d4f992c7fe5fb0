import type { Problem } from '../errors.js';
import { decryptionWarnings } from './decryption.js';
import { RepositoryFiles, type Where } from './files.js';
import { intervalWarnings } from './intervals.js';
import { Placement } from './placement.js';
import { type FoundSecret, findSecrets, type Wanted } from './secrets.js';

/** What the repository says about Secrets and Flux. */
export interface Scan {
  /** What makes one of the Secrets that were asked about, or may do so. */
  readonly secrets: readonly FoundSecret[];
  /** Who builds what. */
  readonly placement: Placement;
  /** What could not be read, and what would go wrong in the cluster whatever this project does. */
  readonly warnings: readonly Problem[];
}

/**
 * Looks through the repository for what else makes Secrets.
 *
 * @param wanted The app secrets.
 */
export function scanRepository(where: Where, wanted: readonly Wanted[]): Scan {
  const files = new RepositoryFiles(where);
  const placement = new Placement(files);
  const { secrets, warnings } = findSecrets(files, placement, wanted);
  const others = [...intervalWarnings(files), ...decryptionWarnings(files, placement), ...warnings];
  const all = [...files.warnings, ...others].sort((a, b) => (a.where < b.where ? -1 : 1));
  return { secrets, placement, warnings: all };
}
