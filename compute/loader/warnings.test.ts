import { expect, test } from 'vitest';
import type { LoaderSetting } from '../../protocol/loading.ts';
import { chooseSetting, floorLabel } from './choose.ts';
import { warningsOf } from './warnings.ts';

/** The published table: cells a second with 12 workers, and plate bits, by block and fetch. */
const published: readonly (readonly [block: number, fetch: number, rate: number, bits: number])[] = [
  [4, 4, 882, 3.5], [4, 8, 1626, 3.56], [4, 16, 2593, 3.59], [4, 32, 1768, 3.61], [8, 4, 993, 3.34], [8, 8, 1766, 3.48], [8, 16, 2603, 3.55], [8, 32, 1774, 3.59],
  [32, 4, 1932, 2.47], [32, 8, 2493, 3.0], [32, 16, 2570, 3.32], [32, 32, 1740, 3.48],
];
const setting = ([block, fetch, rate, bits]: (typeof published)[number]): LoaderSetting => ({
  backend: 'file', block, fetch, batch: 64, workers: 12, predicted_cells_per_second: rate, cells_per_second: rate, entropy: { plate: { predicted: bits, measured: bits } },
  bytes_per_worker: 1, measured_bytes_per_worker: 1, shared_bytes_per_worker: 1, wait: null, mixed: bits >= 0.98 * 3.63,
});
const grid = published.map(setting);
const nothing = { memory: { bytes: 1, fits: false, predicted_cells_per_second: 1, random_cells_per_second: 1, gain: 1 }, packable: true, notes: [], label: 'plate' };

test('on the published table: block 4 with a fetch of 16 is the fastest that mixes well, the best mixed one where none does', () => {
  const { best, good } = chooseSetting(grid, 100, 'plate');
  expect([best.block, best.fetch, best.cells_per_second]).toEqual([4, 16, 2593]);
  expect(good).toBe(grid.filter(({ mixed }) => mixed).length);
  // Memory for none of them, and a floor for none.
  for (const [settings, memory] of [[grid, 11], [grid.map((one) => ({ ...one, mixed: false })), 100]] as const) {
    const { best: mixed, good: none } = chooseSetting(settings, memory, 'plate');
    expect([mixed.block, mixed.fetch, none]).toEqual([4, 32, 0]);
  }
});

test('on the published table: fetches of 32 are said to be slower than those of 16', () => {
  const said = warningsOf({ grid, best: grid[2]!, good: 3, random: { plate: 3.63 }, floor: 0.98, ...nothing });
  for (const block of [4, 8, 32]) expect(said).toContain(`With block ${block} a fetch of 32 is slower than one of 16: larger is not always faster.`);
  expect(said).toHaveLength(3);
});

test('a floor that nothing reaches, wells in a row and memory that would do are said', () => {
  const sorted = { ...grid[0]!, entropy: { plate: { predicted: 3.6, measured: null }, sample: { predicted: 5.2, measured: null } } };
  const said = warningsOf({ grid: [], best: sorted, good: 0, random: { plate: 3.63, sample: 5.95 }, floor: 0.999, label: 'plate', memory: { bytes: 1 << 20, fits: true, predicted_cells_per_second: 4e5, random_cells_per_second: 1e4, gain: 40 }, packable: false, notes: ['first'] });
  expect(said[0]).toBe('first');
  expect(said[1]).toMatch(/No setting reaches 99\.9 %/);
  expect(said[2]).toMatch(/sorted by well.* 87 % of the diversity of samples \(plates: 99 %\)/);
  expect(said[3]).toMatch(/1\.0 MiB in memory, which is free: .* about 40 times as fast as from the files \(--backend memory\)\.$/);
});

test('the floor is about plates where there are several, else about the finest label; memory that is short is said as that where there is no floor', () => {
  const of = (...names: [string, number[]][]): string | null => floorLabel(new Map(names), 64);
  expect(of(['plate', [5, 5, 0]], ['sample', [1, 2, 3, 4]])).toBe('plate');
  expect(of(['plate', [10, 0]], ['sample', [1, 2, 7, 0]], ['drug', [5, 5]], ['drugname_drugconc', [3, 3, 4]])).toBe('sample');
  expect(of(['plate', [10, 0]], ['drug', [10]])).toBeNull();
  expect(floorLabel(new Map([['plate', [5, 5]]]), 1)).toBeNull();
  const said = warningsOf({ grid: [], best: grid[0]!, good: 0, random: { plate: 0 }, floor: 0.99, ...nothing, label: null });
  expect(said.join(' ')).toMatch(/no label with several classes.*The workers of no setting fit into half of the free memory/);
});
