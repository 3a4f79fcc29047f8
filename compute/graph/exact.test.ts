/** Exact neighbours against scikit-learn, against a full sort on points with many ties, and split over workers. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cpuKernels } from '../kernels/cpu/index.ts';
import { createWasmKernels } from '../kernels/wasm/index.ts';
import { exactNeighbors } from './exact.ts';
import { clouds, reference } from './golden/reference.ts';

const wasm = await createWasmKernels();

describe.each([['cpu', cpuKernels], ['wasm', wasm]] as const)('%s kernels', (_, kernels) => {
  test.skipIf(kernels === null).each(['euclidean', 'cosine'] as const)('%s neighbours equal the reference', async (metric) => {
    const { points, rows, dims, k } = reference;
    const found = await exactNeighbors(points, rows, dims, k, { metric, kernels: kernels ?? cpuKernels });
    const wanted = reference[metric];
    expect(found.k).toBe(k);
    for (let e = 0; e < rows * k; e++) {
      // float32 sums of squares against float64: relative 1e-6 of distances up to ~10.
      expect(Math.abs(found.distances[e]! - wanted.distances[e]!)).toBeLessThan(1e-5);
      if (found.indices[e] === wanted.indices[e]) continue;
      // Another neighbour is only right when it is as far to the last bits.
      const place = wanted.indices.subarray(Math.floor(e / k) * k, (Math.floor(e / k) + 1) * k).indexOf(found.indices[e]!);
      if (place >= 0) expect(Math.abs(wanted.distances[Math.floor(e / k) * k + place]! - wanted.distances[e]!)).toBeLessThan(1e-6);
    }
  });

  test.skipIf(kernels === null)('queries split anywhere give the same bits', async () => {
    const { points } = clouds(700, 13, 5, 2, 3);
    const options = { metric: 'euclidean', kernels: kernels ?? cpuKernels } as const;
    const whole = await exactNeighbors(points, 700, 13, 9, options);
    const parts = await Promise.all([[0, 1], [1, 333], [333, 700]].map(([rowStart, rowEnd]) =>
      exactNeighbors(points, 700, 13, 9, { ...options, rowStart: rowStart!, rowEnd: rowEnd! })));
    expect(parts.flatMap((part) => [...part.indices])).toEqual([...whole.indices]);
    expect(parts.flatMap((part) => [...part.distances])).toEqual([...whole.distances]);
  });
});

test('ties stand in order of the index', async () => {
  await fc.assert(fc.asyncProperty(
    fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), fc.integer({ min: 0, max: 2 })), { minLength: 2, maxLength: 30 }),
    fc.integer({ min: 1, max: 8 }),
    async (grid, k) => {
      const n = grid.length;
      const found = await exactNeighbors(Float32Array.from(grid.flat()), n, 2, k, { metric: 'euclidean', kernels: cpuKernels });
      const limit = Math.min(k, n - 1);
      const wanted = grid.flatMap(([x, y], row) => grid
        .map(([u, v], index) => ({ index, squared: (x - u) ** 2 + (y - v) ** 2 }))
        .filter(({ index }) => index !== row)
        .sort((a, b) => a.squared - b.squared || a.index - b.index)
        .slice(0, limit));
      expect([...found.indices]).toEqual(wanted.map(({ index }) => index));
      expect([...found.distances]).toEqual(wanted.map(({ squared }) => Math.fround(Math.sqrt(squared))));
    },
  ));
});

test('a row of zeros is at cosine distance 1 from all others', async () => {
  const points = Float32Array.of(1, 0, 0, 0, 3, 0.1, -2, 0.5);
  const found = await exactNeighbors(points, 4, 2, 3, { metric: 'cosine', kernels: cpuKernels });
  expect([...found.distances.subarray(3, 6)]).toEqual([1, 1, 1]);
  expect(found.indices[0]).toBe(2);
  expect(found.distances[2]).toBeCloseTo(1 + 2 / Math.hypot(2, 0.5), 5);
});

test('a cancel stops the search with its reason', async () => {
  const { points } = clouds(6000, 30, 4, 2, 1);
  const stop = new AbortController();
  const seen: number[] = [];
  const report = (done: number, total: number): void => {
    seen.push(done / total);
    stop.abort(new Error('enough'));
  };
  await expect(exactNeighbors(points, 6000, 30, 15, { metric: 'euclidean', kernels: cpuKernels, report, signal: stop.signal }))
    .rejects.toThrow('enough');
  expect(seen).toHaveLength(1);
  expect(seen[0]).toBeLessThan(1);
});
