import { lstatSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '../errors.js';
import type { Difference } from '../output/write.js';
import type { BesideSecret } from '../platform/platform.js';
import { plainText } from '../repository/kustomize.js';
import { identity } from '../repository/objects.js';
import type { RepositoryView } from '../repository/scan.js';
import { secretsMadeBy } from '../repository/secret-makers.js';
import { metadataOf } from '../tree.js';
import { originOf } from './first-line.js';
import { externalSecretOf, identityOf, nameOf } from './manifest.js';
import type { Places } from './place.js';

/**
 * Compares the files with what is there.
 *
 * @param top Absolute path of the repository's top folder.
 * @param project As `projectIn` names it.
 * @param files What is to be there.
 * @param before What is there of this project.
 * @returns How they differ, sorted by path, and what is there that is not synth's.
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

/** Whether a file is what synth writes; git may have given it other line ends, as no .gitattributes of ours is there. */
function isSame(there: Buffer, content: Buffer): boolean {
  if (there.equals(content)) return true;
  return (
    there.includes('\r\n') && there.toString('utf8').replaceAll('\r\n', '\n') === content.toString('utf8')
  );
}

const notAFile = { what: 'is not a plain file, and synth would write one there', todo: 'move it away' };

function foreignTo(project: string, content: Buffer): Omit<Problem, 'where'> | undefined {
  const whose = originOf(content)?.project;
  if (whose === project) return undefined;
  if (whose !== undefined) {
    const todo = 'name another folder, or take the app secret out there first';
    return { what: `was made by another project of this repository, ${whose}`, todo };
  }
  return {
    what: 'is not one of the files that synth makes, and synth would write it',
    todo: 'if it is the ExternalSecret that this app secret replaces, delete it and run synth again: Flux updates it in place; otherwise rename it',
  };
}

/** Another ExternalSecret of the repository, where an app secret beside an app is to be. */
export interface Double {
  readonly file: string;
  readonly one: BesideSecret;
  readonly problem: Omit<Problem, 'where'>;
}

/**
 * Other files with the ExternalSecret of an app secret beside an app, or with one for the same Secret: mostly those
 * that it replaces. kustomize refuses two of one name in a build, and in two builds they undo each other's work.
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
      const what = `is the ExternalSecret ${identityOf(own.one.secret)} in ${file}, too${isOther ? `, for the Secret ${made.name}` : ''}`;
      const isSameBuild = [...places.of(own.file).owners].some((owner) => places.of(file).owners.has(owner));
      const todo = isSameBuild
        ? `delete ${file} and its line in the kustomization.yaml, in the commit that brings ${own.file}: Flux updates it in place`
        : `give that one the annotation kustomize.toolkit.fluxcd.io/prune: disabled, push, and then delete it in the commit that brings ${own.file}: otherwise Flux deletes it, and the Secret with it`;
      return { file, one: own.one, problem: { what, todo } };
    });
  });
}

/** Under another name it would be another object: Flux would delete the one, and the Secret with it. */
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
      what: `is the Secret of the ExternalSecret ${maker} in ${file}, too`,
      todo: `to replace that one without losing the Secret, write externalSecretName: '${maker}'`,
    };
    return [{ file, one, problem }];
  });
}

/** The name of the ExternalSecret in a file that makes a Secret. */
function externalSecretFor(secret: string, file: string, { files }: RepositoryView): string | undefined {
  const bytes = files.picked.find((one) => one.file === file);
  const object =
    bytes &&
    files
      .parse(bytes, 'names a Secret')
      .find((tree) => tree['kind'] === 'ExternalSecret' && secretsMadeBy(tree)[0]?.name === secret);
  return object && plainText(metadataOf(object)['name']);
}
