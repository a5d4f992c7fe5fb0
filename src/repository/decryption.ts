import type { Problem } from '../errors.js';
import { isTree } from '../tree.js';
import type { RepositoryFiles } from './files.js';
import { isKustomizationFile } from './kustomize.js';
import type { FluxModel } from './model.js';

/**
 * SOPS files that Flux would apply without decrypting them, because their Flux Kustomization has no `decryption`.
 * Skips files that Flux is known not to apply.
 */
export function decryptionWarnings(files: RepositoryFiles, model: FluxModel): Problem[] {
  const warn = (file: string, node: string): Problem[] => {
    const builders = [
      ...new Set(model.likelyWays(node).flatMap(({ by }) => (by && !by.decrypts ? [by] : []))),
    ];
    const [first] = builders;
    if (!first) return [];
    const by = `the Flux Kustomization ${first.name} in ${first.file}${builders.length > 1 ? `, one of ${builders.length},` : ''}`;
    const what = `is encrypted with SOPS, but ${by} applies it without decryption: the Secret would hold the ciphertext, and Flux would report Ready`;
    return [{ where: file, what, todo: 'add spec.decryption with provider: sops there' }];
  };
  const warnings = [...files.encrypted]
    .filter(
      (file) => !isKustomizationFile(file.file) && !model.isDead(file.file) && !model.isInput(file.file),
    )
    .filter((file) =>
      files
        .parse(file, 'is encrypted with SOPS')
        .some((tree) => isTree(tree['sops']) && tree['kind'] !== undefined),
    )
    .flatMap(({ file }) => warn(file, file));
  for (const { folder, secretInputs } of model.kustomizationsHolding('secretGenerator')) {
    for (const input of secretInputs) if (files.isEncrypted(input)) warnings.push(...warn(input, folder));
  }
  return warnings;
}
