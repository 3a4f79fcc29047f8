/** The layout: as trustworthy as umap-learn's on the same graph, repeatable, stoppable; its curve, forces and start. */
import { describe, expect, test } from 'vitest';
import { fitCurve } from './curve.ts';
import { cellShift, longestStep, makeForces } from './forces.ts';
import { fuzzyGraph } from './fuzzy.ts';
import { clouds, reference } from './golden/reference.ts';
import { approximateNeighbors } from './approximate.ts';
import { makePace } from './pace.ts';
import { createRandom } from '../random/random.ts';
import { smallEigen } from './small-eigen.ts';
import { spectralCoordinates } from './spectral.ts';
import { defaultEpochs, umapLayout } from './umap.ts';

const { rows, dims, points } = reference;

test.each(reference.curves)('a and b for spread $spread, min_dist $minDist', ({ spread, minDist, a, b }) => {
  const fitted = fitCurve(spread, minDist);
  expect(Math.abs(fitted.a - a)).toBeLessThan(1e-3);
  expect(Math.abs(fitted.b - b)).toBeLessThan(1e-3);
});

test('force tables follow the formula of the gradient', () => {
  const { a, b } = fitCurve(1, 0.5);
  const forces = makeForces({ a, b });
  const random = createRandom(1);
  const number = new Float32Array(1);
  const bits = new Int32Array(number.buffer);
  for (let draw = 0; draw < 5000; draw++) {
    number[0] = 10 ** (10 * random.uniform() - 6);
    const squared = number[0]!;
    const distance = Math.sqrt(squared);
    const cell = bits[0]! >> cellShift;
    const share = (bits[0]! & ((1 << cellShift) - 1)) / (1 << cellShift);
    const read = (table: Float32Array): number => table[cell]! + (table[cell + 1]! - table[cell]!) * share;
    const pull = (2 * a * b * squared ** (b - 1)) / (1 + a * squared ** b);
    const push = (2 * b) / ((0.001 + squared) * (1 + a * squared ** b));
    for (const [found, wanted] of [[-read(forces.pull), pull], [read(forces.push), push]] as const) {
      const limit = longestStep / distance;
      // The cell in which the limit begins has a corner that interpolation cuts.
      const tolerance = Math.abs(wanted / limit - 1) < 0.02 ? 2e-3 : 1e-4;
      expect(Math.abs(found / Math.min(wanted, limit) - 1)).toBeLessThan(tolerance);
    }
  }
});

/** Venna and Kaski 2001, as scikit-learn computes it. */
function trustworthiness(layout: Float32Array, k: number): number {
  const nearest = (values: Float32Array, width: number, row: number): number[] => {
    const squared = Array.from({ length: rows }, (_, other) => {
      let sum = 0;
      for (let d = 0; d < width; d++) sum += (values[row * width + d]! - values[other * width + d]!) ** 2;
      return other === row ? -1 : sum;
    });
    return squared.map((_, other) => other).sort((i, j) => squared[i]! - squared[j]! || i - j).slice(1);
  };
  let penalty = 0;
  for (let row = 0; row < rows; row++) {
    const rank = new Map(nearest(points, dims, row).map((other, place) => [other, place + 1]));
    for (const other of nearest(layout, 2, row).slice(0, k)) penalty += Math.max(0, rank.get(other)! - k);
  }
  return 1 - (2 * penalty) / (rows * k * (2 * rows - 3 * k - 1));
}

describe('layout of the reference graph', () => {
  test('the measure itself gives what scikit-learn gives for the layout of umap-learn', () => {
    expect(trustworthiness(reference.layout, 10)).toBeCloseTo(reference.trustworthiness, 3);
  });

  test.each(['spectral', 'random'] as const)('is as trustworthy from a %s start', async (init) => {
    const layout = await umapLayout(reference.connectivities, rows, { seed: 1, init, points: { values: points, dims } });
    expect(trustworthiness(layout, 10)).toBeGreaterThan(reference.trustworthiness - 0.01);
  });

  test('depends on the seed alone', async () => {
    const run = (seed: number): Promise<Float32Array> => umapLayout(reference.connectivities, rows, { seed, nEpochs: 30 });
    const [first, again, other] = [await run(1), await run(1), await run(2)];
    expect([...again]).toEqual([...first]);
    expect([...other]).not.toEqual([...first]);
  });

  test('starts where it is told to', async () => {
    const init = Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? 3 * i : -i));
    const layout = await umapLayout(reference.connectivities, rows, { seed: 1, init, nEpochs: 0 });
    for (let row = 0; row < rows; row++) {
      expect(layout[2 * row]).toBeCloseTo((10 * row) / (rows - 1), 2);
      expect(layout[2 * row + 1]).toBeCloseTo(10 - (10 * row) / (rows - 1), 2);
    }
  });
});

test('epochs by number of cells', () => {
  expect([1, 10_000, 10_001].map(defaultEpochs)).toEqual([500, 500, 200]);
});

test('unconnected groups end up apart, with and without the points', async () => {
  const { points: apart, labels } = clouds(900, 10, 6, 30, 2);
  const { connectivities } = await fuzzyGraph(await approximateNeighbors(apart, 900, 10, 14, { metric: 'euclidean', seed: 0 }), 900);
  for (const options of [{}, { points: { values: apart, dims: 10 } }]) {
    const layout = await umapLayout(connectivities, 900, { seed: 3, ...options });
    const centre = Array.from({ length: 6 }, (_, group) => {
      const own = [...labels.keys()].filter((row) => labels[row] === group);
      return [0, 1].map((axis) => own.reduce((sum, row) => sum + layout[2 * row + axis]!, 0) / own.length);
    });
    const nearestCentre = [...labels.keys()].map((row) => {
      const away = centre.map(([x, y]) => Math.hypot(layout[2 * row]! - x!, layout[2 * row + 1]! - y!));
      return away.indexOf(Math.min(...away));
    });
    expect(nearestCentre).toEqual([...labels]);
  }
});

test.each([2, 3, 7])('%i cells are no special case', async (n) => {
  const all = Array.from({ length: n }, (_, i) => i);
  const indices = Int32Array.from(all.flatMap((i) => all.filter((j) => j !== i)));
  const distances = new Float32Array(indices.length).fill(1);
  const { connectivities } = await fuzzyGraph({ k: n - 1, indices, distances }, n);
  const layout = await umapLayout(connectivities, n, { seed: 0 });
  expect(layout).toHaveLength(2 * n);
  expect(layout.every(Number.isFinite)).toBe(true);
});

test('a ring becomes a circle', async () => {
  const n = 240;
  const graph = {
    n, indptr: Int32Array.from({ length: n + 1 }, (_, i) => 2 * i),
    indices: Int32Array.from({ length: 2 * n }, (_, e) => (Math.floor(e / 2) + (e % 2 === 0 ? 1 : n - 1)) % n),
    values: new Float32Array(2 * n).fill(0.5),
  };
  const start = await spectralCoordinates(graph, 1, makePace({}, 1), 0);
  // Both leading eigenvectors are waves of one period: x^2 + y^2 is 2 / n everywhere.
  for (let i = 0; i < n; i++) expect(Math.hypot(start[2 * i]!, start[2 * i + 1]!) / Math.sqrt(2 / n)).toBeCloseTo(1, 1);
});

test('small eigenproblems', () => {
  const size = 5;
  const random = createRandom(2);
  const m = new Float64Array(size * size);
  for (let i = 0; i < size; i++) for (let j = 0; j <= i; j++) m[i * size + j] = m[j * size + i] = random.normal();
  const { values, vectors } = smallEigen(m, size);
  for (let c = 0; c < size; c++) {
    for (let i = 0; i < size; i++) {
      let product = 0;
      for (let j = 0; j < size; j++) product += m[i * size + j]! * vectors[j * size + c]!;
      expect(product).toBeCloseTo(values[c]! * vectors[i * size + c]!, 10);
    }
    if (c > 0) expect(values[c]!).toBeLessThanOrEqual(values[c - 1]!);
  }
});

test('a cancel stops the layout; progress is reported before', async () => {
  const stop = new AbortController();
  const seen: number[] = [];
  const report = (done: number): void => {
    seen.push(done);
    if (seen.length === 2) stop.abort(new Error('enough'));
  };
  await expect(umapLayout(reference.connectivities, rows, { seed: 0, nEpochs: 1_000_000, report, signal: stop.signal })).rejects.toThrow('enough');
  expect(seen).toHaveLength(2);
});
