import { expect, test } from 'vitest';
import { firstLine } from '../../src/repository/first-line.js';
import { writtenObject } from '../../src/repository/metadata-text.js';

test.each([
  ['as synth writes it', 'kind: Secret\nmetadata:\n  name: a.b\n  namespace: media\nspec: {}\n'],
  [
    'with other line endings',
    'kind: Secret\r\nmetadata:\r\n  name: a.b\r\n  namespace: media\r\nspec: {}\r\n',
  ],
  ['formatted by another program', 'kind: Secret\nmetadata:\n    name: "a.b"\n    namespace: "media"\n'],
  [
    'after labels of the same words',
    'kind: Secret\nmetadata:\n  labels:\n    name: x\n    namespace: y\n  name: a.b\n  namespace: media\n',
  ],
  [
    'with the namespace in the first line alone',
    `${firstLine({ source: 'a', project: '.', namespace: 'media' })}kind: Secret\nmetadata:\n  name: a.b\n`,
  ],
])('%s', (_what, text) => {
  expect(writtenObject(Buffer.from(text))).toEqual({ kind: 'Secret', namespace: 'media', name: 'a.b' });
});

test('not an object of ours', () => {
  expect(writtenObject(Buffer.from('metadata:\n  name: a\n'))).toBeUndefined();
  expect(writtenObject(Buffer.from('kind: List\nitems: []\nspec:\n  name: a\n'))).toBeUndefined();
});
