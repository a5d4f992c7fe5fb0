import type { Problem } from '../errors.js';
import { escapeRegExp } from '../regexp.js';
import { isTree, metadataOf, type Tree } from '../tree.js';
import { addTo, type RepositoryFiles } from './files.js';
import { fits, isKustomizationFile, isSubstituted, plainText, trees } from './kustomize.js';
import type { FluxModel, Way } from './model.js';
import type { FileBytes } from './read.js';
import { type MadeSecret, makerMarks, secretsMadeBy, type WrittenContent } from './secret-makers.js';

/** A Secret to look for. */
export interface Wanted {
  readonly namespace: string;
  readonly name: string;
}

/** Something in the repository that creates, or may create, a Secret that was looked for. */
export interface FoundSecret extends Wanted {
  /** The file, relative to the top of the repository. */
  readonly file: string;
  /** What it is: `the SOPS-encrypted Secret`. */
  readonly what: string;
  /** The part of its identity that is unknown, because nothing sets it or Flux substitutes it. */
  readonly unknown: 'name' | 'namespace' | undefined;
  /** Whether Flux is known not to apply it, and nothing suggests that somebody else does. */
  readonly dead: boolean;
  /** What the file writes to the Secret; undefined if unknown. */
  readonly content?: WrittenContent;
  /** Set for an ExternalSecret. */
  readonly creationPolicy?: string;
}

/**
 * Finds what creates one of these Secrets. It parses only files that contain such a name or a SOPS block.
 *
 * @param wanted The app secrets.
 * @param isElsewhere Whether a way leads into a cluster other than that of the app secrets.
 * @returns What creates them, and warnings about what can't be read.
 */
export function findSecrets(
  files: RepositoryFiles,
  model: FluxModel,
  wanted: readonly Wanted[],
  isElsewhere: (way: Way) => boolean,
): { secrets: FoundSecret[]; warnings: Problem[] } {
  const warnings: Problem[] = [];
  const names = innerNames(
    wanted.map(({ name }) => name),
    ['namePrefix', 'nameSuffix'].flatMap((field) => [
      ...model.kustomizationsHolding(field),
      ...model.fluxHolding(field).map(({ step }) => step),
    ]),
  );
  const byName = new Map<string, Wanted[]>();
  for (const one of wanted) addTo(byName, one.name, one);

  const secrets = new Map<string, FoundSecret>();
  const add = (file: string, dead: boolean, made: MadeSecret) => {
    const { name, namespace, ...rest } = made;
    for (const one of isSubstituted(name) ? wanted : (byName.get(name) ?? [])) {
      if (!fits(name, one.name) || !(namespace === undefined || fits(namespace, one.namespace))) continue;
      const open = namespace === undefined || isSubstituted(namespace);
      const unknown = isSubstituted(name) ? 'name' : open ? 'namespace' : undefined;
      const key = `${file} ${one.namespace}/${one.name}`;
      // A certain clash takes precedence over a possible one.
      if (!secrets.has(key) || !unknown)
        secrets.set(key, { ...rest, namespace: one.namespace, name: one.name, file, unknown, dead });
    }
  };
  const waysOf = (node: string) => {
    const dead = model.isDead(node);
    return { dead, ways: (dead ? model.ways(node) : model.likelyWays(node)).filter(not(isElsewhere)) };
  };

  for (const one of model.kustomizationsHolding('secretGenerator')) {
    const { dead, ways } = waysOf(one.folder);
    for (const { name, namespace } of one.secrets) {
      const object = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name, ...(namespace && { namespace }) },
      };
      for (const way of ways) {
        const end = model.atEnd(object, { ...way, steps: [one, ...way.steps] });
        const [made] = end ? secretsMadeBy(end) : [];
        if (made) add(one.file, dead, { ...made, what: 'the Secret that kustomize generates' });
      }
    }
  }
  const stores = kubernetesStores(files);
  for (const file of files.picked) {
    const sops = files.encrypted.has(file);
    if (isKustomizationFile(file.file) || !(sops || mayMake(file, names))) continue;
    const purpose = sops ? 'is encrypted with SOPS' : 'names a Secret';
    const objects = files.parse(file, purpose);
    if (model.isInput(file.file)) continue;
    const { dead: unreached, ways } = waysOf(file.file);
    const dead = unreached && !model.isForHands(file.file, sops);
    for (const object of objects) {
      const hidden = dead ? undefined : hiddenIdentity(file.file, object);
      if (hidden) warnings.push(hidden);
      else {
        for (const way of ways) {
          const end = model.atEnd(object, way);
          if (end === undefined) continue;
          for (const made of [...secretsMadeBy(end), ...pushedBy(end, stores)]) add(file.file, dead, made);
        }
      }
    }
  }
  return { secrets: [...secrets.values()], warnings };
}

function not<Value>(test: (value: Value) => boolean): (value: Value) => boolean {
  return (value) => !test(value);
}

const marks = new RegExp(makerMarks.map(escapeRegExp).join('|'));

/** Whether the bytes of a file without SOPS are worth parsing. */
function mayMake({ bytes }: FileBytes, names: ReadonlySet<string> | 'any'): boolean {
  // The file need not mention the name of such a Secret.
  if (marks.test(bytes.toString('latin1'))) return true;
  if (!bytes.includes('Secret')) return false;
  return names === 'any' || bytes.includes('${') || [...names].some((name) => bytes.includes(name));
}

/**
 * The names, and what they may be before kustomize adds prefixes and suffixes; any name, if Flux substitutes one of
 * those.
 */
function innerNames(
  names: readonly string[],
  around: readonly { prefix: string; suffix: string }[],
): Set<string> | 'any' {
  if (around.some(({ prefix, suffix }) => isSubstituted(prefix) || isSubstituted(suffix))) return 'any';
  // Searching every file for this many names costs more than parsing it.
  if (names.length > 500) return 'any';
  const all = new Set(names);
  for (const name of all) {
    for (const { prefix, suffix } of around) {
      if (prefix && name.startsWith(prefix) && name !== prefix) all.add(name.slice(prefix.length));
      if (suffix && name.endsWith(suffix) && name !== suffix) all.add(name.slice(0, -suffix.length));
    }
  }
  return all;
}

/** A warning if SOPS hides the kind of an object or the name of a Secret. */
function hiddenIdentity(file: string, object: Tree): Problem | undefined {
  if (!isTree(object['sops'])) return undefined;
  const todo = 'encrypt only data and stringData, and make sure that no app secret has its name';
  const { kind } = object;
  if (typeof kind === 'string' && plainText(kind) === undefined) {
    return { where: file, what: "holds a SOPS-encrypted object whose kind can't be read", todo };
  }
  if (kind !== 'Secret' || plainText(metadataOf(object)['name']) !== undefined) return undefined;
  return { where: file, what: "holds a SOPS-encrypted Secret whose metadata.name can't be read", todo };
}

/** Stores that write to this same cluster: their namespace, by name of the store. */
function kubernetesStores(files: RepositoryFiles): ReadonlyMap<string, string> {
  const stores = new Map<string, string>();
  if (!files.picked.some(({ bytes }) => bytes.includes('PushSecret'))) return stores;
  for (const file of files.picked) {
    if (!file.bytes.includes('SecretStore') || !file.bytes.includes('kubernetes:')) continue;
    for (const { kind, metadata, spec } of files.parse(file, 'holds a SecretStore')) {
      const provider = isTree(spec) && isTree(spec['provider']) ? spec['provider']['kubernetes'] : undefined;
      if (!isTree(provider) || !String(kind).endsWith('SecretStore') || !isTree(metadata)) continue;
      const server = isTree(provider['server']) ? plainText(provider['server']['url']) : undefined;
      if (server !== undefined && !server.includes('kubernetes.default')) continue;
      stores.set(String(metadata['name']), plainText(provider['remoteNamespace']) ?? 'default');
    }
  }
  return stores;
}

/** https://external-secrets.io/latest/guides/pushsecrets/ */
function pushedBy({ kind, metadata, spec }: Tree, stores: ReadonlyMap<string, string>): MadeSecret[] {
  if (kind !== 'PushSecret' || !isTree(spec)) return [];
  const what = `the Secret of the PushSecret ${isTree(metadata) ? String(metadata['name']) : ''}`;
  return trees(spec['secretStoreRefs']).flatMap(({ name: store }) => {
    const namespace = stores.get(String(store));
    if (namespace === undefined) return [];
    return trees(spec['data']).flatMap(({ match }) => {
      const remote = isTree(match) && isTree(match['remoteRef']) ? match['remoteRef'] : {};
      const name = plainText(remote['remoteKey']);
      return name === undefined ? [] : [{ what, name, namespace }];
    });
  });
}
