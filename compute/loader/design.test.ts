import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dropFromCache } from './cold.ts';
import { designLoader } from './design.ts';
import { published } from './published.table.ts';
import { testPlates, type TestPlates } from './testing/plates.cases.ts';

let plates: TestPlates;
beforeAll(async () => {
  plates = await testPlates();
});
afterAll(() => rmSync(plates.folder, { recursive: true }));

const job = { blocks: ['chunks', 4, 64] as (number | 'chunks')[], fetches: [1, 8], batch: 32, workers: 1, backend: 'file', warmSeconds: 0.1, seconds: 0.6, floor: 0.97, seed: 0, verified: false, cold: false, epoch: false, order: null } as const;

test('the fastest setting above the floor is recommended; predictions agree with what was measured', async () => {
  const answer = await designLoader({ ...job, files: plates.files });
  expect(answer.grid.map(({ block, fetch }) => [block, fetch])).toEqual([['chunks', 1], ['chunks', 8], [4, 1], [4, 8], [64, 1], [64, 8]]);
  for (const { block, entropy, bytes_per_worker, measured_bytes_per_worker, fetch } of answer.grid) {
    // One epoch of 38 minibatches is predicted, many others are measured: with large blocks epochs differ more than that.
    if (block === 4 && fetch > 1) expect(Math.abs(entropy['plate']!.predicted - entropy['plate']!.measured!)).toBeLessThan(0.1);
    if (block === 4 && fetch > 1) expect(Math.abs(measured_bytes_per_worker! / bytes_per_worker - 1)).toBeLessThan(0.25);
  }
  const good = answer.grid.filter(({ mixed }) => mixed);
  expect(good.length).toBeGreaterThan(0);
  expect(answer.recommended.cells_per_second).toBe(Math.max(...good.map(({ cells_per_second }) => cells_per_second!)));
  expect(answer.grid.find(({ block, fetch }) => block === 64 && fetch === 1)!.mixed).toBe(false);
  expect(answer.epoch_seconds).toBeCloseTo(1200 / answer.recommended.cells_per_second, 6);
  expect(answer.quick).toBe(true);
  expect(answer.warnings.join(' ')).toContain('in memory');
});

test('predicted only, nothing is measured; a floor that nothing reaches is said', async () => {
  const answer = await designLoader({ ...job, blocks: [64], fetches: [1], seconds: 0, floor: 1, files: plates.files });
  expect(answer.grid[0]).toMatchObject({ cells_per_second: null, measured_bytes_per_worker: null, mixed: false });
  expect(answer.warnings[0]).toMatch(/No setting reaches 100 %/);
});

test.skipIf(spawnSync('dd', ['--version']).error !== undefined)('from the disk: the page cache is emptied before each epoch; one whole epoch is read and timed', async () => {
  const seen: number[] = [];
  const answer = await designLoader({ ...job, blocks: [4], fetches: [8], seconds: 0.2, cold: true, epoch: true, files: plates.files }, { onCells: (done, total, eta) => void seen.push(done, total, eta >= 0 ? 0 : 1) });
  expect(answer).toMatchObject({ cache: 'cold', epoch: { cells: 1200 } });
  expect(answer.epoch!.seconds).toBeGreaterThan(0);
  expect(answer.predicted_epoch_seconds).toBeCloseTo(1200 / answer.grid[0]!.predicted_cells_per_second, 6);
  expect(seen.slice(-3)).toEqual([1200, 1200, 0]);
  expect(() => dropFromCache([join(plates.folder, 'not there')])).toThrow();
});

test('every published rate names its hardware, its minibatch and its source', () => {
  for (const rate of published) expect([rate.hardware.length > 5, rate.batch > 0, rate.source.length > 5]).toEqual([true, true, true]);
});
