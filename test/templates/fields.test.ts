import { expect, test } from 'vitest';
import { readFields } from '../../src/templates/fields.js';

test.each<[template: string, names: string[]]>([
  ['no action', []],
  ['{{ .a }}{{ .b | b64enc }}{{ .a }}', ['a', 'b']],
  ['{{ $.a }}', ['a']],
  ['{{ index . "a" }}', ['a']],
  ['{{ with index . `a` }}{{ . }}{{ else }}{{ fail "no a" }}{{ end }}', ['a']],
  ['{{ index $ "a b" }}', ['a b']],
  ['{{ $x := . }}{{ $x.a }}{{ index $x "b" }}', ['a', 'b']],
  // Where the dot is something else.
  ['{{ with .a }}{{ .inner }}{{ $.b }}{{ end }}', ['a', 'b']],
  ['{{ (fromJson .config).user.name }}', ['config']],
  ['{{ range splitList "," .a }}{{ . }}{{ end }}', ['a']],
  ['{{ define "t" }}{{ .a }}{{ end }}{{ template "t" . }}', ['a']],
  ['{{ define "t" }}{{ .a }}{{ end }}{{ template "t" (dict "a" .b) }}', ['b']],
  // What is no field at all.
  ['{{ "{{ .raw }}" }}{{/* .comment */}}{{ printf "%s.x" .a }} .text', ['a']],
  ['{{ .broken', []],
])('%s reads its names', (template, names) => {
  const read = readFields([template]);
  expect([...read.names]).toEqual(names);
  expect(read.everything).toBe(false);
});

test.each([
  '{{ . }}',
  '{{ toJson . }}',
  '{{ . | toYaml }}',
  '{{ range $k, $v := . }}{{ $k }}{{ end }}',
  '{{ range . }}{{ . }}{{ end }}',
  '{{ $x := . }}{{ range $x }}{{ . }}{{ end }}',
  '{{ $key := "a" }}{{ index . (printf "%s" $key) }}',
  '{{ define "t" }}{{ toJson . }}{{ end }}{{ template "t" . }}',
])('%s reads everything', (template) => {
  expect(readFields([template]).everything).toBe(true);
});

test('several templates together', () => {
  const { names, everything } = readFields(['{{ .a }}', '{{ toJson . }}', '{{ .b }}']);
  expect({ names: [...names], everything }).toEqual({ names: ['a', 'b'], everything: true });
});
