/** What of the platform the repository makes already: External Secrets Operator, and stores that read 1Password. */
import { at, metadataOf, type Tree } from '../tree.js';
import type { RepositoryFiles } from './files.js';
import { groupOf, isKustomizationFile, plainText } from './kustomize.js';
import type { FluxModel, Way } from './model.js';
import type { FoundObject } from './objects.js';

/** A Helm release of External Secrets Operator, whatever it is called. */
export interface FoundOperator extends FoundObject {
  /** Version of the chart; undefined where nothing says it. */
  readonly version: string | undefined;
}

/** Helm releases of External Secrets Operator that Flux applies. */
export function operatorReleases(
  files: RepositoryFiles,
  model: FluxModel,
  isElsewhere: (way: Way) => boolean,
): FoundOperator[] {
  // Where nobody knows what Flux applies, it may be a leftover.
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

/** Stores of External Secrets Operator that Flux applies, of whatever provider. */
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

/** An ExternalSecret names its store, too; only a store has a provider. */
function holdsStore(bytes: Buffer): boolean {
  return bytes.includes('SecretStore') && bytes.includes('provider') && bytes.includes('external-secrets.io');
}

/** Objects that Flux applies, as far as it is known, as the cluster gets them. */
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
          .map((way) => ({ file: file.file, object: model.atEnd(object, way), way })),
      ),
    );
}
