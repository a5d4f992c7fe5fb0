import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import fc from 'fast-check';
import ts from 'typescript';
import { expect, onTestFinished, test } from 'vitest';
import { fileNameFor, keysFor, type NewSecret, secretFile } from '../../src/onepassword/secret-file.js';
import { root } from '../project.js';

/** What a generated file declares, read without running it. */
function declared(text: string): unknown {
  const { outputText } = ts.transpileModule(text.replace(/^import .*\n/, ''), {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2023 },
  });
  const exports: { default?: unknown } = {};
  new Function('exports', 'appSecret', outputText)(exports, (props: unknown) => props);
  return exports.default;
}

const key = fc.stringMatching(/^[-._a-zA-Z0-9]{1,120}$/).filter((one) => one !== '__proto__');
const text = fc.oneof(
  fc.string({ minLength: 1 }),
  fc.string({ minLength: 70, maxLength: 130 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
  fc.string({ unit: fc.constantFrom("'", '"', '\\', '`', '$', '{', '\n', 'é', '界', '😀'), minLength: 1 }),
  fc.constantFrom('Grafana', "Bob's", '界'.repeat(60), '\u2028', '</script>', '\u202e', 'a'.repeat(98)),
);
const source = fc.oneof(
  text,
  text.map((file) => ({ file })),
);
const secret: fc.Arbitrary<NewSecret> = fc.record(
  {
    namespace: fc.constant('apps'),
    name: fc.constant('app'),
    item: text,
    keys: fc.oneof(fc.constant('all' as const), fc.dictionary(key, source, { minKeys: 1, maxKeys: 6 })),
    type: fc.constantFrom('Opaque', 'kubernetes.io/tls'),
  },
  { requiredKeys: ['namespace', 'name', 'item', 'keys'] },
);

test('a generated file says what was asked for; where no line is long, it is formatted as the project formats', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { vcs, ...config } = JSON.parse(readFileSync(join(root, '.biome.json'), 'utf8'));
  expect(vcs.enabled).toBe(true);
  writeFileSync(
    join(folder, 'biome.json'),
    `${JSON.stringify({ ...config, $schema: undefined }, null, 2)}\n`,
  );
  const asked = fc.sample(secret, { numRuns: 400, seed: 6 });
  let count = 1;
  for (const one of asked) {
    const written = secretFile(one);
    expect(declared(written)).toEqual(one);
    if (!written.split('\n').every((line) => /^[\x20-\x7e]{0,110}$/.test(line))) continue;
    writeFileSync(join(folder, `secret-${count}.ts`), written);
    count += 1;
  }
  expect(count).toBeGreaterThan(50);
  const args = ['check', '--diagnostic-level=error', '--max-diagnostics=5', '.'];
  const biome = await execa(join(root, 'node_modules/.bin/biome'), args, {
    cwd: folder,
    reject: false,
    all: true,
  });
  expect(biome.all).toMatch(new RegExp(`^Checked ${count} files in \\d+m?s\\. No fixes applied\\.$`));
  expect(biome.exitCode).toBe(0);
});

test('one file to read', () => {
  const file = secretFile({
    namespace: 'monitoring',
    name: 'grafana',
    item: "Bob's Grafana",
    keys: { password: 'password', 'admin-user': 'admin user' },
    type: 'Opaque',
  });
  expect(file).toBe(`import { appSecret } from '#cluster-secrets';

export default appSecret({
  namespace: 'monitoring',
  name: 'grafana',
  item: "Bob's Grafana",
  keys: {
    password: 'password',
    'admin-user': 'admin user',
  },
  type: 'Opaque',
});
`);
});

test('escapes characters that an editor does not show', () => {
  const file = secretFile({ namespace: 'a', name: 'a', item: 'a\u202eb\u00a0c\u200bd', keys: 'all' });
  expect(file).toContain("item: 'a\\u202eb\\u00a0c\\u200bd',");
});

test('labels become valid Secret keys', () => {
  const labels = [
    'admin user',
    'admin_user',
    'Schlüssel',
    '.dockerconfigjson',
    '..',
    '密码',
    'a / b',
    'tls.crt',
  ];
  expect(keysFor(labels)).toEqual({
    admin_user: 'admin user',
    admin_user_2: 'admin_user',
    Schlussel: 'Schlüssel',
    '.dockerconfigjson': '.dockerconfigjson',
    key: '..',
    key_2: '密码',
    a_b: 'a / b',
    'tls.crt': 'tls.crt',
  });
  expect(keysFor(['ca.pem', { file: 'ca.pem' }, 'constructor', '__proto__'])).toEqual({
    'ca.pem': 'ca.pem',
    'ca.pem_2': { file: 'ca.pem' },
    constructor_2: 'constructor',
    proto: '__proto__',
  });
});

test('a file is named after the Secret, as far as Flux accepts the name', () => {
  expect(fileNameFor('grafana')).toBe('grafana');
  expect(fileNameFor('registry.example.org')).toBe('registry-example-org');
  expect(fileNameFor(`${'a'.repeat(54)}-b`)).toBe('a'.repeat(54));
});
