import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { isLabelValue, isMetadataKey } from '../platform/shape.js';

const annotationBytes = 256 * 1024;

/**
 * Labels and annotations that the API server would refuse.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export function metadataProblems({ labels = {}, annotations = {} }: AppSecretProps): Problem[] {
  const problems: Problem[] = [];
  for (const [field, entries] of Object.entries({ labels, annotations })) {
    for (const key of Object.keys(entries)) {
      if (!isMetadataKey(key)) {
        problems.push({
          where: `${field}.${key}`,
          what: 'is not a valid label or annotation key',
          todo: 'use at most 63 letters, digits, -, _ and ., optionally after a domain and /',
        });
      }
    }
  }
  for (const [key, value] of Object.entries(labels)) {
    // The output of a template is unknown here.
    if (value.includes('{{') || isLabelValue(value)) continue;
    problems.push({
      where: `labels.${key}`,
      what: `'${value}' is not a valid label value`,
      todo: 'use at most 63 letters, digits, -, _ and ., starting and ending with a letter or digit',
    });
  }
  const bytes = Object.entries(annotations).reduce(
    (sum, entry) => sum + Buffer.byteLength(entry.join('')),
    0,
  );
  if (bytes > annotationBytes) {
    problems.push({
      where: 'annotations',
      what: `add up to ${bytes} bytes, over 256 KiB`,
      todo: 'shorten them',
    });
  }
  return problems;
}
