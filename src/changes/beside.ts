import { posix } from 'node:path';
import { originOf } from '../repository/first-line.js';
import type { Files } from './tree.js';

/**
 * Maps files beside apps to entries of a comparable tree: `/`, then instead of a unit the Flux Kustomization that
 * builds them, or their folder if none is known.
 *
 * @param files Keyed by path from the top of the repository.
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

/** Where an object is, for messages: the folder of its unit, or what `asChanged` put instead. */
export function placeOfUnit(unit: string): string {
  return unit.startsWith('/') ? unit.slice(1) : `dist/${unit}`;
}

/** The same for text that names units. */
export function nameOfUnit(unit: string): string {
  return unit.replace(/^\//, '');
}
