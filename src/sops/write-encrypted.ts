import { linkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Writes an encrypted file atomically.
 *
 * @param path Absolute path.
 * @param encrypted The ciphertext; nothing else ever touches the disk.
 * @param replace Whether to replace an existing file.
 * @returns Whether it was written; false if a file exists and `replace` is false.
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
    // Unlike a rename, a link fails if the target exists.
    else linkSync(staged, path);
    return true;
  } catch (error) {
    if (!replace && (error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(staged, { force: true });
  }
}
