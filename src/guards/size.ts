import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';

/** The size limit of a Secret: https://kubernetes.io/docs/concepts/configuration/secret/ */
const secretBytes = 1024 * 1024;

/** Templates that make a Secret too large, whatever the values of the fields. */
export function sizeProblems({ template = {} }: AppSecretProps): Problem[] {
  const bytes = Object.values(template).reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  if (bytes <= secretBytes) return [];
  const what = `adds up to ${bytes} bytes, but a Secret can hold at most 1 MiB (${secretBytes})`;
  return [{ where: 'template', what, todo: 'move what is not secret to a ConfigMap' }];
}
