/** The templates of a Secret's keys. A missing or empty field makes them fail with an error that names it. */
import { unansweredFields } from '../templates/fields.js';
import { sourceName } from './names.js';
import { fieldsRead, itemsOf, type KeySource, prefixOf, type SecretSource, sourcesOf } from './source.js';

/** The template of each key. */
export function keyTemplates(props: SecretSource): Record<string, string> {
  const keys = typeof props.keys === 'object' ? props.keys : {};
  return {
    ...Object.fromEntries(Object.entries(keys).map(([key, source]) => [key, ofSource(source, props)])),
    ...Object.fromEntries(
      Object.entries(props.template ?? {}).map(([key, text]) => [key, withGuards(text, props)]),
    ),
  };
}

/** Uses dot access, because only then is a missing field an error. */
function ofSource(source: KeySource, props: SecretSource): string {
  const name = `.${sourceName(source, fieldsRead(props))}`;
  const mayBeEmpty = typeof source !== 'string' && source.mayBeEmpty;
  return mayBeEmpty
    ? `{{ ${name} }}`
    : `{{ with ${name} }}{{ . }}{{ else }}${failEmpty(source, props)}{{ end }}`;
}

/** The user's template, after a guard for each field whose empty value would reach the Secret. */
function withGuards(text: string, props: SecretSource): string {
  if (!text.includes('{{')) return text;
  const guards = unansweredFields(text).flatMap((name) => {
    const source = sourceBehind(name, props);
    return source ? [`{{ if not .${name} }}${failEmpty(source, props)}{{ end }}`] : [];
  });
  return guards.join('') + text;
}

/** The field or file behind a name in a template; undefined for a name that starts with no alias. */
function sourceBehind(name: string, props: SecretSource): KeySource | undefined {
  const read = fieldsRead(props);
  const known = sourcesOf(props).find((source) => sourceName(source, read) === name);
  if (known !== undefined) return known;
  const [item] = itemsOf(props)
    .filter(({ prefix }) => name.startsWith(prefix))
    .sort((a, b) => b.prefix.length - a.prefix.length);
  if (!item) return undefined;
  const field = name.slice(item.prefix.length);
  return item.prefix === '' ? field : { item: item.prefix.slice(0, -1), field };
}

function failEmpty(source: KeySource, props: SecretSource): string {
  const titles = itemsOf(props).filter(({ prefix }) => prefix === prefixOf(source));
  const items = titles.map(({ title }) => `'${title}'`).join(', ');
  const of = titles.length > 1 ? `one of the items ${items}` : `the item ${items}`;
  const what =
    typeof source === 'string'
      ? `field '${source}'`
      : 'file' in source
        ? `file '${source.file}'`
        : `field '${source.field}'`;
  return `{{ fail ${goString(`the ${what} of ${of} is empty`)} }}`;
}

/** A Go string literal: the same as in JSON, except for lone surrogates. */
function goString(text: string): string {
  return JSON.stringify(text.replace(/\p{Cs}/gu, '\ufffd'));
}
