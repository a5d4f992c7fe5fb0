import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Finding } from './finding.js';

const namePart = /^[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const prefixPart = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const annotationBytes = 256 * 1024;

/**
 * Labels and annotations that the API server would refuse.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
 */
export function metadataFindings({ labels = {}, annotations = {} }: AppSecretProps): Finding[] {
  const findings: Finding[] = [];
  for (const [field, entries] of Object.entries({ labels, annotations })) {
    for (const key of Object.keys(entries)) {
      const parts = key.split('/');
      const name = parts.at(-1) ?? '';
      const valid =
        parts.length <= 2 && namePart.test(name) && (parts.length === 1 || prefixPart.test(parts[0] ?? ''));
      if (!valid) {
        findings.push({
          field: `${field}.${key}`,
          what: 'is no key of a label or annotation',
          todo: 'write at most 63 letters, digits, -, _ and ., with a domain and / in front if you like',
        });
      }
    }
  }
  for (const [key, value] of Object.entries(labels)) {
    // What a template makes of it is not known here.
    if (value.includes('{{') || labelValue.test(value)) continue;
    findings.push({
      field: `labels.${key}`,
      what: `'${value}' is no value of a label`,
      todo: 'write at most 63 letters, digits, -, _ and ., a letter or digit first and last',
    });
  }
  const bytes = Object.entries(annotations).reduce(
    (sum, entry) => sum + Buffer.byteLength(entry.join('')),
    0,
  );
  if (bytes > annotationBytes) {
    findings.push({ field: 'annotations', what: `hold ${bytes} bytes, over 256 KiB`, todo: 'shorten them' });
  }
  return findings;
}
