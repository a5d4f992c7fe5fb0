import type { Problem } from '../errors.js';
import type { AppSecretsFile } from '../platform/app-secrets.js';
import type { RepositoryView } from '../repository/scan.js';

/** Namespaces that every cluster has. */
const always = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/**
 * Warns about a namespace that nothing in the repository creates or uses: a unit whose namespace is missing fails as a
 * whole. It can't tell, and stays silent, without Flux's roots or if the repository creates no namespaces at all.
 *
 * @param ours Namespaces that exist for this project.
 */
export function namespaceWarnings(
  files: readonly AppSecretsFile[],
  ours: readonly string[],
  view: RepositoryView,
): Problem[] {
  const known = new Set([...always, ...ours]);
  const asked = files.flatMap(({ file, secrets }) => secrets.map((secret) => ({ file, secret })));
  const unsure = asked.filter(({ secret }) => !known.has(secret.namespace));
  if (unsure.length === 0) return [];
  const unknown = view.unknownNamespaces([...new Set(unsure.map(({ secret }) => secret.namespace))]);
  return unsure
    .filter(({ secret }) => unknown.has(secret.namespace))
    .map(({ file, secret: { namespace, name } }) => ({
      where: `${file}: ${namespace}/${name}: namespace`,
      what: `nothing in this repository creates or uses the namespace ${namespace}`,
      todo: 'correct the name, unless something else creates it',
    }));
}
