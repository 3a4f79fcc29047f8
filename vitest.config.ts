import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

// Engines are real child processes with worker threads: two test files at a time fill a two-core machine.
export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['dist/**', 'node_modules/**'],
    globalSetup: 'bin/fresh-build.mjs',
    env: {
      // Not the settings of whoever runs the tests.
      XDG_CONFIG_HOME: join(tmpdir(), `truckee-settings-${process.pid}`),
      // As bin/truckee.mjs has it: hosts and engines compile their code once, not in each of hundreds of processes.
      NODE_COMPILE_CACHE: join(import.meta.dirname, 'dist/.cache'),
    },
    pool: 'forks',
    maxWorkers: 2,
    // A test waits for states, never for the clock: the limit only ends one that hangs, on the busiest machine too.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
