import type { ReadFields } from '../templates/fields.js';
import { isDecoded, type KeySource, labelOf, prefixOf } from './source.js';

/**
 * What a template calls a field or a file: the rewrite of the look-up in TypeScript.
 *
 * @param label Label of the field, as 1Password has it.
 * @returns A name that can follow a dot in a Go template, unless it begins with a digit.
 */
export function templateName(label: string): string {
  return label.replace(/[^A-Za-z0-9_]/gu, '_');
}

const plainName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** What a template of the operator calls a key's source, alias in front. */
export function nameInTemplates(source: KeySource): string {
  const prefix = prefixOf(source);
  if (typeof source !== 'string' && 'file' in source) return `${prefix}file_${templateName(source.file)}`;
  const name = templateName(labelOf(source) ?? '');
  if (isDecoded(source)) return `${prefix}decoded_${name}`;
  return prefix === '' && /^[0-9]/.test(name) ? `_${name}` : `${prefix}${name}`;
}

/** The name of its own that a field gets which is taken by its exact label. */
export function exactName(label: string): string {
  return `field_${templateName(label)}`;
}

/**
 * What the template of a key calls its source.
 *
 * A label that another one could look like is taken by its exact text, and gets a name of its own; one that
 * the operator's templates read, too, has to have the name that they use.
 *
 * @param read What the templates of the app secret read.
 */
export function sourceName(source: KeySource, read: ReadFields): string {
  const label = labelOf(source);
  if (isDecoded(source)) return `${prefixOf(source)}decoded_${templateName(source.field)}`;
  if (label === undefined || !isExact(source, label, read)) return nameInTemplates(source);
  return `${prefixOf(source)}${exactName(label)}`;
}

/** Whether a field is taken by its exact label. */
export function isExact(source: KeySource, label: string, { names, everything }: ReadFields): boolean {
  // What reads all there is, by whatever name, gets each field by the name that its label has in templates.
  if (everything) return false;
  if (names.size === 0) return !plainName.test(label);
  // Only a name with a `_` can be that of two labels.
  return templateName(label).includes('_') && !names.has(nameInTemplates(source));
}

/** What External Secrets Operator makes of a label where there is no rewrite: it keeps letters of every script. */
export function withoutRewrite(label: string): string {
  return label.replace(/[^\p{L}\p{N}._-]/gu, '_');
}

/** Whether a text has only characters that a key of a Secret may have: ESO's own conversion leaves others. */
export function hasKeyCharacters(text: string): boolean {
  return /^[-._a-zA-Z0-9]+$/.test(text);
}
