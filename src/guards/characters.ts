import type { AppSecretProps } from '../constructs/app-secret.js';
import type { Problem } from '../errors.js';
import { isTitles, itemsOf } from '../external-secret/source.js';

/**
 * Characters that kustomize, which Flux runs on every manifest, does not pass on unchanged: it turns U+0085
 * into a space, may drop blanks around U+2028 and U+2029, and fails on the other control characters, on U+FFFE
 * and U+FFFF, and on a lone surrogate (seen with kustomize 5.7).
 */
const changed = /[\p{Cc}\p{Cs}\ufffe\uffff]|[\u2028\u2029](?=[ \t\n])|(?<=[ \t\n])[\u2028\u2029]/gu;
const fine = new Set(['\t', '\n', '\r']);

/** Finds characters that would not reach the cluster unchanged. */
export function characterProblems(secret: AppSecretProps): Problem[] {
  const { template = {}, labels = {}, annotations = {}, keys } = secret;
  const texts = Object.entries({ template, labels, annotations }).flatMap(([field, entries]) =>
    Object.entries(entries).map(([key, text]) => ({ where: `${field}.${key}`, text, isTemplate: true })),
  );
  const sources = Object.entries(typeof keys === 'object' ? keys : {}).map(([key, source]) => ({
    where: `keys.${key}`,
    text: typeof source === 'string' ? source : 'file' in source ? source.file : source.field,
    isTemplate: false,
  }));
  const titles = itemsOf(secret).map(({ title, prefix }, index) => ({
    where: isTitles(secret.items)
      ? `items[${index}]`
      : prefix === ''
        ? 'item'
        : `items.${prefix.slice(0, -1)}`,
    text: title,
    isTemplate: false,
  }));
  return [...texts, ...sources, ...titles].flatMap(({ where, text, isTemplate }) => {
    const found = [...new Set(text.match(changed))].filter((character) => !fine.has(character));
    return found.map((character) => {
      const code = (character.codePointAt(0) ?? 0).toString(16).padStart(4, '0');
      const isHalf = /\p{Cs}/u.test(character);
      return {
        where,
        what: `holds the character U+${code.toUpperCase()}, which Flux changes or refuses`,
        todo: isTemplate && !isHalf ? `write {{ "\\u${code}" }} instead` : 'remove it',
      };
    });
  });
}
