import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';

/** The most that the data of a Secret may hold: https://kubernetes.io/docs/concepts/configuration/secret/ */
const secretBytes = 1024 * 1024;

/** Templates that make a Secret too large whatever the fields hold. */
export function sizeProblems({ template = {} }: AppSecretProps): Problem[] {
  const bytes = Object.values(template).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes <= secretBytes) return [];
  const what = `holds ${bytes} bytes, and a Secret at most 1 MiB (${secretBytes})`;
  return [{ where: 'template', what, todo: 'move what is no secret to a ConfigMap' }];
}
