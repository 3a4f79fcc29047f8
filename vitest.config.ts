import { defineConfig } from 'vitest/config';

// Engines are real child processes with worker threads: two test files at a time fill a two-core machine.
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['dist/**', 'node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
