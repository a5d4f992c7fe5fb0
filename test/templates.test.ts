import { describe, expect, test } from 'vitest';
import { templateFindings } from '../src/guards/templates.js';

/** What the guard says of one template of a secret with one item. */
function findings(text: string): string[] {
  return templateFindings({ namespace: 'a', name: 'b', item: 'i', template: { k: text } }).map(
    ({ what }) => what,
  );
}

describe('what Go and ESO take is taken', () => {
  test.each([
    'no action at all',
    '{{ .a }}',
    'a {{- .b -}} c',
    '{{ .b\n   -}} c',
    '{{/* comment */}}{{- /* trimmed */ -}}',
    '{{ if .a }}x{{ else if .b }}y{{ else }}z{{ end }}',
    '{{ with $x := .a }}{{ $x }}{{ . }}{{ end }}',
    '{{ range $i, $line := splitList "," .a }}{{ $i }}={{ $line }}{{ end }}',
    '{{ $x := .a }}{{ $x = .b }}{{ $x }}',
    '{{ toJson (dict "a" .b "c" .d) | b64enc }}',
    '{{ printf "%s:%s" .user .password | b64enc | quote }}',
    '{{ "{{ .ForSomebodyElse }}" }} {{ `{{ .raw }}` }}',
    '{{ (fromJson .config).user.name }}',
    '{{ $.a }}{{ with .b }}{{ . }}{{ $.d }}{{ end }}',
    '{{ index (splitList "," .a) 0 }}',
    '{{ with index . "x" }}{{ . }}{{ else }}{{ fail "1Password item i has no field x" }}{{ end }}',
    '{{ if index . "x" }}{{ index . "x" }}{{ else }}{{ fail "no field x" }}{{ end }}',
    '{{ range $label, $value := . }}{{ $label }}: {{ $value | quote }}\n{{ end }}',
    '{{ .pem | filterPEM "CERTIFICATE" }}{{ . | toJson }}{{ toYaml . }}',
    "{{ 1.5 }}{{ -3 }}{{ 0x1F }}{{ 'a' }}{{ true }}{{ ._2fa }}",
    '{{ define "t" }}{{ .x }}{{ end }}{{ template "t" . }}',
    'a single } or { or }} is text',
  ])('%s', (text) => {
    expect(findings(text)).toEqual([]);
  });
});

test('all that is wrong with a template is told at once', () => {
  expect(findings('{{ index . "a" }}{{ .b.c }}{{ nope .d }}{{ $x }}')).toEqual([
    'uses index, which gives an empty text where there is no such field, and ESO calls that Ready',
    '.b.c looks into a field, which is a text',
    "uses nope, which is no function of ESO's template engine",
    'uses $x, which is not declared',
  ]);
});

test('a guard of one field does not guard another', () => {
  expect(findings('{{ if index . "x" }}{{ index . "y" }}{{ else }}{{ fail "no" }}{{ end }}')).toHaveLength(1);
  expect(findings('{{ if index . "x" }}{{ index . "x" }}{{ else }}{{ end }}')).toHaveLength(1);
});

test('with several items, a name begins with an alias', () => {
  const texts = { good: '{{ .db_password }}', bad: '{{ .password }}' };
  expect(
    templateFindings({ namespace: 'a', name: 'b', items: { db: 'DB', app: 'App' }, template: texts }),
  ).toEqual([
    {
      field: 'template.bad',
      what: '.password begins with the alias of no item',
      todo: 'write .db_password, or another alias',
    },
  ]);
});
