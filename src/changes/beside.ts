import { posix } from 'node:path';
import { originOf } from '../beside/first-line.js';
import type { Files } from './tree.js';

/**
 * Files beside apps as entries of a tree that is compared: `/` and, in the place of a unit, the Flux Kustomization
 * that builds them, or their folder where nothing says one.
 *
 * @param files By path from the top of the repository.
 */
export function asChanged(
  files: Files,
  ownerOf: (file: string, content: Buffer) => string | undefined,
): Files {
  return new Map(
    [...files].map(([path, content]) => {
      const { dir, base } = posix.parse(path);
      return [`/${ownerOf(path, content) ?? dir}/${originOf(content)?.namespace}.${base}`, content];
    }),
  );
}

/** What has an object, for a message: the folder of a unit, or what `asChanged` put in its place. */
export function placeOfUnit(unit: string): string {
  return unit.startsWith('/') ? unit.slice(1) : `dist/${unit}`;
}

/** The same, where units go by their name. */
export function nameOfUnit(unit: string): string {
  return unit.replace(/^\//, '');
}
