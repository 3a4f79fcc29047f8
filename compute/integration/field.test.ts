/** Cells follow the centroids around them: on one, among equal moves, between batches that part, and by lists. */
import { expect, test } from 'vitest';
import { cpuKernels } from '../kernels/cpu/index.ts';
import { createRandom } from '../random/random.ts';
import { carry, type Field } from './field.ts';
import { makeLists, partition } from './lists.ts';
import type { Rows } from './search.ts';

const dims = 4;
function cloud(n: number, seed: number): Rows {
  const random = createRandom(seed, 3);
  return { values: Float32Array.from({ length: n * dims }, (_, i) => random.normal() + 6 * (Math.floor(i / dims) % 20)), n, dims };
}

const centroids = cloud(1200, 1);
const plain: Omit<Field, 'shift'> = { centroids, k: 8, batchStart: null, lists: null, probes: null };
const worst = (a: Float32Array, b: Float32Array): number => a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0);

test('a cell on a centroid moves with it, nearly', () => {
  const shift = Float32Array.from(centroids.values, (_, i) => Math.sin(i));
  const moved = carry(centroids, null, { ...plain, shift }, cpuKernels);
  expect(worst(moved, centroids.values.map((value, i) => value + shift[i]!))).toBeLessThan(0.1);
});

test('where all centroids move alike, every cell does', () => {
  const cells = cloud(300, 2);
  const moved = carry(cells, null, { ...plain, shift: Float32Array.from(centroids.values, (_, i) => (i % dims) - 1.5) }, cpuKernels);
  expect(worst(moved, cells.values.map((value, i) => value + (i % dims) - 1.5))).toBeLessThan(1e-4);
});

test('two batches that lie over one another and part: by all centroids they hold each other back, by their own they go', () => {
  const half = centroids.n / 2;
  const shift = Float32Array.from(centroids.values, (_, i) => (i < half * dims ? 1 : -1));
  const cells = cloud(300, 3);
  const batches = Array.from({ length: cells.n }, (_, i) => i % 2);
  const along = (moved: Float32Array): number => moved.reduce((sum, value, i) => sum + (value - cells.values[i]!) * (batches[Math.floor(i / dims)] === 0 ? 1 : -1), 0) / moved.length;
  const own = { ...plain, shift, batchStart: Int32Array.of(0, half, centroids.n) };
  expect(along(carry(cells, batches, own, cpuKernels))).toBeCloseTo(1, 5);
  expect(Math.abs(along(carry(cells, batches, { ...own, batchStart: null }, cpuKernels)))).toBeLessThan(0.2);
});

test('by lists cells go exactly where comparing all takes them; by the nearest lists only, nearly there', () => {
  const shift = Float32Array.from(centroids.values, (_, i) => Math.cos(i));
  const cells = cloud(500, 4);
  const lists = makeLists(centroids, partition(centroids, cpuKernels, 0), new Float32Array(centroids.values.length));
  const all = carry(cells, null, { ...plain, shift }, cpuKernels);
  expect(carry(cells, null, { ...plain, shift, lists }, cpuKernels)).toEqual(all);
  const some = carry(cells, null, { ...plain, shift, lists, probes: 16 }, cpuKernels);
  const length = (of: (i: number) => number): number => Math.hypot(...all.map((_, i) => of(i)));
  expect(length((i) => some[i]! - all[i]!)).toBeLessThan(0.02 * length((i) => all[i]! - cells.values[i]!));
});
