/** A Flux Kustomization that another one can wait for. */
export interface UnitReference {
  /** Name of the Flux Kustomization. */
  readonly unitName: string;
  /** Its namespace; undefined means the namespace of the one that waits. */
  readonly unitNamespace?: string;
}

/** A Flux Kustomization that is declared elsewhere in the operator's repository. */
export class ExternalUnit implements UnitReference {
  readonly unitNamespace?: string;

  constructor(
    readonly unitName: string,
    namespace?: string,
  ) {
    if (namespace !== undefined) this.unitNamespace = namespace;
  }
}

/**
 * Names a Flux Kustomization that this project does not make, to wait for it.
 *
 * @param name `metadata.name` of the Flux Kustomization.
 * @param namespace Its namespace; default: the namespace of this project's Flux Kustomizations.
 * @returns What `waitsFor` and `dependsOn` take.
 *
 * @example
 * import { appSecret, externalUnit } from 'cluster-secrets';
 *
 * export default appSecret({
 *   namespace: 'media',
 *   name: 'radarr',
 *   item: 'Radarr',
 *   keys: { 'api-key': 'api key' },
 *   waitsFor: [externalUnit('media-namespace')],
 * });
 */
export function externalUnit(name: string, namespace?: string): ExternalUnit {
  return new ExternalUnit(name, namespace);
}
