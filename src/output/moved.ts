import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import type { Problem } from '../errors.js';
import type { AppSecretsFile } from '../platform/app-secrets.js';
import { isTree } from '../tree.js';
import type { FileTree } from './render.js';

/**
 * App secrets that another unit has than in the tree that is there. Flux deletes an ExternalSecret from the
 * old unit at once, and its Secret goes with it; the new unit makes it after its waits, a minute later.
 *
 * @param dist Absolute path of the tree that is there; need not exist.
 * @param files The new tree.
 * @param secrets The app secrets that it is made from.
 */
export function movedWarnings(dist: string, files: FileTree, secrets: readonly AppSecretsFile[]): Problem[] {
  const old = staleFiles(dist, files);
  if (old.length === 0) return [];
  const now = new Map<string, AppSecretsFile>(
    secrets.flatMap((file) =>
      file.secrets.map(({ namespace, name }) => [`${namespace}/${name}`, file] as const),
    ),
  );
  return old.flatMap(({ unit, path }) => {
    const secret = nameIn(join(dist, path));
    const file = now.get(secret);
    if (!file || file.unitName === unit) return [];
    return [
      {
        code: 'moved',
        where: `${file.file}: ${secret}`,
        what: `moves from the unit ${unit} to ${file.unitName}: Flux deletes it there before it makes it here, and its Secret is gone meanwhile`,
        todo: 'keep it as "Move a secret to another file" in the README says',
      },
    ];
  });
}

/** The files of app secrets in the old tree that the new one does not have. */
function staleFiles(dist: string, files: FileTree): { unit: string; path: string }[] {
  const units = namesIn(dist).filter((name) => name.startsWith('secrets-'));
  return units.flatMap((unit) =>
    namesIn(join(dist, unit))
      .filter((name) => name.startsWith('externalsecret-'))
      .map((name) => ({ unit, path: `${unit}/${name}` }))
      .filter(({ path }) => !files.has(path)),
  );
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function nameIn(file: string): string {
  try {
    const object = load(readFileSync(file, 'utf8'));
    const metadata = isTree(object) && isTree(object['metadata']) ? object['metadata'] : {};
    return `${metadata['namespace']}/${metadata['name']}`;
  } catch {
    return '';
  }
}
