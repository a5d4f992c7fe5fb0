import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { templateProblems, templateWarnings } from '../../src/guards/templates.js';

/** What the guard finds in one template of an app secret with one item. */
function findings(text: string): string[] {
  return templateProblems({ namespace: 'a', name: 'b', item: 'i', template: { k: text } }).map(
    ({ what }) => what,
  );
}

describe('accepts what Go and ESO accept', () => {
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
    '{{ with .pem | filterPEM "CERTIFICATE" }}{{ . }}{{ else }}{{ fail "no" }}{{ end }}{{ . | toJson }}{{ toYaml . }}',
    "{{ 1.5 }}{{ -3 }}{{ 0x1F }}{{ 'a' }}{{ true }}{{ ._2fa }}",
    '{{ define "t" }}{{ .x }}{{ end }}{{ template "t" . }}',
    'a single } or { or }} is text',
  ])('%s', (text) => {
    expect(findings(text)).toEqual([]);
  });
});

test('reports all faults of a template at once', () => {
  expect(findings('{{ index . "a" }}{{ .b.c }}{{ nope .d }}{{ $x }}')).toEqual([
    'uses index, which gives an empty string if there is no such field, and External Secrets Operator still reports Ready',
    '.b.c looks inside a field, which is a string',
    "uses nope, which is not a function of External Secrets Operator's template engine",
    'uses $x, which is not declared',
  ]);
});

test('a check of one field does not cover another', () => {
  expect(findings('{{ if index . "x" }}{{ index . "y" }}{{ else }}{{ fail "no" }}{{ end }}')).toHaveLength(1);
  expect(findings('{{ if index . "x" }}{{ index . "x" }}{{ else }}{{ end }}')).toHaveLength(1);
});

test('with several items, a name must begin with an alias', () => {
  const texts = { good: '{{ .db_password }}', bad: '{{ .password }}' };
  expect(
    templateProblems({ namespace: 'a', name: 'b', items: { db: 'DB', app: 'App' }, template: texts }),
  ).toEqual([
    {
      where: 'template.bad',
      what: '.password does not begin with an alias of items',
      todo: 'write .db_password, or use another alias',
    },
  ]);
});

/** How Go judges templates; the file says how it was made. */
const vectors: { templates: { template: string; go: string }[] } = JSON.parse(
  readFileSync(new URL('../vectors/templates.json', import.meta.url), 'utf8'),
);

/** Refused although it works with the right values; docs/secrets.md names each. */
const deliberate =
  /at every refresh$|order changes|reads the clock|writes its error|anything but a (?:number|date|duration)|is not (?:YAML|JSON)|gives an empty string if|gives nothing if|printf|writes nil/;
/** Works until the branch with the mistake is taken. */
const inBranch =
  /looks inside|ranges over|where it takes|but it takes|which fails$|never exists|which has no|is not a function/;

describe.each([
  ['parse error', 'refused'],
  ['exec error', 'refused'],
  ['silent', 'refused'],
  ['random', 'refused'],
  ['answered', 'accepted'],
  ['works', 'accepted'],
])('Go and ESO 0.20.4: %s', (go, verdict) => {
  // htpasswd took two arguments then.
  const templates = vectors.templates.filter((one) => one.go === go && !one.template.includes('htpasswd'));

  test(`${templates.length} templates are ${verdict}`, () => {
    expect(templates).not.toEqual([]);
    const isWrong = ({ template }: { template: string }) =>
      verdict === 'refused'
        ? findings(template).length === 0
        : findings(template).some((what) => !deliberate.test(what));
    expect(templates.filter(isWrong)).toEqual([]);
  });
});

/** How the pinned release judges generated templates; the file says how it was made. */
const { made: _, ...byVerdict }: Record<string, string[]> = JSON.parse(
  readFileSync(new URL('../vectors/templates-2.9.0.json', import.meta.url), 'utf8'),
);

/** Whether the guard refuses a template or warns about it. */
function isTold(text: string): boolean {
  const secret = { namespace: 'a', name: 'b', item: 'i', template: { k: text } };
  return findings(text).length > 0 || templateWarnings(secret).length > 0;
}

describe.each(Object.entries(byVerdict))('ESO 2.9.0: %s', (verdict, templates) => {
  test(`${templates.length} templates`, () => {
    const isRight = (text: string) => {
      if (/^(?:parse error|never works)$/.test(verdict)) return findings(text).length > 0;
      if (/^(?:changes|silent)$/.test(verdict)) return isTold(text);
      return findings(text).every((what) => deliberate.test(what) || inBranch.test(what));
    };
    expect(templates.filter((text) => !isRight(text))).toEqual([]);
  });
});

test('a check covers its branch, and everything after it if its other branch fails', () => {
  const read = '{{ index . "x" }}';
  const fail = '{{ fail "no x" }}';
  expect(findings(`{{ if index . "x" }}${read}{{ else }}${fail}{{ end }}`)).toEqual([]);
  expect(findings(`{{ if not (index . "x") }}${fail}{{ end }}${read}`)).toEqual([]);
  expect(findings(`{{ if index . "x" }}{{ else }}${fail}{{ end }}${read}`)).toEqual([]);
  expect(findings(`{{ if .a }}{{ if not (index . "x") }}${fail}{{ end }}{{ end }}${read}`)).toHaveLength(1);
  expect(findings(`{{ if index . "x" }}{{ else }}${fail}{{ end }}{{ index . "y" }}`)).toHaveLength(1);
  expect(findings(`{{ if index . "x" | default "y" }}${read}{{ else }}${fail}{{ end }}`)).toHaveLength(1);
});

test('a template may call itself, and is checked for each way it is called', () => {
  const define = '{{ define "t" }}{{ index . "x" }}{{ template "t" (list .) }}{{ end }}';
  expect(findings(`${define}{{ template "t" . }}`)).not.toEqual([]);
  const print = '{{ define "t" }}{{ index . "x" }}{{ end }}';
  const guarded = '{{ if index . "x" }}{{ template "t" . }}{{ else }}{{ fail "no x" }}{{ end }}';
  expect(
    findings(`${print}{{ if not (index . "x") }}{{ fail "no x" }}{{ end }}{{ template "t" . }}`),
  ).toEqual([]);
  expect(findings(`${print}{{ if .a }}${guarded}{{ end }}{{ template "t" . }}`)).toHaveLength(1);
});

test('a JSON key may be missing if the template handles it', () => {
  const key = 'index (fromJson .json) "ghcr.io"';
  expect(findings(`{{ with ${key} }}{{ . }}{{ else }}{{ fail "no key" }}{{ end }}`)).toEqual([]);
  expect(findings(`{{ ${key} | default "none" }}`)).toEqual([]);
  expect(findings(`{{ with ${key} }}{{ . }}{{ else }}none{{ end }}`)).toEqual([]);
  expect(findings(`{{ with ${key} }}{{ . }}{{ else }} {{ end }}`)).toHaveLength(1);
  expect(findings(`{{ with ${key} }}{{ . }}{{ end }}`)).toHaveLength(1);
  expect(findings(`{{ ${key} }}`)).toHaveLength(1);
});

test('names from JavaScript are not functions', () => {
  expect(
    findings('{{ constructor .a }}{{ toString .a }}{{ __proto__ }}{{ .a | hasOwnProperty }}'),
  ).toHaveLength(3);
});
