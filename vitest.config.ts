import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of one run of the tests, which go with it. */
const own = join(tmpdir(), `truckee-test-${process.pid}`);
process.on('exit', () => rmSync(own, { recursive: true, force: true }));

/** What starts the program takes longest: it comes first, so that no long file runs alone in the end. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const starts = ({ moduleId }: TestSpecification): boolean => moduleId.includes(`${sep}e2e${sep}`);
    return [...sorted.filter(starts), ...sorted.filter((file) => !starts(file))];
  }
}

// Engines are real child processes with worker threads: two test files at a time fill a two-core machine.
export default defineConfig({
  test: {
    globalSetup: 'bin/fresh-build.mjs',
    env: {
      // Not the settings of whoever runs the tests.
      XDG_CONFIG_HOME: join(own, 'settings'),
      // What several files begin with (e2e/support/shared.ts).
      TRUCKEE_TEST_SHARED: join(own, 'shared'),
      // As bin/truckee.mjs has it: hosts and engines compile their code once, not in each of hundreds of processes.
      NODE_COMPILE_CACHE: join(import.meta.dirname, 'dist/.cache'),
    },
    sequence: { sequencer: LongestFirst },
    pool: 'forks',
    maxWorkers: 2,
    // A test waits for states, never for the clock: the limit only ends one that hangs, on the busiest machine too.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    projects: [
      { extends: true, test: { name: 'program', include: ['e2e/**/*.test.ts'] } },
      // Loading the same modules again for each file takes as long as their tests.
      { extends: true, test: { name: 'parts', include: ['**/*.test.ts'], exclude: ['e2e/**', 'dist/**', 'node_modules/**'], isolate: false } },
    ],
  },
});
