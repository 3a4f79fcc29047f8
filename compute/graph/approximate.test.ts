/** The approximate search: recall against the exact one, and independence of how its tasks are shared out. */
import { describe, expect, test } from 'vitest';
import { cpuKernels } from '../kernels/cpu/index.ts';
import { approximateNeighbors } from './approximate.ts';
import type { DescentPool } from './approximate.ts';
import { neighborsBytes } from './bytes.ts';
import { approximateNeighborsBytes, makeDescentState } from './descent.state.ts';
import type { DescentState } from './descent.state.ts';
import { runDescentTask } from './descent.ts';
import type { DescentTask } from './descent.ts';
import { exactNeighbors } from './exact.ts';
import { leafBounds } from './forest.ts';
import { clouds, recall } from './golden/reference.ts';
import { shuffle } from './random.ts';
import { createRandom } from '../random/random.ts';

const n = 3000;
const dims = 20;
const k = 15;
const { points } = clouds(n, dims, 12, 1.5, 8);

test.each(['euclidean', 'cosine'] as const)('finds nearly all %s neighbours, at their true distances', async (metric) => {
  const truth = await exactNeighbors(points, n, dims, k, { metric, kernels: cpuKernels });
  const found = await approximateNeighbors(points, n, dims, k, { metric, seed: 4 });
  expect(recall(found, truth, n)).toBeGreaterThan(0.99);
  for (let row = 0; row < n; row++) {
    const own = found.indices.subarray(row * k, (row + 1) * k);
    expect(new Set(own).size).toBe(k);
    expect(own.includes(row)).toBe(false);
    for (let r = 0; r < k; r++) {
      const place = truth.indices.subarray(row * k, (row + 1) * k).indexOf(own[r]!);
      if (place >= 0) expect(Math.abs(found.distances[row * k + r]! - truth.distances[row * k + place]!)).toBeLessThan(1e-5);
      if (r > 0) expect(found.distances[row * k + r]!).toBeGreaterThanOrEqual(found.distances[row * k + r - 1]!);
    }
  }
});

/** Cuts every task into single rows or leaves, runs them in a random order. */
function scatteringPool(seed: number): DescentPool & { readonly states: DescentState[] } {
  const random = createRandom(seed);
  const states: DescentState[] = [];
  return {
    states,
    start: async (state) => void states.push(state),
    run: async (tasks) => {
      const pieces = tasks.flatMap((task): DescentTask[] => {
        switch (task.kind) {
          case 'tree':
            return [task];
          case 'leaves':
            return Array.from({ length: task.leafEnd - task.leafStart }, (_, i) => ({ ...task, leafStart: task.leafStart + i, leafEnd: task.leafStart + i + 1 }));
          case 'join':
            return Array.from({ length: Math.ceil((task.rowEnd - task.rowStart) / 50) }, (_, i) => ({
              ...task, rowStart: task.rowStart + 50 * i, rowEnd: Math.min(task.rowEnd, task.rowStart + 50 * (i + 1)),
            }));
        }
      });
      const order = Int32Array.from(pieces, (_, i) => i);
      shuffle(order, order.length, random);
      const marks = new Int32Array(n);
      return order.reduce((sum, piece) => sum + runDescentTask(states[0]!, pieces[piece]!, marks), 0);
    },
  };
}

describe('tasks shared out', () => {
  test('in any pieces and any order give the same bits', async () => {
    const alone = await approximateNeighbors(points, n, dims, k, { metric: 'euclidean', seed: 4 });
    const pool = scatteringPool(1);
    const shared = await approximateNeighbors(points, n, dims, k, { metric: 'euclidean', seed: 4, pool });
    expect(Buffer.from(shared.indices.buffer).equals(Buffer.from(alone.indices.buffer))).toBe(true);
    expect(Buffer.from(shared.distances.buffer).equals(Buffer.from(alone.distances.buffer))).toBe(true);
    expect(pool.states[0]!.points.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  test('another seed searches another way', async () => {
    const sparse = clouds(2000, 30, 1, 0, 5).points;
    const runs = await Promise.all([1, 1, 2].map((seed) => approximateNeighbors(sparse, 2000, 30, k, { metric: 'euclidean', seed })));
    expect([...runs[0]!.indices]).toEqual([...runs[1]!.indices]);
    expect([...runs[0]!.indices]).not.toEqual([...runs[2]!.indices]);
  });
});

test('points that all coincide still get k different neighbours, at distance 0', async () => {
  const found = await approximateNeighbors(new Float32Array(600 * 3), 600, 3, 10, { metric: 'euclidean', seed: 0 });
  for (let row = 0; row < 600; row++) {
    const own = found.indices.subarray(row * 10, (row + 1) * 10);
    expect(new Set([...own, row]).size).toBe(11);
    expect([...own]).toEqual([...own].sort((a, b) => a - b));
  }
  expect(found.distances.every((distance) => distance === 0)).toBe(true);
});

test('leaves cover all rows and are never smaller than a list', () => {
  for (const [rows, neighbors] of [[256, 5], [256, 64], [1000, 100], [12_345, 30]] as const) {
    const { leafRows, width } = makeDescentState(rows, 1, neighbors, 0, false);
    const bounds = leafBounds(rows, leafRows);
    expect(bounds[0]).toBe(0);
    expect(bounds.at(-1)).toBe(rows);
    for (let leaf = 1; leaf < bounds.length; leaf++) {
      expect(bounds[leaf]! - bounds[leaf - 1]!).toBeLessThanOrEqual(leafRows);
      expect(bounds[leaf]! - bounds[leaf - 1]!).toBeGreaterThan(width);
    }
  }
});

test('too few rows for the lists are refused', async () => {
  await expect(approximateNeighbors(points, 300, dims, 100, { metric: 'euclidean', seed: 0 })).rejects.toThrow(RangeError);
});

test('the stated bytes cover every array', () => {
  const state = makeDescentState(5000, 50, 14, 0, false);
  const held = Object.values(state).reduce((sum: number, value: unknown) => sum + (ArrayBuffer.isView(value) ? value.byteLength : 0), 0);
  expect(approximateNeighborsBytes(5000, 50, 14)).toBeGreaterThanOrEqual(held + 5000 * 14 * 8);
  expect(approximateNeighborsBytes(5000, 50, 14)).toBeLessThan(1.2 * (held + 5000 * 14 * 8));
  const plan = { metric: 'euclidean', method: 'approximate', workers: 1 } as const;
  expect(neighborsBytes(5000, 50, 14, plan)).toBe(approximateNeighborsBytes(5000, 50, 14));
  // A copy of the points per worker, as rows of length 1.
  expect(neighborsBytes(5000, 50, 14, { ...plan, method: 'exact', metric: 'cosine', workers: 8 })).toBeGreaterThan(8 * 5000 * 50 * 4);
});

test('a cancel stops the search, progress only grows', async () => {
  const many = clouds(20_000, dims, 12, 1.5, 9).points;
  const stop = new AbortController();
  const seen: number[] = [];
  const report = (done: number, total: number): void => {
    seen.push(done / total);
    if (seen.length === 3) stop.abort(new Error('enough'));
  };
  await expect(approximateNeighbors(many, 20_000, dims, k, { metric: 'euclidean', seed: 0, report, signal: stop.signal })).rejects.toThrow('enough');
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
});
