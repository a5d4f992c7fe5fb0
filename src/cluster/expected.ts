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
  /** Where the Flux Kustomizations are, and their source; undefined where `dist/` has no unit. */
  readonly flux:
    | {
        readonly namespace: string;
        readonly source: { readonly kind: SourceKind; readonly name: string; readonly namespace: string };
      }
    | undefined;
  readonly units: readonly string[];
  /** The HelmReleases of ESO and Connect, as far as they are of this project. */
  readonly releases: readonly { readonly namespace: string; readonly name: string }[];
  /** The stores that the app secrets read, or that this project makes for them. */
  readonly stores: readonly ExpectedStore[];
  /** The ExternalSecrets of the app secrets, each with its unit, or with its file where it lies beside its app. */
  readonly externalSecrets: readonly ({
    readonly namespace: string;
    readonly name: string;
  } & ({ readonly unit: string } | { readonly file: string }))[];
  /** When Connect's token ends, as bootstrap wrote it down; undefined when it does not say. */
  readonly tokenExpires: Date | undefined;
}

/** A store. */
export interface ExpectedStore {
  readonly kind: 'ClusterSecretStore' | 'SecretStore';
  readonly name: string;
  /** undefined for a ClusterSecretStore. */
  readonly namespace: string | undefined;
  /** The unit that makes it; undefined when it is there already. */
  readonly unit: string | undefined;
}

/**
 * What synth wrote brings into the cluster. Nothing of the sources is loaded, because that would
 * take longer than to ask the cluster; whether the tree is what they say is for `synth --check`.
 *
 * @param project Absolute path of the project.
 * @throws OperatorError when it is not there, or is not one of synth's.
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
    const what = code === 'ENOENT' ? 'is not there' : `can't be read (${code ?? 'not as synth writes it'})`;
    throw new OperatorError([{ where: 'dist/', what, todo: 'run `npm run synth`' }]);
  }
}

/** The files of the Flux Kustomizations; none where everything is there already, and no app secret declared. */
function unitFiles(dist: string): string[] {
  const entries = readdirSync(dist);
  if (!entries.includes('kustomization.yaml')) throw new TypeError('no tree of synth');
  return entries.includes('flux') ? readdirSync(join(dist, 'flux')).sort() : [];
}

/** Where a Flux Kustomization is, and its source, which may be in another namespace. */
function fluxOf(kustomization: Tree): NonNullable<Expected['flux']> {
  const namespace = text(metadataOf(kustomization)['namespace']);
  const source = at(kustomization, 'spec', 'sourceRef');
  if (!isTree(source) || !isSourceKind(source['kind'])) throw new TypeError('no source');
  const { kind, name } = source;
  return { namespace, source: { kind, name: text(name), namespace: text(source['namespace'] ?? namespace) } };
}

/** The objects in a folder. */
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
  if (typeof value !== 'string') throw new TypeError('no text');
  return value;
}
