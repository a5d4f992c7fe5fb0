import { expect, test } from 'vitest';
import { stopWhileWriting } from './killed.js';
import { makeProject } from './project.js';

test('synth killed at any moment leaves the old tree or the new one', async () => {
  const project = await makeProject({ example: 'rich' });
  const killed = await stopWhileWriting(project, 8);
  expect(killed).toMatchObject({ neither: 0 });
  expect(killed.old).toBeGreaterThan(0);
  expect(killed.new).toBeGreaterThan(0);
  expect(killed.old + killed.new).toBe(8);
});
