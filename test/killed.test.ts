import { expect, test } from 'vitest';
import { killAtRandom } from './killed.js';
import { makeProject } from './project.js';

test('synth killed at random moments leaves the old tree or the new one', async () => {
  const project = await makeProject({ example: 'rich' });
  const killed = await killAtRandom(project, 8);
  expect(killed).toMatchObject({ neither: 0 });
  expect(killed.old).toBeGreaterThan(0);
  expect(killed.new).toBeGreaterThan(0);
  expect(killed.old + killed.new).toBe(8);
}, 60_000);
