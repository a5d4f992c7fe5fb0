import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../errors.js';
import type { Difference } from '../output/write.js';
import type { BesideSecret } from '../platform/platform.js';
import { originOf } from '../repository/first-line.js';
import { plainText } from '../repository/kustomize.js';
import { identity } from '../repository/objects.js';
import type { RepositoryView } from '../repository/scan.js';
import { secretsMadeBy } from '../repository/secret-makers.js';
import { metadataOf } from '../tree.js';
import { externalSecretOf, identityOf, nameOf } from './manifest.js';
import type { Places } from './place.js';

/**
 * Compares the planned files beside apps with those on disk.
 *
 * @param top Absolute path of the repository's top folder.
 * @param project The project's name, from `projectIn`.
 * @param files The planned files.
 * @param before This project's files on disk.
 * @returns The differences, sorted by path, and the files in the way that synth did not write.
 */
export function compareBeside(
  top: string,
  project: string,
  files: ReadonlyMap<string, Buffer>,
  before: ReadonlyMap<string, Buffer>,
): { differences: Difference[]; foreign: Problem[] } {
  const foreign: Problem[] = [];
  const differences: Difference[] = [];
  for (const [path, content] of files) {
    const found = lstatSync(join(top, path), { throwIfNoEntry: false });
    if (!found) {
      differences.push({ path, kind: 'missing' });
      continue;
    }
    const there = found.isFile() ? readFileSync(join(top, path)) : undefined;
    const problem = there ? foreignTo(project, there) : notAFile;
    if (problem) foreign.push({ where: path, ...problem });
    else if (there && !isSame(there, content)) differences.push({ path, kind: 'changed' });
  }
  for (const path of before.keys()) if (!files.has(path)) differences.push({ path, kind: 'stale' });
  return { differences: differences.sort((a, b) => (a.path < b.path ? -1 : 1)), foreign };
}

/** Whether a file is what synth writes. Git may have changed its line endings: no .gitattributes of ours applies here. */
function isSame(there: Buffer, content: Buffer): boolean {
  if (there.equals(content)) return true;
  return (
    there.includes('\r\n') && there.toString('utf8').replaceAll('\r\n', '\n') === content.toString('utf8')
  );
}

const notAFile = { what: 'is not a regular file, and synth would write one there', todo: 'move it away' };

function foreignTo(project: string, content: Buffer): Omit<Problem, 'where'> | undefined {
  const whose = originOf(content)?.project;
  if (whose === project) return undefined;
  if (whose !== undefined) {
    const todo = 'name another folder, or first remove the app secret from that project';
    return { what: `was written by another project in this repository, ${whose}`, todo };
  }
  return {
    what: 'was not written by synth, and synth would overwrite it',
    todo: 'rename it, or if this app secret replaces that ExternalSecret, delete it and run synth again: Flux updates it in place',
  };
}

/** An ExternalSecret in the repository that conflicts with an app secret beside an app. */
export interface Double {
  readonly file: string;
  readonly one: BesideSecret;
  readonly problem: Omit<Problem, 'where'>;
}

/**
 * Finds other files with the same ExternalSecret as an app secret beside an app, or with one for the same Secret:
 * usually what it replaces. kustomize refuses duplicates within a build, and across builds they fight each other.
 */
export function findDoubles(
  wanted: ReadonlyMap<string, BesideSecret>,
  places: Places,
  view: RepositoryView,
): Double[] {
  if (wanted.size === 0) return [];
  const doubles = sameExternalSecrets(wanted, places, view);
  const told = new Set(doubles.map(({ file, one }) => `${file} ${identityOf(one.secret)}`));
  return [
    ...doubles,
    ...sameSecrets(wanted, view).filter(({ file, one }) => !told.has(`${file} ${identityOf(one.secret)}`)),
  ];
}

function sameExternalSecrets(
  wanted: ReadonlyMap<string, BesideSecret>,
  places: Places,
  view: RepositoryView,
): Double[] {
  const ours = new Map(
    [...wanted].map(([file, one]) => {
      const object = externalSecretOf(one.secret);
      return [identity(object), { file, one, object }] as const;
    }),
  );
  const found = view.sameObjects([...ours.values()].map(({ object }) => object));
  return [...found].flatMap(([id, others]) => {
    const own = ours.get(id);
    if (!own) return [];
    const unique = [...new Map(others.map((other) => [other.file, other])).values()];
    return unique.map(({ file, object }) => {
      const [made] = secretsMadeBy(object);
      const isOther = made !== undefined && made.name !== own.one.secret.props.name;
      const what = `is also the ExternalSecret ${identityOf(own.one.secret)} in ${file}${isOther ? `, for the Secret ${made.name}` : ''}`;
      const isSameBuild = [...places.of(own.file).owners].some((owner) => places.of(file).owners.has(owner));
      const todo = isSameBuild
        ? `delete ${file} and its line in the kustomization.yaml, in the commit that adds ${own.file}: Flux updates it in place`
        : `annotate that one with kustomize.toolkit.fluxcd.io/prune: disabled, push, then delete it in the commit that adds ${own.file}: otherwise Flux deletes it, and the Secret with it`;
      return { file, one: own.one, problem: { what, todo } };
    });
  });
}

/** With another name it would be another object: Flux would delete the old one, and its Secret with it. */
function sameSecrets(wanted: ReadonlyMap<string, BesideSecret>, view: RepositoryView): Double[] {
  const bySecret = new Map(
    [...wanted.values()].map(
      (one) => [`${one.secret.props.namespace}/${one.secret.props.name}`, one] as const,
    ),
  );
  const { secrets } = view.findSecrets([...bySecret.values()].map(({ secret }) => secret.props));
  return secrets.flatMap(({ file, namespace, name, dead, unknown }) => {
    const one = bySecret.get(`${namespace}/${name}`);
    const maker = dead || unknown ? undefined : externalSecretFor(name, file, view);
    if (!one || maker === undefined || maker === nameOf(one.secret)) return [];
    const problem = {
      what: `is also the Secret of the ExternalSecret ${maker} in ${file}`,
      todo: `to replace that one without losing the Secret, write externalSecretName: '${maker}'`,
    };
    return [{ file, one, problem }];
  });
}

/** The name of the ExternalSecret in a file that makes this Secret. */
function externalSecretFor(secret: string, file: string, { files }: RepositoryView): string | undefined {
  const bytes = files.picked.find((one) => one.file === file);
  const object =
    bytes &&
    files
      .parse(bytes, 'names a Secret')
      .find((tree) => tree['kind'] === 'ExternalSecret' && secretsMadeBy(tree)[0]?.name === secret);
  return object && plainText(metadataOf(object)['name']);
}
