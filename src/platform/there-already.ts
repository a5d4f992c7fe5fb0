/** Parts of the platform that the repository already installs, and how the settings use them. */
import type { Problem } from '../errors.js';
import { plainText } from '../repository/kustomize.js';
import { type FoundObject, namespacedName } from '../repository/objects.js';
import type { RepositoryView } from '../repository/scan.js';
import { at, isTree, metadataOf, type Tree } from '../tree.js';
import type { AppSecretsFile } from './app-secrets.js';
import type { ExistingStore } from './existing.js';
import type { ResolvedSettings } from './settings-schema.js';

/** A part of the platform that the repository already installs. */
export interface ThereAlready {
  readonly part: 'externalSecrets' | 'connect' | 'store';
  /** The file that declares it. */
  readonly file: string;
  /** `External Secrets Operator is already installed, by HelmRelease external-secrets/external-secrets in FILE`. */
  readonly what: string;
  /** The line for `src/settings.ts` that makes this project use it. */
  readonly line: string;
}

/**
 * Finds the parts that this project would install a second time.
 *
 * @param settings The settings of the project, or the defaults.
 */
export function thereAlready(
  view: RepositoryView,
  { namespace, flux }: Pick<ResolvedSettings, 'namespace' | 'flux'>,
): ThereAlready[] {
  const operators = view.operatorReleases().map((found): ThereAlready => {
    const { object, file } = found;
    const runsIn = String(at(object, 'spec', 'targetNamespace') ?? metadataOf(object)['namespace']);
    const words = [
      ...unitWords(view, found, flux),
      ...(runsIn === namespace ? [] : [`namespace: '${runsIn}'`]),
    ];
    return {
      part: 'externalSecrets',
      file,
      what: `External Secrets Operator is already installed, by HelmRelease ${namespacedName(object)} in ${file}`,
      line: `externalSecrets: existing(${words.length > 0 ? `{ ${words.join(', ')} }` : ''})`,
    };
  });
  const stores = view.secretStores().flatMap((found): ThereAlready[] => {
    const provider = providerOf(found.object);
    const { kind, metadata } = found.object;
    if (provider === undefined || !isTree(metadata)) return [];
    const words = [
      `name: '${String(metadata['name'])}'`,
      ...(kind === 'ClusterSecretStore' ? [] : [`kind: '${String(kind)}'`]),
      ...(provider === 'onepassword' ? [] : [`provider: '${provider}'`]),
      ...unitWords(view, found, flux),
    ];
    const what = `the ${String(kind)} ${String(metadata['name'])} already exists, in ${found.file}`;
    const connect = connectWords(found.object);
    return [
      { part: 'store', file: found.file, what, line: `store: existing({ ${words.join(', ')} })` },
      ...(connect
        ? [
            {
              part: 'connect' as const,
              file: found.file,
              what: `a Connect server already exists, according to ${found.file}`,
              line: `connect: existing({ ${[...connect, ...unitWords(view, found, flux)].join(', ')} })`,
            },
          ]
        : []),
    ];
  });
  return [...operators, ...stores];
}

/** The Connect server of a store; undefined unless its host and token are plain values. */
function connectWords(store: Tree): string[] | undefined {
  const provider = at(store, 'spec', 'provider', 'onepassword');
  const host = plainText(at(provider, 'connectHost'));
  const token = at(provider, 'auth', 'secretRef', 'connectTokenSecretRef');
  const [namespace, name, key] = ['namespace', 'name', 'key'].map((field) => plainText(at(token, field)));
  if (host === undefined || name === undefined) return undefined;
  const parts = [
    ...(namespace === undefined ? [] : [`namespace: '${namespace}'`]),
    `name: '${name}'`,
    ...(key === undefined || key === 'token' ? [] : [`key: '${key}'`]),
  ];
  return [`host: '${host}'`, `token: { ${parts.join(', ')} }`];
}

/** The Flux Kustomization to wait for; none if it also applies this project, directly or through others. */
function unitWords(
  view: RepositoryView,
  { way: { by } }: FoundObject,
  flux: ResolvedSettings['flux'],
): string[] {
  if (!by || by.isRoot || view.fluxAbove().has(by)) return [];
  const namespace =
    by.namespace === undefined || by.namespace === flux.namespace ? '' : `, '${by.namespace}'`;
  return [`unit: externalUnit('${by.name}'${namespace})`];
}

/** The provider by which a store reads 1Password; undefined for any other provider. */
export function providerOf(store: Tree): ExistingStore['provider'] {
  const provider = at(store, 'spec', 'provider');
  return (['onepassword', 'onepasswordSDK'] as const).find((name) => at(provider, name) !== undefined);
}

/** The settings, with those that the existing store answers filled in. */
export interface StoreAnswers {
  readonly settings: ResolvedSettings;
  /** What was read from the store, one line each. */
  readonly said: readonly string[];
}

/**
 * Fills in what the user left out and the existing store says: its vaults, and the namespaces that may use it.
 *
 * @param settings The settings, with the defaults.
 * @param page What `src/settings.ts` exports.
 */
export function settingsFromStore(
  settings: ResolvedSettings,
  page: unknown,
  view: RepositoryView,
): StoreAnswers {
  if (!settings.store.isExisting) return { settings, said: [] };
  const [found] = storesNamed(settings, view);
  if (!found) return { settings, said: [] };
  const said: string[] = [];
  const given = isTree(page) && page['vaults'] !== undefined;
  const vaults = vaultsOf(found.object);
  const readsVaults = !given && vaults.length > 0;
  if (readsVaults && vaults.join() !== settings.vaults.join()) {
    said.push(`vaults are ${vaults.join(', ')}, read from ${found.file}`);
  }
  const namespaces = settings.store.namespaces ?? namespacesOf(found.object);
  return {
    said,
    settings: {
      ...settings,
      vaults: readsVaults ? vaults : settings.vaults,
      store: { ...settings.store, ...(namespaces && { namespaces }) },
    },
  };
}

/** Contradictions between the settings and the parts that the repository already installs. */
export function existingProblems(
  settings: ResolvedSettings,
  view: RepositoryView,
  settingsFile: string,
): { problems: Problem[]; warnings: Problem[] } {
  const problems: Problem[] = [];
  const warnings: Problem[] = [];
  const { store } = settings;
  const where = (field: string) => `${settingsFile}: ${field}`;
  if (store.isExisting) {
    const named = storesNamed(settings, view);
    for (const { object, file } of named) {
      const provider = providerOf(object);
      if (provider === store.provider) continue;
      const others = Object.keys((at(object, 'spec', 'provider') ?? {}) as Tree).join(', ');
      problems.push({
        where: where('store.existing.provider'),
        what: `is ${store.provider}, but the ${store.kind} ${store.name} in ${file} uses ${provider ?? (others || 'none')}`,
        todo: provider === undefined ? 'name a store that reads 1Password' : `write provider: '${provider}'`,
      });
    }
    const others = view.secretStores().filter(({ object }) => providerOf(object) !== undefined);
    if (named.length === 0 && others.length > 0) {
      const list = others.map(
        ({ object, file }) => `${String(object['kind'])} ${String(metadataOf(object)['name'])} in ${file}`,
      );
      warnings.push({
        where: where('store.existing.name'),
        what: `the ${store.kind} ${store.name} is not in this repository, which has ${list.join(', ')}`,
        todo: 'correct the name or kind, unless something else creates it',
      });
    }
  }
  const [operator] = view.operatorReleases();
  if (operator && isBeforeV1(operator.version)) {
    warnings.push({
      where: operator.file,
      what: `External Secrets Operator ${operator.version} does not serve external-secrets.io/v1, the API version this project uses`,
      todo: 'upgrade it to 0.16 or newer first',
    });
  }
  return { problems, warnings };
}

/** Namespaces of app secrets without the SecretStore that they name, where the repository has it for others. */
export function storeWarnings(
  settings: ResolvedSettings,
  files: readonly AppSecretsFile[],
  view: RepositoryView,
): Problem[] {
  const { store } = settings;
  if (!store.isExisting || store.kind !== 'SecretStore') return [];
  const there = new Set(storesNamed(settings, view).map(({ object }) => metadataOf(object)['namespace']));
  if (there.size === 0) return [];
  return files.flatMap(({ file, secrets }) =>
    secrets
      .filter(({ namespace }) => !there.has(namespace))
      .map(({ namespace, name }) => ({
        where: `${file}: ${namespace}/${name}: namespace`,
        what: `the repository has no SecretStore ${store.name} in ${namespace}`,
        todo: 'add one, unless something else creates it',
      })),
  );
}

function storesNamed({ store }: ResolvedSettings, view: RepositoryView): FoundObject[] {
  return view
    .secretStores()
    .filter(({ object }) => object['kind'] === store.kind && metadataOf(object)['name'] === store.name);
}

/** https://github.com/external-secrets/external-secrets/releases/tag/v0.16.0 */
function isBeforeV1(version: string | undefined): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(version ?? '') ?? [];
  return major === '0' && Number(minor) < 16;
}

/** The vaults of a store, in search order. */
function vaultsOf(store: Tree): string[] {
  const provider = at(store, 'spec', 'provider');
  const sdk = at(provider, 'onepasswordSDK', 'vault');
  if (typeof sdk === 'string') return [sdk];
  const vaults = at(provider, 'onepassword', 'vaults');
  return Object.entries(isTree(vaults) ? vaults : {})
    .sort(([, a], [, b]) => Number(a) - Number(b))
    .map(([vault]) => vault);
}

/** The namespaces that may use a store; undefined if all may, or if a selector or expression decides. */
function namespacesOf(store: Tree): string[] | undefined {
  const conditions = at(store, 'spec', 'conditions');
  if (!Array.isArray(conditions) || conditions.length === 0) return undefined;
  const lists = conditions.map((condition) =>
    isTree(condition) && Object.keys(condition).length === 1 ? condition['namespaces'] : undefined,
  );
  return lists.every(Array.isArray) ? [...new Set(lists.flat().map(String))] : undefined;
}
