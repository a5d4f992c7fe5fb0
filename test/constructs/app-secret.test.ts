import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Chart, Testing } from 'cdk8s';
import { describe, expect, onTestFinished, test } from 'vitest';
import { AppSecret } from '../../src/constructs/app-secret.js';
import { OperatorError } from '../../src/errors.js';
import { labelsByName } from '../../src/external-secret/rewrites.js';
import { type AppSecretProps, AppSecret as PublicAppSecret, type SecretSource } from '../../src/index.js';

/** The ExternalSecret of an app secret. */
function externalSecret(source: SecretSource & Partial<AppSecretProps>, refreshInterval = '1h') {
  const chart = new Chart(Testing.app(), 'test');
  const context = { storeName: 'onepassword', refreshInterval };
  new AppSecret(chart, 'it', { namespace: 'app', name: 'it', ...source }, context);
  const [object] = Testing.synth(chart);
  return object;
}

/**
 * The names under which a template finds the fields, when each item has the labels `api key`, `api-key` and
 * `password`; and what it makes of the keys that were asked for.
 */
function seen(source: SecretSource) {
  const { dataFrom = [], target } = externalSecret(source).spec;
  const labels = ['password', 'api key', 'api-key'];
  const names = dataFrom.flatMap(({ rewrite }: { rewrite?: [] }) => [
    ...labelsByName(labels, 'x', rewrite).keys(),
  ]);
  return { names, data: target.template.data };
}

/** The template of a key whose source may not be empty. */
function filled(name: string, what: string, item = 'Item'): string {
  return `{{ with .${name} }}{{ . }}{{ else }}{{ fail "the ${what} of the item '${item}' is empty" }}{{ end }}`;
}

test('labels that are valid after a dot need no rewrite', () => {
  expect(seen({ item: 'Item', keys: { p: 'password' } })).toEqual({
    names: ['password', 'api_key', 'api-key'],
    data: { p: filled('password', "field 'password'") },
  });
});

test('matches a label exactly if another one could be confused with it', () => {
  expect(seen({ item: 'Item', keys: { k: 'api key' } })).toEqual({
    names: ['password', 'field_api_key', 'unused_api_key'],
    data: { k: filled('field_api_key', "field 'api key'") },
  });
});

test.each([
  ['a dot', '{{ .api_key }}'],
  ['index', '{{ with index . "api_key" }}{{ . }}{{ else }}{{ fail "no api_key" }}{{ end }}'],
  ['index and a raw text', '{{ with index . `api_key` }}{{ . }}{{ else }}{{ fail "no api_key" }}{{ end }}'],
  ['a variable', '{{ $all := . }}{{ $all.api_key }}'],
])('one that a template reads, too, by %s, has one name for both', (_, text) => {
  for (const where of ['template', 'labels', 'annotations'] as const) {
    const { names, data } = seen({ item: 'Item', keys: { k: 'api key' }, [where]: { t: text } });
    expect(names).toEqual(['password', 'api_key']);
    expect(data).toMatchObject({ k: filled('api_key', "field 'api key'") });
  }
});

test.each(['{{ range $k, $v := . }}{{ $k }}={{ $v }}{{ end }}', '{{ toJson . }}', '{{ . }}'])(
  'a template that reads all there is finds each field by the name that it has in templates: %s',
  (text) => {
    expect(seen({ item: 'Item', keys: { k: 'api key' }, template: { t: text } })).toEqual({
      names: ['password', 'api_key'],
      data: { k: filled('api_key', "field 'api key'"), t: text },
    });
    const items = { a: 'Item', b: 'Other' };
    expect(seen({ items, keys: { k: { item: 'a', field: 'password' } }, template: { t: text } })).toEqual({
      names: ['a_password', 'a_api_key', 'b_password', 'b_api_key'],
      data: { k: filled('a_password', "field 'password'"), t: text },
    });
  },
);

test('files are look-ups of their own, so that a missing one is an error', () => {
  const { spec } = externalSecret({ item: 'Item', keys: { 'ca.crt': { file: 'ca.pem' } } });
  expect(spec.dataFrom).toBeUndefined();
  expect(spec.data).toEqual([
    { secretKey: 'file_ca_pem', remoteRef: { key: 'Item', property: 'file/ca.pem' } },
  ]);
  expect(spec.target.template.data).toEqual({ 'ca.crt': filled('file_ca_pem', "file 'ca.pem'") });
});

test('a key may be empty with mayBeEmpty, and a constant always', () => {
  const keys = { a: { field: 'user', mayBeEmpty: true }, b: { file: 'x', mayBeEmpty: true } };
  expect(seen({ item: 'Item', keys, template: { c: '' } }).data).toEqual({
    a: '{{ .user }}',
    b: '{{ .file_x }}',
    c: '',
  });
});

test('a decoded field has its own look-up, which fails where the template function would not', () => {
  const keys = { k: { field: 'api key', decode: 'base64' as const } };
  const { spec } = externalSecret({ item: 'Item', keys });
  expect(spec.dataFrom).toBeUndefined();
  expect(spec.data).toEqual([
    {
      secretKey: 'decoded_api_key',
      remoteRef: { key: 'Item', property: 'field/api key', decodingStrategy: 'Base64' },
    },
  ]);
  expect(spec.target.template.data).toEqual({ k: filled('decoded_api_key', "field 'api key'") });
});

test.each([
  ['pg://{{ .user }}:{{ .password }}@db', ['user', 'password']],
  ['{{- .user -}}', ['user']],
  ['{{ .user | default "x" }}{{ .password | b64enc }}', ['password']],
  ['{{ if .user }}{{ .user }}{{ .password }}{{ end }}', []],
  ['{{ with .user }}{{ . }}{{ else }}none{{ end }}', []],
  ['{{ range splitList "," .user }}{{ . }}{{ end }}', []],
  ['{{ if eq .user "x" }}y{{ end }}', []],
  ['{{ coalesce .user .password }}', ['password']],
  ['{{ (fromJson .user).password }}', ['user']],
])('a template fails on an empty field that it writes as it is: %s', (text, names) => {
  const guards = names.map(
    (name) => `{{ if not .${name} }}{{ fail "the field '${name}' of the item 'Item' is empty" }}{{ end }}`,
  );
  expect(seen({ item: 'Item', template: { t: text } }).data).toEqual({ t: guards.join('') + text });
});

test('messages quote titles and labels verbatim', () => {
  const keys = { k: { item: 'a', field: 'say "x" \\ {{ }}' } };
  const { k } = seen({ items: { a: 'It\u2028"em' }, keys }).data;
  expect(k).toContain(String.raw`{{ fail "the field 'say \"x\" \\ {{ }}' of the item 'It`);
});

test('all fields: no template, and every field reaches the Secret', () => {
  const { spec } = externalSecret({ item: 'Item', keys: 'all' });
  expect(spec.dataFrom).toEqual([{ extract: { key: 'Item' } }]);
  expect(spec.target.template).toEqual({ engineVersion: 'v2' });
});

test('every one: refreshed as often as asked, owned, kept when a look-up fails', () => {
  const { metadata, spec } = externalSecret({
    item: 'Item',
    keys: { p: 'password' },
    refreshInterval: '10m',
  });
  expect(metadata).toEqual({ name: 'it', namespace: 'app' });
  expect(spec).toMatchObject({
    refreshInterval: '10m',
    secretStoreRef: { kind: 'ClusterSecretStore', name: 'onepassword' },
    target: {
      name: 'it',
      creationPolicy: 'Owner',
      deletionPolicy: 'Retain',
      template: { engineVersion: 'v2', mergePolicy: 'Replace' },
    },
  });
  expect(externalSecret({ item: 'Item', keys: 'all' }).spec.refreshInterval).toBe('1h');
});

test('a list of items: one look-up each, in order, without prefixes', () => {
  const source: SecretSource = { items: ['One', 'Two'], keys: 'all' };
  expect(externalSecret(source).spec.dataFrom).toEqual([
    { extract: { key: 'One' } },
    { extract: { key: 'Two' } },
  ]);
  const { spec } = externalSecret({ ...source, template: { t: '{{ .api_key }}' } });
  expect(spec.dataFrom.map(({ extract }: { extract: { key: string } }) => extract.key)).toEqual([
    'One',
    'Two',
  ]);
  expect(seen({ ...source, template: { t: '{{ .api_key }}' } }).names).toContain('api_key');
  expect(spec.target.template).toMatchObject({
    mergePolicy: 'Merge',
    data: {
      t: `{{ if not .api_key }}{{ fail "the field 'api_key' of one of the items 'One', 'Two' is empty" }}{{ end }}{{ .api_key }}`,
    },
  });
});

test('templates in a ConfigMap: every field can be reached by a dot, and the keys are known', () => {
  const templateFrom = [{ configMap: 'texts', keys: ['a.yaml', 'b.yaml'] }];
  const source: SecretSource = { items: { x: 'One' }, keys: { k: { item: 'x', field: 'api key' } } };
  const { names, data } = seen({ ...source, templateFrom });
  expect(names).toEqual(['x_password', 'x_api_key']);
  expect(data).toEqual({ k: filled('x_api_key', "field 'api key'", 'One') });
  const { template } = externalSecret({ item: 'One', templateFrom }).spec.target;
  expect(template).toEqual({
    engineVersion: 'v2',
    mergePolicy: 'Replace',
    templateFrom: [
      {
        configMap: {
          name: 'texts',
          items: [
            { key: 'a.yaml', templateAs: 'Values' },
            { key: 'b.yaml', templateAs: 'Values' },
          ],
        },
      },
    ],
  });
  expect(externalSecret({ item: 'One', keys: 'all', templateFrom }).spec.target.template.mergePolicy).toBe(
    'Merge',
  );
});

test('its own name, and policies; created once, it does not change with the setting', () => {
  const source = { item: 'Item', keys: { p: 'password' } };
  const named = externalSecret({ ...source, externalSecretName: 'other' });
  expect([named.metadata.name, named.spec.target.name]).toEqual(['other', 'it']);
  for (const creationPolicy of ['Orphan', 'Merge'] as const) {
    const { target, refreshPolicy } = externalSecret({ ...source, creationPolicy }).spec;
    expect([target.creationPolicy, target.deletionPolicy, refreshPolicy]).toEqual([
      creationPolicy,
      'Retain',
      undefined,
    ]);
  }
  const once = externalSecret({ ...source, refreshPolicy: 'CreatedOnce' }, '10m').spec;
  expect([once.refreshPolicy, once.refreshInterval]).toEqual(['CreatedOnce', '1h']);
});

describe('by itself, in an app of cdk8s', () => {
  const context = { storeName: 'onepassword', refreshInterval: '1h' };
  const app = (props: AppSecretProps) => {
    const all = new App({ outdir: mkdtempSync(join(tmpdir(), 'cluster-secrets-')) });
    new PublicAppSecret(new Chart(all, 'chart'), 'secret', props, context);
    onTestFinished(() => rmSync(all.outdir, { recursive: true }));
    return all;
  };
  const good = { namespace: 'media', name: 'a', item: 'A', keys: { k: 'field' } };

  test('whatever synth refuses is an error of its app.synth(), with the construct path', () => {
    expect(() => app(good).synth()).not.toThrow();
    expect(() => app({ ...good, labels: { 'a b': 'c' } }).synth()).toThrow(
      /\[chart\/secret\] chart\/secret: media\/a: labels/,
    );
    expect(() => app({ ...good, template: { x: '{{ .y' } }).synth()).toThrow(/template/);
  });

  test('invalid props throw at once', () => {
    expect(() => app({ ...good, refreshInterval: '1d' })).toThrow(/refreshInterval/);
    expect(() => app({ namespace: 'media' } as AppSecretProps)).toThrow(OperatorError);
    const several = { ...good, namespace: undefined, namespaces: ['a', 'b'] };
    expect(() => app(several as unknown as AppSecretProps)).toThrow(/namespaces: unknown field/);
  });
});
