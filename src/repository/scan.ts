import { join, posix } from 'node:path';
import { goDuration } from '../constructs/duration.js';
import type { Problem } from '../errors.js';
import type { Repository } from '../repository.js';
import { isTree, type Tree } from '../tree.js';
import {
  isKustomizationFile,
  type Kustomization,
  Placement,
  plainText,
  toFluxKustomization,
  toKustomization,
} from './kustomize.js';
import { listFiles } from './list.js';
import { type FileBytes, parseDocuments, readBytes } from './read.js';

/** Without one of these a file makes no Secret and tells nothing about one. */
const marks = ['Secret', 'kustomize.toolkit', 'ENC[AES256_GCM'];

/** Something in the repository that makes a Secret. */
export interface FoundSecret {
  /** The file, relative to the top of the repository. */
  readonly file: string;
  readonly kind: 'SOPS' | 'Secret' | 'ExternalSecret' | 'secretGenerator';
  readonly name: string;
  /** undefined when nothing in the repository says it. */
  readonly namespace: string | undefined;
}

/**
 * Looks through the repository for what else makes Secrets: list, pick by bytes, parse, work out names.
 * Only files that hold the name of an app secret, or SOPS, or that rename, are parsed.
 *
 * @param project Absolute path of the project; its `dist/` is left out.
 * @param repository What git says; without git the project's folder is looked through.
 * @param names Names of the app secrets.
 * @returns What has one of these names, and warnings about what could not be read.
 */
export function scanRepository(
  project: string,
  repository: Repository | undefined,
  names: readonly string[],
): { secrets: FoundSecret[]; warnings: Problem[] } {
  const top = repository?.top ?? project;
  const dist = `${repository?.prefix ?? ''}dist/`;
  const warnings: Problem[] = [];
  const picked: FileBytes[] = [];
  for (const file of filesOf(top, repository !== undefined)) {
    if (file.startsWith(dist) || !(/\.(ya?ml|json)$/.test(file) || isKustomizationFile(file))) continue;
    const found = readBytes(top, file);
    if (!found) continue;
    if ('what' in found) warnings.push(found);
    else if (isKustomizationFile(file) || marks.some((mark) => found.bytes.includes(mark)))
      picked.push(found);
  }
  const parsedFiles = new Map<FileBytes, Tree[]>();
  const parse = (file: FileBytes, purpose: string): Tree[] => {
    const before = parsedFiles.get(file);
    if (before) return before;
    const parsed = parseDocuments(file, purpose);
    if ('what' in parsed) warnings.push(parsed);
    const trees = 'trees' in parsed ? parsed.trees : [];
    parsedFiles.set(file, trees);
    return trees;
  };

  warnings.push(...intervalWarnings(picked, parse));
  if (names.length === 0) return { secrets: [], warnings };

  const kustomizations: Kustomization[] = picked
    .filter(({ file }) => isKustomizationFile(file))
    .flatMap((file) => parse(file, 'is a kustomization').map((tree) => toKustomization(file.file, tree)));
  const flux = picked
    .filter(({ bytes }) => bytes.includes('kustomize.toolkit.fluxcd.io') && bytes.includes('path'))
    .flatMap((file) =>
      parse(file, 'holds a Flux Kustomization').flatMap((tree) => toFluxKustomization(file.file, tree) ?? []),
    );
  const placement = new Placement(kustomizations, flux);
  const wanted = new Set(names);
  const within = stripped(names, [...kustomizations, ...flux]);

  const secrets: FoundSecret[] = [];
  const add = (node: string, one: FoundSecret) => {
    for (const place of placement.placesOf(node, one)) {
      if (wanted.has(place.name)) secrets.push({ ...one, ...place });
    }
  };
  for (const kustomization of kustomizations) {
    for (const made of kustomization.secrets) {
      add(kustomization.folder, { file: kustomization.file, kind: 'secretGenerator', ...made });
    }
  }
  for (const file of picked) {
    if (isKustomizationFile(file.file)) continue;
    const sops = file.bytes.includes('ENC[AES256_GCM');
    if (!sops && !(file.bytes.includes('Secret') && within.some((name) => file.bytes.includes(name))))
      continue;
    for (const tree of parse(file, sops ? 'is encrypted with SOPS' : 'names a Secret')) {
      const secret = toSecret(file.file, tree);
      if (secret === undefined) continue;
      if ('what' in secret) warnings.push(secret);
      else add(file.file, secret);
    }
  }
  return { secrets: unique(secrets), warnings };
}

/** The files, those of repositories inside this one (submodules) included. */
function filesOf(top: string, git: boolean): string[] {
  return listFiles(top, git).flatMap((path) =>
    path.endsWith('/') ? filesOf(join(top, path), false).map((inner) => posix.join(path, inner)) : [path],
  );
}

/** The names, and what they can be before prefixes and suffixes are put around them. */
function stripped(names: readonly string[], around: readonly { prefix: string; suffix: string }[]): string[] {
  const all = new Set(names);
  for (const name of all) {
    for (const { prefix, suffix } of around) {
      if (prefix && name.startsWith(prefix) && name !== prefix) all.add(name.slice(prefix.length));
      if (suffix && name.endsWith(suffix) && name !== suffix) all.add(name.slice(0, -suffix.length));
    }
  }
  return [...all];
}

/** The Secret that a document is or makes; a warning when its name can't be read. */
function toSecret(file: string, tree: Tree): FoundSecret | Problem | undefined {
  const metadata = isTree(tree['metadata']) ? tree['metadata'] : {};
  const namespace = plainText(metadata['namespace']);
  if (tree['kind'] === 'ExternalSecret') {
    const spec = isTree(tree['spec']) ? tree['spec'] : {};
    const target = isTree(spec['target']) ? spec['target'] : {};
    const name = plainText(target['name']) ?? plainText(metadata['name']);
    return name === undefined ? undefined : { file, kind: 'ExternalSecret', name, namespace };
  }
  if (tree['kind'] !== 'Secret') return undefined;
  const encrypted = isTree(tree['sops']) && 'mac' in tree['sops'];
  const name = plainText(metadata['name']);
  if (name !== undefined) return { file, kind: encrypted ? 'SOPS' : 'Secret', name, namespace };
  if (!encrypted) return undefined;
  return {
    where: file,
    what: "holds a SOPS-encrypted Secret whose metadata.name can't be read",
    todo: 'encrypt only data and stringData, and see that no app secret has its name',
  };
}

function unique(secrets: readonly FoundSecret[]): FoundSecret[] {
  return [...new Map(secrets.map((one) => [JSON.stringify(one), one])).values()];
}

/** One ExternalSecret whose interval is no Go duration stops ESO from listing any. */
function intervalWarnings(
  files: readonly FileBytes[],
  parse: (file: FileBytes, purpose: string) => Tree[],
): Problem[] {
  return files
    .filter(({ bytes }) => bytes.includes('ExternalSecret') && bytes.includes('refreshInterval'))
    .filter(({ bytes }) =>
      [...bytes.toString('latin1').matchAll(/refreshInterval["']?\s*:\s*["']?([^\s"',}#]+)/g)].some(
        ([, value = '']) => goDuration(value) === undefined,
      ),
    )
    .flatMap((file) =>
      parse(file, 'holds an ExternalSecret').flatMap((tree): Problem[] => {
        const interval = isTree(tree['spec']) ? tree['spec']['refreshInterval'] : undefined;
        if (tree['kind'] !== 'ExternalSecret' || typeof interval !== 'string') return [];
        if (interval === '' || interval.includes('$') || goDuration(interval) !== undefined) return [];
        const what = `refreshInterval '${interval}' is no Go duration, and one such ExternalSecret stops ESO for the whole cluster`;
        return [{ where: file.file, what, todo: 'write hours, minutes or seconds, such as 24h' }];
      }),
    );
}
