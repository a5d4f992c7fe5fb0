import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    dir: 'test',
    exclude: ['cluster/**', 'package/**'],
    testTimeout: 120_000,
    pool: 'forks',
    maxWorkers: 2,
    // The project's own modules, and the operator's files that they import, are loaded as the commands load
    // them: by Node and tsx, once for all tests of a worker.
    execArgv: ['--import', 'tsx'],
    isolate: false,
    server: { deps: { external: [/\/(src|imports)\//] } },
  },
});
