import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Puts an encrypted file in its place, whole or not at all.
 *
 * @param path Absolute path.
 * @param encrypted The file: ciphertext, nothing else ever touches the disk.
 * @param replace Whether a file that is there gives way.
 * @returns Whether it was written; false when one is there that must stay.
 */
export function writeEncrypted(
  path: string,
  encrypted: string,
  { replace }: { readonly replace: boolean },
): boolean {
  const staged = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    writeFileSync(staged, encrypted, { mode: 0o644 });
    if (replace) renameSync(staged, path);
    // Unlike a rename, a link fails where something is.
    else linkSync(staged, path);
    return true;
  } catch (error) {
    if (!replace && (error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(staged, { force: true });
  }
}
