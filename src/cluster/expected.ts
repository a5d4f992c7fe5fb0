import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { OperatorError } from '../errors.js';
import { tokenExpiry } from '../token-expiry.js';
import { isTree, metadataOf, type Tree } from '../tree.js';
import { isSourceKind, type SourceKind } from './source.js';

/** What should be in the cluster. */
export interface Expected {
  /** Namespace of the Flux Kustomizations. */
  readonly fluxNamespace: string;
  /** The Flux source of the units. */
  readonly source: { readonly kind: SourceKind; readonly name: string; readonly namespace: string };
  readonly units: readonly string[];
  /** Namespace of ESO and Connect. */
  readonly namespace: string;
  /** Their HelmReleases. */
  readonly releases: readonly string[];
  readonly store: string;
  /** The ExternalSecrets of the app secrets, each with its unit. */
  readonly externalSecrets: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly unit: string;
  }[];
  /** When Connect's token ends, as bootstrap wrote it down; undefined when it does not say. */
  readonly tokenExpires: Date | undefined;
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
    const kustomizations = objectsIn(join(dist, 'flux'), '');
    const flux = kustomizations.map(metadataOf);
    const units = flux.map(({ name }) => text(name));
    const fluxNamespace = text(flux[0]?.['namespace']);
    const releases = ['external-secrets', 'onepassword-connect'].flatMap((unit) =>
      objectsIn(join(dist, unit), 'helmrelease-').map(metadataOf),
    );
    const [store] = objectsIn(join(dist, 'onepassword-store'), 'clustersecretstore-').map(metadataOf);
    return {
      fluxNamespace,
      source: sourceOf(kustomizations[0], fluxNamespace),
      units,
      namespace: text(releases[0]?.['namespace']),
      releases: releases.map(({ name }) => text(name)),
      store: text(store?.['name']),
      externalSecrets: units.flatMap((unit) =>
        objectsIn(join(dist, unit), 'externalsecret-')
          .map(metadataOf)
          .map(({ namespace, name }) => ({ namespace: text(namespace), name: text(name), unit })),
      ),
      tokenExpires: objectsIn(join(dist, 'onepassword-credentials'), 'secret-')
        .map((secret) => tokenExpiry(metadataOf(secret)))
        .find((expires) => expires !== undefined),
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'is not there' : `can't be read (${code ?? 'not as synth writes it'})`;
    throw new OperatorError([{ where: 'dist/', what, todo: 'run `npm run synth`' }]);
  }
}

/** The objects in a folder. */
function objectsIn(folder: string, prefix: string): Tree[] {
  return readdirSync(folder)
    .filter((file) => file.startsWith(prefix))
    .sort()
    .map((file) => {
      const object = load(readFileSync(join(folder, file), 'utf8'));
      return isTree(object) ? object : {};
    });
}

/** The source of a Flux Kustomization, which may be in another namespace. */
function sourceOf(kustomization: Tree | undefined, fluxNamespace: string): Expected['source'] {
  const spec = kustomization?.['spec'];
  const source = isTree(spec) ? spec['sourceRef'] : undefined;
  if (!isTree(source) || !isSourceKind(source['kind'])) throw new TypeError('no source');
  const { kind, name, namespace } = source;
  return { kind, name: text(name), namespace: text(namespace ?? fluxNamespace) };
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('no text');
  return value;
}
