import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { keysOf } from '../external-secret/source.js';

/**
 * Keys that the API server requires in a Secret of a type: one of each list.
 * https://kubernetes.io/docs/concepts/configuration/secret/#secret-types
 */
const wanted: ReadonlyMap<string, readonly (readonly string[])[]> = new Map([
  ['kubernetes.io/tls', [['tls.crt'], ['tls.key']]],
  ['kubernetes.io/dockerconfigjson', [['.dockerconfigjson']]],
  ['kubernetes.io/dockercfg', [['.dockercfg']]],
  ['kubernetes.io/basic-auth', [['username', 'password']]],
  ['kubernetes.io/ssh-auth', [['ssh-privatekey']]],
]);

/** Types that External Secrets Operator or its webhook refuses. */
const refusedTypes: ReadonlyMap<string, string> = new Map([
  ['kubernetes.io/service-account-token', 'is for tokens that Kubernetes creates itself'],
  ['bootstrap.kubernetes.io/token', 'is refused by External Secrets Operator'],
]);

/** Types whose required keys are missing: the API server would refuse the Secret, but only long after the commit. */
export function typeProblems(secret: AppSecretProps): Problem[] {
  const { type, template } = secret;
  const refused = type === undefined ? undefined : refusedTypes.get(type);
  if (refused !== undefined) {
    return [{ where: 'type', what: `${type} ${refused}`, todo: 'use another type' }];
  }
  const keys = keysOf(secret);
  if (type === undefined || keys === undefined) return [];
  const content = contentProblems(type, template);
  const has = new Set(keys);
  const missing = (wanted.get(type) ?? [])
    .filter((oneOf) => !oneOf.some((key) => has.has(key)))
    .map((oneOf) => ({
      where: 'type',
      what: `a Secret of type ${type} needs the key ${oneOf.join(' or ')}`,
      todo: 'add it to keys or template',
    }));
  return [...missing, ...content];
}

/** Constant texts that the API server would refuse for the type. */
function contentProblems(type: string, template: AppSecretProps['template'] = {}): Problem[] {
  return Object.entries(template).flatMap(([key, text]) => {
    if (text.includes('{{')) return [];
    const where = `template.${key}`;
    if ((key === '.dockerconfigjson' || key === '.dockercfg') && type === `kubernetes.io/${key.slice(1)}`) {
      const todo = 'write a JSON object';
      return isJsonObject(text)
        ? []
        : [{ where, what: `is not a JSON object, which ${type} requires`, todo }];
    }
    return type === 'kubernetes.io/ssh-auth' && key === 'ssh-privatekey' && text === ''
      ? [{ where, what: `is empty, which ${type} does not allow`, todo: 'write a template' }]
      : [];
  });
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
