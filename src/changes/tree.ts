import { load } from 'js-yaml';
import { type WrittenObject, writtenObject } from '../repository/metadata-text.js';
import { isTree, type Tree } from '../tree.js';

/** Files of a `dist/`: content by path relative to it, with `/`. */
export type Files = ReadonlyMap<string, Buffer>;

/** An object in a tree, with what a comparison needs. */
export interface Placed extends WrittenObject {
  /**
   * The unit whose folder it is in; 'flux' for Flux Kustomizations; beside an app, `/` and the name of what builds it.
   */
  readonly unit: string;
  readonly content: Buffer;
}

/** The objects in a tree that synth wrote. */
export function objectsOf(files: Files): Placed[] {
  return [...files].flatMap(([path, content]) => {
    const [unit = '', file] = partsOf(path);
    if (file === undefined || file === 'kustomization.yaml') return [];
    const object = writtenObject(content);
    return object ? [{ ...object, unit, content }] : [];
  });
}

/** Whether a unit has `prune: false`, so that Flux deletes nothing that leaves it. */
export function letsGo(files: Files, unit: string): boolean {
  return /^ {2}prune: false$/m.test(files.get(`flux/${unit}.yaml`)?.toString('utf8') ?? '');
}

function partsOf(path: string): string[] {
  if (!path.startsWith('/')) return path.split('/');
  const end = path.lastIndexOf('/');
  return [path.slice(0, end), path.slice(end + 1)];
}

/** Whether a file is a single valid YAML document. */
export function isYaml(content: Buffer): boolean {
  try {
    load(content.toString('utf8'));
    return true;
  } catch {
    return false;
  }
}

/** Parses a whole object. */
export function parsed({ content }: Placed): Tree {
  const object = load(content.toString('utf8'));
  return isTree(object) ? object : {};
}
