import { expect, test } from 'vitest';
import { makeProject } from './project.js';

test('a fresh clone: synth writes dist/ and says what to run', async () => {
  const project = await makeProject();
  const { code, out, err } = await project.synth();
  expect(err).toBe('');
  expect(code).toBe(0);
  expect(out).toBe(
    'no credentials yet: run `npm run bootstrap`; until then Connect waits\n' +
      'dist/ written: 15 files, 15 new, 0 changed, 0 removed',
  );
});
