import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { originOf, projectIn } from '../repository/first-line.js';
import { askGit } from '../repository/git.js';
import { findRepository } from '../repository.js';
import { isTree, type Tree } from '../tree.js';

/** An ExternalSecret beside its app. */
export interface FoundBeside {
  /** Namespace of the Secret. */
  readonly namespace: string;
  /** Path from the top of the repository. */
  readonly file: string;
  /** The object; empty if the file holds none. */
  readonly object: Tree;
}

/**
 * Finds the ExternalSecrets that synth wrote beside apps, by their file names and first lines.
 *
 * @param project Absolute path of the project.
 * @returns Empty without a git repository.
 * @throws YAMLException for a file that is no longer valid YAML.
 */
export function findBeside(project: string): FoundBeside[] {
  const repository = findRepository(project);
  if (!repository) return [];
  const { top } = repository;
  return list(top).flatMap((file) => {
    if (!lstatSync(join(top, file), { throwIfNoEntry: false })?.isFile()) return [];
    const content = readFileSync(join(top, file));
    const origin = originOf(content);
    if (origin?.project !== projectIn(repository)) return [];
    const object = load(content.toString('utf8'));
    return [{ namespace: origin.namespace, file, object: isTree(object) ? object : {} }];
  });
}

function list(top: string): string[] {
  const names = ':(glob)**/externalsecret-*.yaml';
  const listed = askGit(top, 'ls-files', '-co', '--exclude-standard', '-z', '--', names);
  return [...new Set(listed?.split('\0'))].filter((file) => file !== '');
}
