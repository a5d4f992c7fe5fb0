import { join } from 'node:path';
import { expect } from 'vitest';
import { readTree, root } from './project.js';

/** Compares a tree with a folder of `test/golden/`, file by file; `-u` writes what differs, never what is stale. */
export async function expectGolden(tree: Record<string, string>, scenario: string): Promise<void> {
  const golden = join(root, 'test/golden', scenario);
  for (const [path, content] of Object.entries(tree)) {
    await expect(content).toMatchFileSnapshot(join(golden, path));
  }
  expect(Object.keys(readTree(golden))).toEqual(Object.keys(tree));
}
