import type { ReadFields } from '../templates/fields.js';
import { isDecoded, type KeySource, labelOf, prefixOf } from './source.js';

/**
 * The name of a field or file in templates: the look-up's rewrite `plainNames`, in TypeScript.
 *
 * @param label The label of the field in 1Password.
 * @returns A name that can follow a dot in a Go template, unless it starts with a digit.
 */
export function templateName(label: string): string {
  return label.replace(/[^A-Za-z0-9_]/gu, '_');
}

const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The name of a key's source in the user's templates, with the prefix of the item. */
export function nameInTemplates(source: KeySource): string {
  const prefix = prefixOf(source);
  if (typeof source !== 'string' && 'file' in source) return `${prefix}file_${templateName(source.file)}`;
  const name = templateName(labelOf(source) ?? '');
  if (isDecoded(source)) return `${prefix}decoded_${name}`;
  return prefix === '' && /^[0-9]/.test(name) ? `_${name}` : `${prefix}${name}`;
}

/** The name of a field that is matched by its exact label. */
export function exactName(label: string): string {
  return `field_${templateName(label)}`;
}

/**
 * The name of a key's source in the template that this project writes for the key.
 *
 * A label that another one could be confused with is matched exactly and gets a separate name, unless the user's
 * templates also read the field: then it must keep the name that they use.
 *
 * @param read The fields that the app secret's templates read.
 */
export function sourceName(source: KeySource, read: ReadFields): string {
  const label = labelOf(source);
  if (isDecoded(source)) return `${prefixOf(source)}decoded_${templateName(source.field)}`;
  if (label === undefined || !isExact(source, label, read)) return nameInTemplates(source);
  return `${prefixOf(source)}${exactName(label)}`;
}

/** Whether a field is matched by its exact label. */
export function isExact(source: KeySource, label: string, { names, everything }: ReadFields): boolean {
  // A template may read any field by its usual name.
  if (everything) return false;
  if (names.size === 0) return !plainName.test(label);
  // Only a name with a `_` can stand for two labels.
  return templateName(label).includes('_') && !names.has(nameInTemplates(source));
}

/** What External Secrets Operator makes of a label without a rewrite: it keeps letters of every script. */
export function withoutRewrite(label: string): string {
  return label.replace(/[^\p{L}\p{N}._-]/gu, '_');
}

/** Whether a string has only characters that are valid in a Secret key: ESO's own conversion keeps others. */
export function hasKeyCharacters(text: string): boolean {
  return /^[-._a-zA-Z0-9]+$/.test(text);
}
