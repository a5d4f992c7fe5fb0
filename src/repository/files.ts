import { posix } from 'node:path';
import type { Problem } from '../errors.js';
import type { Repository } from '../repository.js';
import type { Tree } from '../tree.js';
import { isBesideName, originOf, projectIn } from './first-line.js';
import { isKustomizationFile, nodesIn, normalPath } from './kustomize.js';
import { listFiles, remotesOf } from './list.js';
import { type FileBytes, parseDocuments, readBytes } from './read.js';

/** Files of the project that are not the user's manifests: what synth writes, and what .sourceignore hides. */
const own = /^(dist|\.dist-\d+(\.old|\.beside)?|\.cdk8s|imports|src|test)\//;

/** Which files to read. */
export interface Where {
  /** Absolute path of the project. */
  readonly project: string;
  /** undefined without git: only the project's folder is read. */
  readonly repository: Repository | undefined;
  /** Folders, relative to the top, that belong to other clusters. */
  readonly otherClusters: readonly string[];
}

/**
 * The files of the repository. They are parsed only on demand, because parsing thousands of files takes longer than the
 * rest of synth.
 */
export class RepositoryFiles {
  /** All files that git would commit, without those that the project writes. */
  readonly listed: readonly string[];
  /** All files that git would commit from the project's folder, relative to it, including those that it writes. */
  readonly ofProject: readonly string[];
  /** Files that may contain manifests, and any others that a kustomization lists. */
  readonly picked: readonly FileBytes[];
  /** Those with a SOPS block. */
  readonly encrypted: ReadonlySet<FileBytes>;
  /** For each file and folder, the kustomization.yaml files that mention it. */
  readonly naming: ReadonlyMap<string, readonly FileBytes[]>;
  /** Files beside apps that synth wrote for this project, in any cluster's folder; the other lists leave them out. */
  readonly beside: ReadonlyMap<string, Buffer>;
  /** URLs of the git repository's remotes, in the form of `plainUrl`. */
  readonly remotes: ReadonlySet<string>;
  /** Warnings about files that could not be read. */
  readonly warnings: Problem[] = [];
  /** Absolute path of the top of the repository. */
  readonly top: string;
  private readonly parsed = new Map<FileBytes, Tree[]>();

  constructor({ project, repository, otherClusters }: Where) {
    this.top = repository?.top ?? project;
    const prefix = repository?.prefix ?? '';
    const others = otherClusters.map((folder) => `${normalPath(folder)}/`);
    const listed = listFiles(this.top, repository !== undefined);
    this.warnings.push(...listed.warnings);
    this.ofProject = listed.files
      .filter((file) => file.startsWith(prefix))
      .map((file) => file.slice(prefix.length));
    const outside = listed.files.filter(
      (file) => !(file.startsWith(prefix) && own.test(file.slice(prefix.length))),
    );
    this.beside = repository ? this.findBeside(outside, projectIn(repository)) : new Map();
    this.listed = outside.filter(
      (file) => !this.beside.has(file) && !others.some((folder) => file.startsWith(folder)),
    );
    this.remotes = repository ? remotesOf(this.top) : new Set();
    const charts = chartFolders(this.listed);
    const yaml = this.read(this.listed.filter((file) => isYaml(file) && !isInChart(file, charts)));
    const naming = new Map<string, FileBytes[]>();
    for (const file of yaml.filter((one) => isKustomizationFile(one.file))) {
      for (const node of nodesIn(file)) addTo(naming, node, file);
    }
    this.naming = naming;
    // A kustomization may list a file with any name.
    this.picked = [...yaml, ...this.read(this.listed.filter((file) => !isYaml(file) && naming.has(file)))];
    this.encrypted = new Set(this.picked.filter(hasSops));
  }

  private findBeside(files: readonly string[], project: string): Map<string, Buffer> {
    return new Map(
      files.filter(isBesideName).flatMap((file) => {
        const found = readBytes(this.top, file);
        const isOurs = found && 'bytes' in found && originOf(found.bytes)?.project === project;
        return isOurs ? [[file, found.bytes] as const] : [];
      }),
    );
  }

  private read(files: readonly string[]): FileBytes[] {
    return files.flatMap((file) => {
      const found = readBytes(this.top, file);
      if (!found) return [];
      if (!('what' in found)) return [found];
      this.warnings.push(found);
      return [];
    });
  }

  /** The text of a file; undefined if it does not exist or can't be read. */
  text(file: string): string | undefined {
    const found = readBytes(this.top, file);
    return found && 'bytes' in found ? found.bytes.toString('utf8') : undefined;
  }

  /**
   * Parses a file, once.
   *
   * @param purpose Why it is parsed, for the warning if that fails.
   */
  parse(file: FileBytes, purpose: string): Tree[] {
    const before = this.parsed.get(file);
    if (before) return before;
    const { trees, warnings } = parseDocuments(file, purpose);
    this.warnings.push(...warnings);
    this.parsed.set(file, trees);
    return trees;
  }

  /** Whether a file contains values encrypted with SOPS; false if it does not exist. */
  isEncrypted(file: string): boolean {
    const found = readBytes(this.top, file);
    return found !== undefined && 'bytes' in found && hasSops(found);
  }
}

/** Adds a value to the list of a key. */
export function addTo<Value>(map: Map<string, Value[]>, key: string, value: Value): void {
  const there = map.get(key);
  if (there) there.push(value);
  else map.set(key, [value]);
}

/** Whether a file contains a SOPS block, as YAML or JSON, or values encrypted with SOPS. */
function hasSops({ bytes }: FileBytes): boolean {
  if (bytes.includes('ENC[AES256_GCM')) return true;
  return bytes.includes('sops') && /^sops\s*:|"sops"\s*:/m.test(bytes.toString('latin1'));
}

function isYaml(file: string): boolean {
  return /\.(ya?ml|json)$/i.test(file) || isKustomizationFile(file);
}

/** Folders of Helm charts: the files in their `templates/` are not YAML until Helm renders them. */
function chartFolders(files: readonly string[]): string[] {
  return files.filter((file) => posix.basename(file) === 'Chart.yaml').map((file) => posix.dirname(file));
}

function isInChart(file: string, charts: readonly string[]): boolean {
  return charts.some((folder) => file.startsWith(folder === '.' ? 'templates/' : `${folder}/templates/`));
}
