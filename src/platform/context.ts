import type { Flux, HealthCheck, HealthCheckExpression } from '../constructs/unit.js';
import type { ValueConflict } from '../constructs/values.js';
import type { Problem } from '../errors.js';
import type { ResolvedSettings } from './settings.js';

/** What every unit of the platform is made from. */
export interface PlatformContext {
  readonly settings: ResolvedSettings;
  readonly flux: Flux;
}

/** A HelmRelease as a health check. */
export function helmReleaseHealth(name: string, namespace: string): HealthCheck {
  return { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', name, namespace };
}

/**
 * Health of an External Secrets resource. `exists` is false while there is no such condition; `failed`
 * makes Flux say at once what it would otherwise say after the timeout.
 */
export function readyHealth(kind: 'ClusterSecretStore' | 'ExternalSecret'): HealthCheckExpression {
  const ready = (status: string) =>
    `status.conditions.exists(c, c.type == 'Ready' && c.status == '${status}')`;
  return {
    apiVersion: 'external-secrets.io/v1',
    kind,
    current: ready('True'),
    failed: ready('False'),
  };
}

/** Tells an operator which of their chart values the product does not let them set. */
export function conflictProblems(field: string, conflicts: readonly ValueConflict[]): Problem[] {
  return conflicts.map(({ path, asked, needed }) => ({
    where: `src/settings.ts: ${field}.values.${path}`,
    what: `is ${JSON.stringify(asked)}, where the project needs ${needed}`,
    todo: 'remove it',
  }));
}
