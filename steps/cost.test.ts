import { describe, expect, test } from 'vitest';
import { formatBytes } from '../protocol/format.ts';
import type { MatrixFacts, PlateFacts } from '../protocol/matrix.ts';
import type { Hardware, PlanFacts } from '../protocol/plan.ts';
import { chunkRowsFor, largeChunkBytes, maxChunkRows, planPass, tileRows } from './cost.ts';

const GiB = 1024 ** 3;
const facts: PlanFacts = {
  plates: [], nObs: 1_000_000, nVars: 62_710, stored: 1.45e9, selectedGenes: 2000, components: 50, graphCells: 1_000_000, neighbors: 15,
};
const hardware = (memoryBytes: number, workers: number): Hardware => ({ cores: workers, workers, memoryBytes, diskFreeBytes: 1e12 });
const how = { chunk_rows: null, workers: null };
const cost = { engineBytes: 3e6, workerBytes: 2e6, passes: 1, rowBytes: 50, outputColumns: 12, workPerEntry: 0.3 };

describe('rows per chunk', () => {
  test('follow the rule: a quarter of the worker at 12 bytes per entry and 4 per column', () => {
    expect(chunkRowsFor(2 * GiB, 1450, 50)).toBe(Math.floor((0.25 * 2 * GiB) / (1450 * 12 + 4 * 50 + 1)));
  });
  test('are at most 100,000 and at least one tile', () => {
    expect(chunkRowsFor(1e15, 1450, 50)).toBe(100_000);
    expect(maxChunkRows).toBe(100_000);
    expect(chunkRowsFor(1, 1450, 50)).toBe(tileRows);
  });
  test('never grow when memory shrinks', () => {
    let last = 0;
    for (let bytes = 64e6; bytes < 64e9; bytes *= 1.7) {
      const rows = chunkRowsFor(bytes, 1450, 50);
      expect(rows).toBeGreaterThanOrEqual(last);
      last = rows;
    }
  });
});

describe('the plan of a pass', () => {
  test('stays inside the memory it was given', () => {
    for (const memory of [0.5, 0.75, 1, 2, 8, 64]) {
      for (const workers of [1, 2, 8, 32]) {
        const plan = planPass(facts, how, hardware(memory * GiB, workers), cost);
        expect(plan.ramBytes, `${workers} workers in ${formatBytes(memory * GiB)}`).toBeLessThanOrEqual(memory * GiB);
      }
    }
  });
  test('uses fewer workers, and says so, when their sums would not fit together', () => {
    const plan = planPass(facts, how, hardware(GiB, 16), { ...cost, workerBytes: 100e6 });
    expect(plan.workers).toBeLessThan(16);
    expect(plan.workers).toBeGreaterThanOrEqual(1);
    expect(plan.notes.join()).toMatch(new RegExp(`${plan.workers} of 16 workers`));
  });
  test('says more than is allowed when even one worker does not fit: preflight refuses that', () => {
    const plan = planPass(facts, how, hardware(0.25 * GiB, 4), { ...cost, engineBytes: GiB });
    expect(plan.workers).toBe(1);
    expect(plan.ramBytes).toBeGreaterThan(GiB);
  });
  test('counts chunks that are larger than ordinary ones, whatever holds them', () => {
    const matrix: MatrixFacts = {
      slot: 'X', kind: 'csr_matrix', dtype: 'float32', chunks: [131_072], filter: 'blosc', shuffle: true, nObs: 1_000_000, nVars: 62_710, stored: 1.45e9, storedBytes: 2e9,
    };
    const plate = (chunks: readonly number[]): PlateFacts => ({ name: 'p', path: '/p.zarr', nObs: matrix.nObs, nVars: matrix.nVars, matrix: { ...matrix, chunks }, obsColumns: [], demo: false });
    const plan = (chunks: readonly number[], memory: number) => planPass({ ...facts, plates: [plate(chunks)] }, how, hardware(memory, 4), cost);
    expect(plan([131_072], 2 * GiB)).toEqual(planPass(facts, how, hardware(2 * GiB, 4), cost));
    // 16 million values of 4 bytes and indices of 8, stored and unpacked: fewer workers, and no less memory for those.
    expect(largeChunkBytes([plate([2 ** 24])])).toBe(2 * 12 * 2 ** 24 - 2 ** 24);
    expect(plan([2 ** 24], GiB).workers).toBeLessThan(plan([131_072], GiB).workers);
    expect(plan([2 ** 24], GiB).ramBytes).toBeLessThanOrEqual(GiB);
    expect(plan([2 ** 28], 2 * GiB).ramBytes).toBeGreaterThan(2 * GiB);
    expect(largeChunkBytes([{ matrix: { ...matrix, kind: 'dense', chunks: [4000, 4000], dtype: 'float64' } }])).toBe(2 * 8 * 16e6 - 2 ** 24);
    // A chunk that holds all there is is as large as that.
    expect(largeChunkBytes([{ matrix: { ...matrix, stored: 1000, chunks: [2 ** 30] } }])).toBe(0);
  });
  test('heeds what the user asked for', () => {
    const plan = planPass(facts, { chunk_rows: 777, workers: 3 }, hardware(8 * GiB, 8), cost);
    expect([plan.chunkRows, plan.workers]).toEqual([777, 3]);
  });
  test('costs more time for more cells and less with more workers', () => {
    const one = planPass(facts, how, hardware(8 * GiB, 1), cost).seconds;
    const twice = planPass({ ...facts, nObs: 2e6, stored: 2.9e9 }, how, hardware(8 * GiB, 1), cost).seconds;
    const shared = planPass(facts, how, hardware(8 * GiB, 4), cost).seconds;
    expect(twice / one).toBeCloseTo(2, 1);
    expect(one / shared).toBeGreaterThan(3);
  });
});
