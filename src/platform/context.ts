import type { Flux, HealthCheck, HealthCheckExpression } from '../constructs/unit.js';
import { retained, secretMissing } from '../external-secret/reason.js';
import type { Tree } from '../tree.js';
import { isExisting } from './existing.js';
import type { Part, ResolvedSettings } from './settings-schema.js';

/** What every unit of the platform is made from. */
export interface PlatformContext {
  readonly settings: ResolvedSettings;
  readonly flux: Flux;
}

/** A name that is unique among several projects: prefixed with the project's name, if it has one. */
export function nameIn({ name }: Pick<ResolvedSettings, 'name'>, own: string): string {
  return name === undefined ? own : `${name}-${own}`;
}

/** Namespace of External Secrets Operator's pods. */
export function operatorNamespace({ externalSecrets, namespace }: ResolvedSettings): string {
  return (isExisting(externalSecrets) ? externalSecrets.existing.namespace : undefined) ?? namespace;
}

/** Namespace of Connect; undefined if this project does not install it, because then it may be anywhere. */
export function connectNamespace({ connect, namespace }: ResolvedSettings): string | undefined {
  return isExisting(connect) ? undefined : namespace;
}

/** Whether this project installs anything into the namespace. */
export function hasNamespace({ externalSecrets, connect }: ResolvedSettings): boolean {
  return !isExisting(externalSecrets) || !isExisting(connect);
}

/** The values of a chart; none if this project does not install it. */
export function valuesOf(part: Part<object>): Tree {
  return isExisting(part) ? {} : part.values;
}

/** A HelmRelease as a health check. */
export function helmReleaseHealth(name: string, namespace: string): HealthCheck {
  return { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name, namespace };
}

const ready = (status: string) => `c.type == 'Ready' && c.status == '${status}'`;

/**
 * Health of the ClusterSecretStore. `exists` is false until the condition is there; `failed` makes Flux report at
 * once what it would otherwise report after the timeout.
 */
export const storeHealth: HealthCheckExpression = {
  apiVersion: 'external-secrets.io/v1',
  kind: 'ClusterSecretStore',
  current: `status.conditions.exists(c, ${ready('True')})`,
  failed: `status.conditions.exists(c, ${ready('False')})`,
};

/**
 * Health of an ExternalSecret, in the same way. `syncedResourceVersion` begins with the generation that ESO synced;
 * a status for an older generation is stale, except with CreatedOnce, which never syncs again. Two cases that ESO
 * reports as Ready are failures: the look-ups found nothing, so that the Secret is "retained", even if it never
 * existed; and the Secret to merge keys into is missing.
 */
export const externalSecretHealth: HealthCheckExpression = {
  ...storeHealth,
  kind: 'ExternalSecret',
  current: `${storeHealth.current} && (!has(status.syncedResourceVersion) || has(spec.refreshPolicy) && spec.refreshPolicy == 'CreatedOnce' || status.syncedResourceVersion.startsWith(string(metadata.generation) + '-'))`,
  failed: `status.conditions.exists(c, c.type == 'Ready' && (c.status == 'False' || has(c.reason) && c.reason == '${secretMissing}' || has(c.message) && c.message.startsWith('${retained}')))`,
};
