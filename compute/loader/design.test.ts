import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createH5ad } from '../results/h5ad/index.ts';
import { dropFromCache } from './cold.ts';
import { designLoader } from './design.ts';
import { published } from './published.table.ts';
import { testPlates, type TestPlates } from './testing/plates.cases.ts';

let plates: TestPlates;
beforeAll(async () => {
  plates = await testPlates();
});
afterAll(() => rmSync(plates.folder, { recursive: true }));

const job = { blocks: ['chunks', 4, 64] as (number | 'chunks')[], fetches: [1, 8], batch: 32, workers: 1, backend: 'file', join: 'same', warmSeconds: 0.1, seconds: 0.4, floor: 0.97, seed: 0, verified: false, cold: false, epoch: false, order: null } as const;

test('the fastest setting above the floor is recommended; predictions agree with what was measured', async () => {
  const answer = await designLoader({ ...job, files: plates.files });
  expect(answer.grid.map(({ block, fetch }) => [block, fetch])).toEqual([['chunks', 1], ['chunks', 8], [4, 1], [4, 8], [64, 1], [64, 8]]);
  for (const { block, entropy, bytes_per_worker, measured_bytes_per_worker, fetch } of answer.grid) {
    // One epoch of 38 minibatches is predicted, others are measured, few of them on a busy machine.
    if (block === 4 && fetch > 1) expect(Math.abs(entropy['plate']!.predicted - entropy['plate']!.measured!)).toBeLessThan(0.25);
    if (block === 4 && fetch > 1) expect(Math.abs(measured_bytes_per_worker! / bytes_per_worker - 1)).toBeLessThan(0.25);
  }
  const good = answer.grid.filter(({ mixed }) => mixed);
  expect(good.length).toBeGreaterThan(0);
  expect(answer.recommended.cells_per_second).toBe(Math.max(...good.map(({ cells_per_second }) => cells_per_second!)));
  expect(answer.grid.find(({ block, fetch }) => block === 64 && fetch === 1)!.mixed).toBe(false);
  expect(answer.epoch_seconds).toBeCloseTo(1200 / answer.recommended.cells_per_second, 6);
  expect(answer.quick).toBe(true);
  expect(answer.warnings.join(' ')).toMatch(/in memory, which is free: .* times as fast as from the files/);
  expect(answer.memory).toMatchObject({ fits: true });
  expect(answer.memory.gain).toBeCloseTo(answer.memory.predicted_cells_per_second / answer.memory.random_cells_per_second, 9);
  // Weighted and stratified draws with what they cost, measured.
  expect(answer.strategies.map(({ strategy, label }) => [strategy, label])).toEqual([['balanced', 'drug'], ['quota', 'plate']]);
  for (const { cells_per_second: rate } of answer.strategies) expect(rate).toBeGreaterThan(0);
  expect(answer.scale).toBeNull();
});

test('predicted only, nothing is measured; a floor that nothing reaches is said', async () => {
  const answer = await designLoader({ ...job, blocks: [64], fetches: [1], seconds: 0, floor: 1, files: plates.files });
  expect(answer.grid[0]).toMatchObject({ cells_per_second: null, measured_bytes_per_worker: null, mixed: false });
  expect(answer.warnings[0]).toMatch(/No setting reaches 100 %/);
});

test('what two workers bring against one is measured, not assumed', async () => {
  const { scale, recommended } = await designLoader({ ...job, blocks: [4], fetches: [8], workers: 2, seconds: 0.2, files: plates.files });
  expect(scale!.workers).toBe(2);
  expect(scale!.factor).toBeCloseTo(recommended.cells_per_second / scale!.one_worker_cells_per_second, 9);
});

test('the published grid, blocks and fetches of 1 to 64, is predicted whole', async () => {
  const sizes = [1, 2, 4, 8, 16, 32, 64];
  const { grid } = await designLoader({ ...job, blocks: sizes, fetches: sizes, seconds: 0, files: plates.files });
  expect(grid.map(({ block, fetch }) => `${block} ${fetch}`)).toEqual(sizes.flatMap((block) => sizes.map((fetch) => `${block} ${fetch}`)));
  for (const { predicted_cells_per_second: rate, entropy } of grid) expect([rate > 0, Object.keys(entropy)]).toEqual([true, ['plate', 'sample', 'drug', 'cell_line', 'dose', 'drugname_drugconc']]);
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

test('only cells that meet an expression: plates that are left, cells counted, an order of them alone', async () => {
  const answer = await designLoader({ ...job, files: plates.files, blocks: [4], fetches: [8], where: 'plate != "plate1"', seconds: 0.1 });
  const one = await designLoader({ ...job, files: plates.files, blocks: [4], fetches: [8], seconds: 0 });
  expect([answer.cells, one.cells]).toEqual([800, 1200]);
  expect(answer.random['plate']).toBeLessThan(1);
  expect(one.random['plate']).toBeGreaterThan(1.2);
  expect(answer.strategies.map(({ strategy, label }) => [strategy, label])).toEqual([['balanced', 'drug'], ['quota', 'plate']]);
  await expect(designLoader({ ...job, files: plates.files, where: 'plate == "none"' })).rejects.toMatchObject({ data: { facts: { parameter: 'where' } } });
});

test('a label that some cells lack is not balanced: the next one is', async () => {
  const path = join(plates.folder, 'some.h5ad');
  const file = createH5ad(path, { nObs: 60, nVars: 2 });
  const numbers = Int32Array.from({ length: 60 }, (_, i) => i);
  await file.csr('X').append({ rows: 60, indptr: Int32Array.from({ length: 61 }, (_, i) => i), indices: numbers.map((i) => i % 2), values: new Float32Array(60).fill(1) });
  const obs = file.frame('obs');
  await obs.index.append(Array.from(numbers, (i) => `cell${i}`));
  await obs.categorical('drug', ['a', 'b']).append(numbers.map((i) => (i % 3) - 1));
  await obs.categorical('cell_line', ['x', 'y']).append(numbers.map((i) => i % 2));
  await file.frame('var').index.append(['A', 'B']);
  await file.close();
  const quick = { ...job, files: [path], blocks: [4], fetches: [1], seconds: 0.1 };
  expect((await designLoader(quick)).strategies).toMatchObject([{ strategy: 'balanced', label: 'cell_line' }]);
  expect((await designLoader({ ...quick, where: "drug == 'a' or drug == 'b'" })).strategies).toMatchObject([{ strategy: 'balanced', label: 'drug' }]);
});
