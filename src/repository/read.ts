import { isUtf8 } from 'node:buffer';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { CORE_SCHEMA, loadAll, mergeTag, YAMLException } from 'js-yaml';
import type { Problem } from '../errors.js';
import { isTree, type Tree } from '../tree.js';

/** Larger files are searched, but not parsed. */
const parsedBytes = 4 * 1024 * 1024;

/** A file's bytes as UTF-8. */
export interface FileBytes {
  readonly file: string;
  readonly bytes: Buffer;
}

/**
 * Reads a file. It skips symbolic links, which Flux does not ship.
 *
 * @param top Absolute path of the folder that `file` is relative to.
 * @returns Its bytes; a warning if it can't be read; undefined for a symbolic link or a folder.
 */
export function readBytes(top: string, file: string): FileBytes | Problem | undefined {
  try {
    const descriptor = openSync(join(top, file), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    try {
      const found = fstatSync(descriptor);
      if (!found.isFile()) return undefined;
      const bytes = Buffer.allocUnsafe(found.size);
      let length = 0;
      for (let read = -1; read !== 0 && length < bytes.length; length += read) {
        read = readSync(descriptor, bytes, length, bytes.length - length, null);
      }
      return { file, bytes: toUtf8(bytes.subarray(0, length)) };
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP' || code === 'EISDIR') return undefined;
    const what = code === 'ENOENT' ? 'is listed by git, but is not there' : `can't be read (${code})`;
    return { where: file, what, todo: 'make sure that it contains no Secret with the name of an app secret' };
  }
}

/** YAML may be UTF-16, which the first bytes tell: https://yaml.org/spec/1.2.2/#52-character-encodings */
function toUtf8(bytes: Buffer): Buffer {
  const [first, second] = bytes;
  if (first === 0xef && second === 0xbb) return bytes.subarray(3);
  const little = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0);
  const big = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0);
  if (bytes.length < 2 || bytes.length % 2 === 1 || !(little || big)) return bytes;
  const text = (big ? Buffer.from(bytes).swap16() : bytes).toString('utf16le');
  return Buffer.from(text.replace(/^\uFEFF/, ''));
}

/**
 * Parses the documents of a YAML or JSON file, and replaces each List by its items.
 *
 * @param purpose Why the file is parsed, for the warning.
 * @returns The documents that are mappings, and a warning, which quotes nothing of the file, if some can't be parsed.
 */
export function parseDocuments(
  { file, bytes }: FileBytes,
  purpose: string,
): { trees: Tree[]; warnings: Problem[] } {
  const warn = (why: string): Problem => ({
    where: file,
    what: `${purpose}, and ${why}`,
    todo: 'make sure that it creates no Secret with the name of an app secret',
  });
  if (bytes.length > parsedBytes)
    return { trees: [], warnings: [warn('is over 4 MiB, so it is not parsed')] };
  if (!isUtf8(bytes)) return { trees: [], warnings: [warn("is not UTF-8, so it can't be read")] };
  const text = bytes.toString('utf8');
  try {
    return { trees: parse(text), warnings: [] };
  } catch (error) {
    // One invalid document must not hide the others.
    const documents = text.split(/^---(?=\s|$)/m);
    const trees =
      documents.length > 1 ? documents.flatMap((document) => attempt(() => parse(document)) ?? []) : [];
    const why =
      error instanceof YAMLException ? `${error.reason}, line ${(error.mark?.line ?? 0) + 1}` : 'not YAML';
    return { trees, warnings: [warn(`can't be read (${why})`)] };
  }
}

/** Like kustomize, it follows merge keys (`<<`). */
const schema = CORE_SCHEMA.withTags(mergeTag);

function parse(text: string): Tree[] {
  const seen = new Set<unknown>();
  const withoutLists = (document: unknown): Tree[] => {
    // A list that contains itself through aliases is visited once.
    if (!isTree(document) || seen.has(document)) return [];
    seen.add(document);
    const { kind, items } = document;
    return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)
      ? items.flatMap(withoutLists)
      : [document];
  };
  return loadAll(text, { schema }).flatMap(withoutLists);
}

function attempt<Result>(action: () => Result): Result | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
