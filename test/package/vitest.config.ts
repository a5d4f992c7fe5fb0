import { defineConfig } from 'vitest/config';

// Needs npm and its registry: a stranger's way from the tarball to dist/.
export default defineConfig({
  test: { dir: 'test/package', testTimeout: 300_000, hookTimeout: 300_000, fileParallelism: false },
});
