import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { OperatorError } from '../errors.js';
import { isTree } from '../tree.js';

/** What should be in the cluster. */
export interface Expected {
  /** Namespace of the Flux Kustomizations. */
  readonly fluxNamespace: string;
  readonly units: readonly string[];
  /** Namespace of ESO and Connect. */
  readonly namespace: string;
  /** Their HelmReleases. */
  readonly releases: readonly string[];
  readonly store: string;
}

/**
 * What a tree that synth wrote brings into the cluster. Nothing of the sources is loaded, because that would
 * take longer than to ask the cluster; whether the tree is what they say is for `synth --check`.
 *
 * @param dist Absolute path of the tree.
 * @throws OperatorError when it is not there, or is not one of synth's.
 */
export function expectedFrom(dist: string): Expected {
  try {
    const flux = objectsIn(join(dist, 'flux'), '');
    const releases = ['external-secrets', 'onepassword-connect'].flatMap((unit) =>
      objectsIn(join(dist, unit), 'helmrelease-'),
    );
    const [store] = objectsIn(join(dist, 'onepassword-store'), 'clustersecretstore-');
    return {
      fluxNamespace: text(flux[0]?.['namespace']),
      units: flux.map(({ name }) => text(name)),
      namespace: text(releases[0]?.['namespace']),
      releases: releases.map(({ name }) => text(name)),
      store: text(store?.['name']),
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'is not there' : `can't be read (${code ?? 'not as synth writes it'})`;
    throw new OperatorError([{ where: 'dist/', what, todo: 'run `npm run synth`' }]);
  }
}

/** The metadata of the objects in a folder. */
function objectsIn(folder: string, prefix: string) {
  return readdirSync(folder)
    .filter((file) => file.startsWith(prefix))
    .sort()
    .map((file) => {
      const object = load(readFileSync(join(folder, file), 'utf8'));
      return isTree(object) && isTree(object['metadata']) ? object['metadata'] : {};
    });
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('no text');
  return value;
}
