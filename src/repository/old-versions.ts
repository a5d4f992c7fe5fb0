import type { Problem } from '../errors.js';
import type { RepositoryFiles } from './files.js';
import type { FluxModel } from './model.js';

/** Kinds that External Secrets Operator used to serve as `v1beta1`. */
const kinds = /^(ExternalSecret|ClusterExternalSecret|SecretStore|ClusterSecretStore)$/;

/**
 * Objects with an API version that External Secrets Operator no longer serves: Flux reports `no matches for kind` and
 * applies nothing of a build that contains one.
 */
export function oldVersionWarnings(files: RepositoryFiles, model: FluxModel): Problem[] {
  return files.picked
    .filter(({ bytes }) => bytes.includes('external-secrets.io/v1beta1'))
    .filter(({ file }) => !model.isDead(file))
    .flatMap((file) =>
      files
        .parse(file, 'holds an object of External Secrets Operator')
        .filter(({ apiVersion }) => apiVersion === 'external-secrets.io/v1beta1')
        .filter(({ kind }) => typeof kind === 'string' && kinds.test(kind))
        .map(({ kind }) => ({
          where: file.file,
          what: `holds ${/^[AEIOU]/.test(String(kind)) ? 'an' : 'a'} ${String(kind)} of external-secrets.io/v1beta1, which this operator does not serve`,
          todo: 'write apiVersion: external-secrets.io/v1',
        })),
    );
}
