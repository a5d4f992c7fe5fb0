/** Parts of the platform that the repository already installs: External Secrets Operator and its stores. */
import { at, metadataOf, type Tree } from '../tree.js';
import type { RepositoryFiles } from './files.js';
import { groupOf, isKustomizationFile, plainText } from './kustomize.js';
import type { FluxModel, Way } from './model.js';
import type { FoundObject } from './objects.js';

/** A Helm release of External Secrets Operator, with any name. */
export interface FoundOperator extends FoundObject {
  /** Version of the chart; undefined if unknown. */
  readonly version: string | undefined;
}

/** Helm releases of External Secrets Operator that Flux applies. */
export function operatorReleases(
  files: RepositoryFiles,
  model: FluxModel,
  isElsewhere: (way: Way) => boolean,
): FoundOperator[] {
  // If it is unknown what Flux applies, the release may be a leftover.
  if (!model.hasRoots) return [];
  const charts = new Map<string, Tree>();
  const releases: FoundObject[] = [];
  for (const found of objectsIn(files, model, isElsewhere, holdsRelease)) {
    const { object } = found;
    if (object['kind'] === 'OCIRepository') charts.set(placeOf(object), object);
    else if (object['kind'] === 'HelmRelease') releases.push(found);
  }
  return releases.flatMap((found) => {
    const { object } = found;
    const chart = at(object, 'spec', 'chart', 'spec');
    if (at(chart, 'chart') === 'external-secrets') {
      return [{ ...found, version: plainText(at(chart, 'version')) }];
    }
    const ref = at(object, 'spec', 'chartRef') as Tree | undefined;
    const namespace = ref?.['namespace'] ?? metadataOf(object)['namespace'];
    const source = charts.get(`${String(namespace)}/${String(ref?.['name'])}`);
    const url = plainText(at(source, 'spec', 'url'))?.replace(/\/$/, '');
    if (ref === undefined || !url?.endsWith('/external-secrets')) return [];
    return [{ ...found, version: plainText(at(source, 'spec', 'ref', 'tag')) }];
  });
}

/** Stores of External Secrets Operator that Flux applies, with any provider. */
export function secretStores(
  files: RepositoryFiles,
  model: FluxModel,
  isElsewhere: (way: Way) => boolean,
): FoundObject[] {
  return objectsIn(files, model, isElsewhere, holdsStore).filter(
    ({ object }) =>
      groupOf(object) === 'external-secrets.io' && /^(Cluster)?SecretStore$/.test(String(object['kind'])),
  );
}

function placeOf(object: Tree): string {
  const { namespace, name } = metadataOf(object);
  return `${String(namespace)}/${String(name)}`;
}

function holdsRelease(bytes: Buffer): boolean {
  return (
    bytes.includes('external-secrets') && /\b(HelmRelease|OCIRepository)\b/.test(bytes.toString('latin1'))
  );
}

/** An ExternalSecret also mentions its store, but only a store has a provider. */
function holdsStore(bytes: Buffer): boolean {
  return bytes.includes('SecretStore') && bytes.includes('provider') && bytes.includes('external-secrets.io');
}

/** Objects that Flux applies, as far as is known, in the form that the cluster gets. */
function objectsIn(
  files: RepositoryFiles,
  model: FluxModel,
  isElsewhere: (way: Way) => boolean,
  holds: (bytes: Buffer) => boolean,
): FoundObject[] {
  return files.picked
    .filter(
      ({ file, bytes }) =>
        holds(bytes) && !isKustomizationFile(file) && !model.isInput(file) && !model.isDead(file),
    )
    .flatMap((file) =>
      files.parse(file, 'may hold a part of External Secrets Operator').flatMap((object) =>
        model
          .likelyWays(file.file)
          .filter((way) => !isElsewhere(way))
          .flatMap((way) => {
            const end = model.atEnd(object, way);
            return end === undefined ? [] : [{ file: file.file, object: end, way }];
          }),
      ),
    );
}
