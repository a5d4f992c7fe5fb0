import type { Problem } from '../errors.js';
import { isTree } from '../tree.js';
import type { RepositoryFiles } from './files.js';
import { type FluxKustomization, isKustomizationFile } from './kustomize.js';
import type { Placement } from './placement.js';

/**
 * SOPS files that Flux would apply as they are, because the Flux Kustomization that builds them has no
 * `decryption`: the Secret would hold the ciphertext, and Flux would call it Ready.
 *
 * A Flux Kustomization that may get its decryption from a patch is taken to have one.
 */
export function decryptionWarnings(files: RepositoryFiles, placement: Placement): Problem[] {
  const warn = (file: string, node: string): Problem[] => {
    const [first, ...more] = placement
      .buildersOf(node)
      .flux.filter((one) => !one.decrypts && !mayBePatched(one, placement));
    if (!first) return [];
    const by = `the Flux Kustomization ${first.name} in ${first.file}${more.length > 0 ? `, one of ${more.length + 1},` : ''}`;
    const what = `is encrypted with SOPS, and ${by} applies it without decryption: the Secret would hold the ciphertext, and Flux would call it Ready`;
    return [{ where: file, what, todo: 'add spec.decryption with provider: sops there' }];
  };
  const warnings = [...files.encrypted]
    .filter((file) => !isKustomizationFile(file.file))
    .filter((file) =>
      files
        .parse(file, 'is encrypted with SOPS')
        .some((tree) => isTree(tree['sops']) && tree['kind'] !== undefined),
    )
    .flatMap(({ file }) => warn(file, file));
  for (const { folder, inputs } of placement.holding('secretGenerator').kustomizations) {
    for (const input of inputs) if (files.isEncrypted(input)) warnings.push(...warn(input, folder));
  }
  return warnings;
}

function mayBePatched(one: FluxKustomization, placement: Placement): boolean {
  const { kustomizations, flux } = placement.buildersOf(one.file);
  return [...kustomizations, ...flux].some(({ mayDecrypt }) => mayDecrypt);
}
