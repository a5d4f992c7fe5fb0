import type { Flux, HealthCheck, HealthCheckExpression } from '../constructs/unit.js';
import { retained, secretMissing } from '../external-secret/reason.js';
import type { Tree } from '../tree.js';
import { isExisting } from './existing.js';
import type { Part, ResolvedSettings } from './settings.js';

/** What every unit of the platform is made from. */
export interface PlatformContext {
  readonly settings: ResolvedSettings;
  readonly flux: Flux;
}

/** Name of a unit, or of an object that several projects would share: behind the project's name, if it has one. */
export function nameIn({ name }: Pick<ResolvedSettings, 'name'>, own: string): string {
  return name === undefined ? own : `${name}-${own}`;
}

/** Namespace of External Secrets Operator's pods. */
export function operatorNamespace({ externalSecrets, namespace }: ResolvedSettings): string {
  return (isExisting(externalSecrets) ? externalSecrets.existing.namespace : undefined) ?? namespace;
}

/** Namespace of Connect; undefined where it is somebody else's, and may be anywhere. */
export function connectNamespace({ connect, namespace }: ResolvedSettings): string | undefined {
  return isExisting(connect) ? undefined : namespace;
}

/** Whether anything of this project is in the namespace. */
export function hasNamespace({ externalSecrets, connect }: ResolvedSettings): boolean {
  return !isExisting(externalSecrets) || !isExisting(connect);
}

/** The values of a chart; none where it is somebody else's. */
export function valuesOf(part: Part<object>): Tree {
  return isExisting(part) ? {} : part.values;
}

/** A HelmRelease as a health check. */
export function helmReleaseHealth(name: string, namespace: string): HealthCheck {
  return { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name, namespace };
}

const ready = (status: string) => `c.type == 'Ready' && c.status == '${status}'`;

/**
 * Health of the ClusterSecretStore. `exists` is false while there is no such condition; `failed` makes Flux
 * say at once what it would otherwise say after the timeout.
 */
export const storeHealth: HealthCheckExpression = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ClusterSecretStore',
  current: `status.conditions.exists(c, ${ready('True')})`,
  failed: `status.conditions.exists(c, ${ready('False')})`,
};

/**
 * Health of an ExternalSecret, in the same way. ESO writes the generation that it synced in front of
 * `syncedResourceVersion`: what it says of an older one is no news. When the look-ups find nothing at all, it
 * says Ready and that the Secret is retained, even if there is none: that is a failure, too; and so is a Secret
 * that keys are to be added to and that is not there. What is made once is not synced again.
 */
export const externalSecretHealth: HealthCheckExpression = {
  ...storeHealth,
  kind: 'ExternalSecret',
  current: `${storeHealth.current} && (!has(status.syncedResourceVersion) || has(spec.refreshPolicy) && spec.refreshPolicy == 'CreatedOnce' || status.syncedResourceVersion.startsWith(string(metadata.generation) + '-'))`,
  failed: `status.conditions.exists(c, c.type == 'Ready' && (c.status == 'False' || has(c.reason) && c.reason == '${secretMissing}' || has(c.message) && c.message.startsWith('${retained}')))`,
};
