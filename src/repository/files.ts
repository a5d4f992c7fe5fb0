import { join, posix } from 'node:path';
import type { Problem } from '../errors.js';
import type { Repository } from '../repository.js';
import type { Tree } from '../tree.js';
import { isKustomizationFile } from './kustomize.js';
import { listFiles } from './list.js';
import { type FileBytes, parseDocuments, readBytes } from './read.js';

/** Without one of these a file makes no Secret and tells nothing about one. */
const marks = ['Secret', 'kustomize.toolkit', 'ENC[AES256_GCM', 'sops'];

/** Folders of the project itself: what synth writes, and what .sourceignore hides from Flux. */
const own = ['dist/', 'imports/', 'src/', 'test/'];

/**
 * The files of the repository that could tell something about Secrets: listed and picked by their bytes,
 * parsed when asked, because parsing thousands of files costs more than all the rest of synth.
 */
export class RepositoryFiles {
  /** Files that hold one of the marks; kustomization.yaml files always. */
  readonly picked: readonly FileBytes[];
  /** What could not be read. */
  readonly warnings: Problem[] = [];
  private readonly top: string;
  private readonly parsed = new Map<FileBytes, Tree[]>();

  /**
   * @param project Absolute path of the project.
   * @param repository What git says; without git the project's folder is looked through.
   */
  constructor(project: string, repository: Repository | undefined) {
    this.top = repository?.top ?? project;
    const skipped = own.map((folder) => `${repository?.prefix ?? ''}${folder}`);
    const picked: FileBytes[] = [];
    for (const file of listAll(this.top, repository !== undefined)) {
      if (!(/\.(ya?ml|json)$/i.test(file) || isKustomizationFile(file))) continue;
      if (skipped.some((folder) => file.startsWith(folder))) continue;
      const found = readBytes(this.top, file);
      if (!found) continue;
      if ('what' in found) this.warnings.push(found);
      else if (isKustomizationFile(file) || marks.some((mark) => found.bytes.includes(mark)))
        picked.push(found);
    }
    this.picked = picked;
  }

  /**
   * Parses a file, once.
   *
   * @param purpose What it was picked for, for the warning when it can't be parsed.
   */
  parse(file: FileBytes, purpose: string): Tree[] {
    const before = this.parsed.get(file);
    if (before) return before;
    const parsed = parseDocuments(file, purpose);
    if ('what' in parsed) this.warnings.push(parsed);
    const trees = 'trees' in parsed ? parsed.trees : [];
    this.parsed.set(file, trees);
    return trees;
  }

  /** Whether a file, of any kind, holds values that SOPS encrypted; false when it is not there. */
  isEncrypted(file: string): boolean {
    const found = readBytes(this.top, file);
    return found !== undefined && 'bytes' in found && hasSops(found);
  }
}

/** Whether a file holds a SOPS block, as YAML or JSON, or values that SOPS encrypted. */
export function hasSops({ bytes }: FileBytes): boolean {
  if (bytes.includes('ENC[AES256_GCM')) return true;
  return bytes.includes('sops') && /^sops\s*:|"sops"\s*:/m.test(bytes.toString('latin1'));
}

/** The files, those of repositories inside this one (submodules) included. */
function listAll(top: string, git: boolean): string[] {
  return listFiles(top, git).flatMap((path) =>
    path.endsWith('/') ? listAll(join(top, path), false).map((inner) => posix.join(path, inner)) : [path],
  );
}
