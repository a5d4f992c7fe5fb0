/** A Flux Kustomization that a unit can wait for. */
export interface UnitReference {
  /** Name of the Flux Kustomization. */
  readonly unitName: string;
  /** Its namespace; undefined for the namespace of the unit that waits. */
  readonly unitNamespace?: string;
}

/** A Flux Kustomization that this project does not create; `externalUnit()` makes one. */
export class ExternalUnit implements UnitReference {
  readonly unitNamespace?: string;

  /**
   * @param unitName `metadata.name` of the Flux Kustomization.
   * @param namespace Its namespace. @default - that of this project's Flux Kustomizations
   */
  constructor(
    readonly unitName: string,
    namespace?: string,
  ) {
    if (namespace !== undefined) this.unitNamespace = namespace;
  }
}

/**
 * Refers to a Flux Kustomization that this project does not create, in order to wait for it.
 *
 * @param name `metadata.name` of the Flux Kustomization.
 * @param namespace Its namespace. @default - that of this project's Flux Kustomizations
 * @returns A value for `waitsFor` and `dependsOn`.
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
