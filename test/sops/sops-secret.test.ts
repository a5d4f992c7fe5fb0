import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkSopsSecret } from '../../src/sops-secret.js';
import { makeProject, root } from '../project.js';

const file = 'src/platform/onepassword-secret.sops.yaml';
const good = readFileSync(join(root, 'test/examples/rich', file), 'utf8');

const expected = {
  name: 'onepassword-secret',
  namespace: 'external-secrets',
  keys: ['1password-credentials.json', 'token'],
};

test('a file made by sops is accepted', async () => {
  const project = await makeProject({ files: { [file]: good } });
  expect(await project.synth()).toMatchObject({ code: 0, err: '' });
});

test('synth reports everything wrong with a file', async () => {
  const wrong = good.replace('name: onepassword-secret', 'name: other').replace(/ +mac: .*\n/, '');
  const project = await makeProject({ files: { [file]: wrong } });
  const { code, err } = await project.synth();
  expect(code).toBe(1);
  const todo = 'make it again with `npm run bootstrap -- --rotate`';
  expect(err.split('\n')).toEqual([
    `${file}: metadata.name: must be 'onepassword-secret' (got "other"); ${todo}`,
    `${file}: sops.mac: is missing or not encrypted; ${todo}`,
  ]);
});

test('an unreadable file is reported', async () => {
  const project = await makeProject({ files: { [`${file}/folder`]: '' } });
  const { code, err } = await project.synth();
  expect(code).toBe(1);
  expect(err).toBe(`${file}: can't be read (EISDIR); check that it is a file, and who may read it`);
});

test.each<[name: string, content: string | Buffer, lines: string[]]>([
  [
    'another name',
    good.replace('name: onepassword-secret', 'name: other'),
    ['metadata.name: must be \'onepassword-secret\' (got "other")'],
  ],
  [
    'no namespace',
    good.replace(/ +namespace: .*\n/, ''),
    ["metadata.namespace: must be 'external-secrets' (is missing)"],
  ],
  [
    'another kind',
    good.replace('kind: Secret', 'kind: ConfigMap'),
    ['kind: must be Secret, of apiVersion v1'],
  ],
  [
    'a key in plaintext',
    good.replace(/token: ENC.*/, 'token: plaintext-marker'),
    ['stringData.token: is not encrypted'],
  ],
  [
    'an empty value, which sops does not encrypt',
    good.replace(/token: ENC.*/, 'token: ""'),
    ['stringData.token: is not encrypted'],
  ],
  ['a key missing', good.replace(/ +token: ENC.*\n/, ''), ['stringData.token: is missing']],
  [
    'another key in plaintext',
    good.replace(/( +)token: ENC/, '$1more: plaintext-marker\n$&'),
    ['stringData.more: is not encrypted'],
  ],
  [
    'no recipient',
    good.replace(/ {4}age:[\s\S]*?( {4}encrypted_regex)/, '$1'),
    ['sops: names no recipient, so nobody can decrypt the file'],
  ],
  ['no MAC', good.replace(/ +mac: .*\n/, ''), ['sops.mac: is missing or not encrypted']],
  [
    'not encrypted at all',
    good.slice(0, good.indexOf('sops:')).replace(/ENC.*/g, 'plaintext-marker'),
    [
      'sops: is missing: the file is not encrypted with SOPS',
      'stringData.1password-credentials.json: is not encrypted',
      'stringData.token: is not encrypted',
    ],
  ],
  ['two documents', `${good}---\na: 1\n`, ['must hold exactly one Secret (got 2 documents)']],
  ['empty', '', ['must hold exactly one Secret (got 0 documents)']],
  ['no YAML', 'a: plaintext-marker: [', ['is not YAML (bad indentation of a mapping entry, line 1)']],
  [
    'binary',
    Buffer.from([0xff, 0xfe, 0x00, 0x01]),
    ['is not YAML (null byte is not allowed in input, line 1)'],
  ],
])('%s is refused, and no value shown', (_name, content, lines) => {
  const told = checkSopsSecret(content.toString(), expected, 'mend it').map(({ where, what }) =>
    where === '' ? what : `${where}: ${what}`,
  );
  expect(told).toEqual(lines);
  expect(told.join()).not.toContain('plaintext-marker');
});
