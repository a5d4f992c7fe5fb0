import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    dir: 'test/cluster',
    globalSetup: 'test/cluster/setup.ts',
    // One cluster for all: what a test writes, another would see.
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 60_000,
    teardownTimeout: 60_000,
    // As the other tests: see test/vitest.config.ts.
    execArgv: ['--import', 'tsx'],
    server: { deps: { external: [/\/(src|imports)\//] } },
  },
});
