import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * Puts an encrypted file in its place, whole or not at all.
 *
 * @param path Absolute path.
 * @param encrypted The file: ciphertext, nothing else ever touches the disk.
 */
export function writeEncrypted(path: string, encrypted: string): void {
  const staged = join(dirname(path), `.${basename(path)}.${process.pid}`);
  try {
    writeFileSync(staged, encrypted, { flag: 'wx', mode: 0o644 });
    renameSync(staged, path);
  } finally {
    rmSync(staged, { force: true });
  }
}
