/** Parts of the platform that the repository already installs: External Secrets Operator and its stores. */
import { at, metadataOf, type Tree } from '../tree.js';
import type { RepositoryFiles } from './files.js';
import { groupOf, isKustomizationFile, plainText } from './kustomize.js';
import type { FluxModel, Way } from './model.js';
import { type FoundObject, namespacedName } from './objects.js';

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
  const sources = new Map(
    objectsIn(files, model, isElsewhere, holdsSource)
      .filter(({ object }) => isSource(object))
      .map(({ object }) => [namespacedName(object), object]),
  );
  const names = [...sources.values()].map((source) => String(metadataOf(source)['name']));
  const holdsRelease = (bytes: Buffer) =>
    bytes.includes('HelmRelease') && ['external-secrets', ...names].some((name) => bytes.includes(name));
  return objectsIn(files, model, isElsewhere, holdsRelease).flatMap((found) => {
    const { object } = found;
    if (object['kind'] !== 'HelmRelease' || at(object, 'spec', 'kubeConfig') !== undefined) return [];
    const chart = at(object, 'spec', 'chart', 'spec');
    if (isOperatorChart(at(chart, 'chart'))) {
      return [{ ...found, version: plainText(at(chart, 'version')) }];
    }
    const ref = at(object, 'spec', 'chartRef') as Tree | undefined;
    const namespace = ref?.['namespace'] ?? metadataOf(object)['namespace'];
    const source = sources.get(`${String(namespace)}/${String(ref?.['name'])}`);
    if (!source) return [];
    const version = at(source, 'spec', 'ref', 'tag') ?? at(source, 'spec', 'version');
    return [{ ...found, version: plainText(version) }];
  });
}

function holdsSource(bytes: Buffer): boolean {
  return (
    bytes.includes('external-secrets') && (bytes.includes('OCIRepository') || bytes.includes('HelmChart'))
  );
}

/** Whether a source is that of the operator's chart. */
function isSource(object: Tree): boolean {
  if (object['kind'] === 'OCIRepository') return isOperatorChart(at(object, 'spec', 'url'));
  return object['kind'] === 'HelmChart' && isOperatorChart(at(object, 'spec', 'chart'));
}

/** A chart by its name, or by the last part of its path or address. */
function isOperatorChart(chart: unknown): boolean {
  return plainText(chart)?.replace(/\/$/, '').split('/').at(-1) === 'external-secrets';
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
          // With a kubeconfig, Flux applies it to another cluster.
          .filter((way) => !isElsewhere(way) && way.by?.spec['kubeConfig'] === undefined)
          .flatMap((way) => {
            const end = model.atEnd(object, way);
            return end === undefined ? [] : [{ file: file.file, object: end, way }];
          }),
      ),
    );
}
