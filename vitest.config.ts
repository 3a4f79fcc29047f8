import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Engines are real child processes with worker threads: two test files at a time fill a two-core machine.
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['dist/**', 'node_modules/**'],
    // Not the settings of whoever runs the tests.
    env: { XDG_CONFIG_HOME: join(tmpdir(), `truckee-settings-${process.pid}`) },
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
