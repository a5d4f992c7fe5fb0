import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { findBeside } from '../beside/find.js';
import { OperatorError } from '../errors.js';
import { tokenExpiry } from '../token-expiry.js';
import { at, isTree, metadataOf, type Tree } from '../tree.js';
import { isSourceKind, type SourceKind } from './source.js';

/** What should be in the cluster. */
export interface Expected {
  /** The units' namespace and source; undefined if `dist/` has no unit. */
  readonly flux:
    | {
        readonly namespace: string;
        readonly source: { readonly kind: SourceKind; readonly name: string; readonly namespace: string };
      }
    | undefined;
  readonly units: readonly string[];
  /** The HelmReleases of ESO and Connect that this project makes. */
  readonly releases: readonly { readonly namespace: string; readonly name: string }[];
  /** The stores that app secrets use or that this project makes. */
  readonly stores: readonly ExpectedStore[];
  /** The ExternalSecrets of app secrets, each with its unit, or with its file if it is beside its app. */
  readonly externalSecrets: readonly ({
    readonly namespace: string;
    readonly name: string;
  } & ({ readonly unit: string } | { readonly file: string }))[];
  /** When Connect's token expires, as recorded by bootstrap; undefined if unknown. */
  readonly tokenExpires: Date | undefined;
}

/** A store that should be in the cluster. */
export interface ExpectedStore {
  readonly kind: 'ClusterSecretStore' | 'SecretStore';
  readonly name: string;
  /** undefined for a ClusterSecretStore. */
  readonly namespace: string | undefined;
  /** The unit that makes it; undefined for an existing store. */
  readonly unit: string | undefined;
}

/**
 * Reads from `dist/` and the files beside apps what should be in the cluster. The project's sources are not
 * loaded, because that would take longer than querying the cluster; `synth --check` compares the two.
 *
 * @param project Absolute path of the project.
 * @throws OperatorError if `dist/` does not exist or was not written by synth.
 */
export function expectedFrom(project: string): Expected {
  const dist = join(project, 'dist');
  try {
    const kustomizations = unitFiles(dist).map((file) => objectIn(join(dist, 'flux', file)));
    const [first] = kustomizations;
    const units = kustomizations.map((unit) => text(metadataOf(unit)['name']));
    const inUnits = (prefix: string) =>
      units.flatMap((unit) =>
        objectsIn(join(dist, unit), prefix).map((object) => {
          const { namespace, name } = metadataOf(object);
          return { unit, object, namespace, name };
        }),
      );
    const externalSecrets = [
      ...inUnits('externalsecret-').map(({ unit, object, namespace, name }) => ({
        unit,
        namespace: text(namespace),
        name: text(name),
        store: at(object, 'spec', 'secretStoreRef'),
      })),
      ...findBeside(project).map(({ object, namespace, file }) => ({
        file,
        namespace,
        name: text(metadataOf(object)['name']),
        store: at(object, 'spec', 'secretStoreRef'),
      })),
    ];
    const made = inUnits('clustersecretstore-').map(({ unit, name }) => ({ unit, name: text(name) }));
    const used = externalSecrets.map(({ namespace, store }): ExpectedStore => {
      const kind = at(store, 'kind') === 'SecretStore' ? 'SecretStore' : 'ClusterSecretStore';
      const name = text(at(store, 'name'));
      const unit = kind === 'SecretStore' ? undefined : made.find((one) => one.name === name)?.unit;
      return { kind, name, namespace: kind === 'SecretStore' ? namespace : undefined, unit };
    });
    const own = made.map(({ unit, name }) => ({
      kind: 'ClusterSecretStore' as const,
      name,
      namespace: undefined,
      unit,
    }));
    return {
      flux: first && fluxOf(first),
      units,
      releases: inUnits('helmrelease-').map(({ namespace, name }) => ({
        namespace: text(namespace),
        name: text(name),
      })),
      stores: [
        ...new Map(
          [...own, ...used].map((store) => [`${store.kind} ${store.namespace}/${store.name}`, store]),
        ).values(),
      ],
      externalSecrets: externalSecrets.map(({ store: _, ...secret }) => secret),
      tokenExpires: inUnits('secret-')
        .map(({ object }) => tokenExpiry(metadataOf(object)))
        .find((expires) => expires !== undefined),
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const what = code === 'ENOENT' ? 'does not exist' : `can't be read (${code ?? 'not written by synth'})`;
    throw new OperatorError([{ where: 'dist/', what, todo: 'run `npm run synth`' }]);
  }
}

/** The units' Flux Kustomizations; empty if the platform exists already and no app secret is declared. */
function unitFiles(dist: string): string[] {
  const entries = readdirSync(dist);
  if (!entries.includes('kustomization.yaml')) throw new TypeError('not written by synth');
  return entries.includes('flux') ? readdirSync(join(dist, 'flux')).sort() : [];
}

/** A Flux Kustomization's namespace, and its source, which may be in another namespace. */
function fluxOf(kustomization: Tree): NonNullable<Expected['flux']> {
  const namespace = text(metadataOf(kustomization)['namespace']);
  const source = at(kustomization, 'spec', 'sourceRef');
  if (!isTree(source) || !isSourceKind(source['kind'])) throw new TypeError('no source');
  const { kind, name } = source;
  return { namespace, source: { kind, name: text(name), namespace: text(source['namespace'] ?? namespace) } };
}

/** The objects in a folder whose files have this prefix. */
function objectsIn(folder: string, prefix: string): Tree[] {
  return readdirSync(folder)
    .filter((file) => file.startsWith(prefix))
    .sort()
    .map((file) => objectIn(join(folder, file)));
}

function objectIn(file: string): Tree {
  const object = load(readFileSync(file, 'utf8'));
  return isTree(object) ? object : {};
}

function text(value: unknown): string {
  if (typeof value !== 'string') throw new TypeError('not a string');
  return value;
}
