import type { Problem } from '../errors.js';
import { someOf } from '../platform/app-secret-shape.js';
import type { AppSecretsFile } from '../platform/app-secrets.js';
import { identity } from '../repository/objects.js';
import type { RepositoryView } from '../repository/scan.js';
import { isTree } from '../tree.js';
import { textFaults } from './templates.js';

/**
 * Checks templates in ConfigMaps that the repository contains as plain objects: for missing keys, and for templates
 * that would fail or write an empty value. It skips generated ConfigMaps, and texts in which Flux substitutes.
 */
export function configMapProblems(
  files: readonly AppSecretsFile[],
  view: Pick<RepositoryView, 'sameObjects'>,
): Problem[] {
  const asked = files.flatMap(({ file, secrets }) =>
    secrets.flatMap((secret) =>
      (secret.templateFrom ?? []).map(({ configMap, keys }, index) => {
        const metadata = { namespace: secret.namespace, name: configMap };
        return { file, secret, keys, index, object: { apiVersion: 'v1', kind: 'ConfigMap', metadata } };
      }),
    ),
  );
  if (asked.length === 0) return [];
  const found = view.sameObjects(asked.map(({ object }) => object));
  return asked.flatMap(({ file, secret, keys, index, object }): Problem[] => {
    const [one, another] = found.get(identity(object)) ?? [];
    const data = one?.object['data'];
    if (!one || another || !isTree(data)) return [];
    const where = `${file}: ${secret.namespace}/${secret.name}: templateFrom[${index}]`;
    return keys.flatMap((key): Problem[] => {
      const text = Object.hasOwn(data, key) ? data[key] : undefined;
      if (typeof text !== 'string') {
        const what = `the ConfigMap ${object.metadata.name} in ${one.file} has no key ${key}, only ${someOf(Object.keys(data))}`;
        return [{ where, what, todo: 'correct it here or there' }];
      }
      if (text.includes('${')) return [];
      return textFaults(text, secret).map(({ what, todo }) => ({
        where,
        what: `${key} in ${one.file} ${what}`,
        todo: `${todo} there`,
      }));
    });
  });
}
