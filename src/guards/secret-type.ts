import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';

/**
 * Keys that the API server wants in a Secret of a type, one of each list.
 * https://kubernetes.io/docs/concepts/configuration/secret/#secret-types
 */
const wanted: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'kubernetes.io/tls': [['tls.crt'], ['tls.key']],
  'kubernetes.io/dockerconfigjson': [['.dockerconfigjson']],
  'kubernetes.io/dockercfg': [['.dockercfg']],
  'kubernetes.io/basic-auth': [['username', 'password']],
  'kubernetes.io/ssh-auth': [['ssh-privatekey']],
};

/** Types whose keys are missing: the API server refuses such a Secret, long after the commit. */
export function typeProblems({ type, keys, template }: AppSecretProps): Problem[] {
  if (type === 'kubernetes.io/service-account-token') {
    const todo = 'use another type';
    return [{ where: 'type', what: `${type} is for tokens that Kubernetes makes itself`, todo }];
  }
  if (type === undefined || keys === 'all') return [];
  const has = new Set([...Object.keys(keys ?? {}), ...Object.keys(template ?? {})]);
  return (wanted[type] ?? [])
    .filter((oneOf) => !oneOf.some((key) => has.has(key)))
    .map((oneOf) => ({
      where: 'type',
      what: `a Secret of type ${type} needs the key ${oneOf.join(' or ')}`,
      todo: 'add it to keys or template',
    }));
}
