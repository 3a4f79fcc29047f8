/** Every part of the integration against plain numpy, scipy and scikit-learn (golden/make_reference.py). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exactNeighbors } from '../graph/exact.ts';
import { cpuKernels } from '../kernels/cpu/index.ts';
import { createWasmKernels } from '../kernels/wasm/index.ts';
import { adjustedRand, cramersV, crossTable, normalisedMutualInformation, summed } from './agreement.ts';
import { densityWeights } from './density.ts';
import { miniBatchKMeans } from './kmeans.ts';
import { batchEntropy, overlapOf, sameShare, strainOf, trustworthiness } from './measures.ts';
import { nearestRows, type Rows } from './search.ts';
import { defaultLoop, lerp, scoreOf } from './settings.ts';
import { capSteps, guardEdges, smoothShift, type LocalScale } from './steps.ts';
import { barycentricMap, type TransportOptions } from './transport.ts';

interface Reference {
  readonly n: number; readonly dims: number; readonly batches: number; readonly batch: number[]; readonly label: number[];
  readonly X: number[]; readonly Y: number[]; readonly shift: number[]; readonly density: number[]; readonly entropy30: number[];
  readonly sparse: number[]; readonly bridge: number[]; readonly strain: number; readonly overlap: number; readonly trustworthiness: number;
  readonly smooth: number[]; readonly capped: number[]; readonly guarded: number[]; readonly unbalanced: number[]; readonly balanced: number[];
  readonly big: number[]; readonly bigN: number; readonly bigDims: number; readonly inertia: number;
  readonly table: number[]; readonly cramersV: number; readonly ari: number; readonly nmi: number; readonly sameLabel: number;
}

const reference = JSON.parse(readFileSync(join(import.meta.dirname, 'golden/reference.json'), 'utf8')) as Reference;
const { n, dims } = reference;
const rows = (values: readonly number[], width = dims): Rows => ({ values: Float32Array.from(values), n: values.length / width, dims: width });
const X = rows(reference.X);
const Y = rows(reference.Y);
const wasm = await createWasmKernels();
const euclidean = { metric: 'euclidean', kernels: cpuKernels } as const;
const graph = await exactNeighbors(X.values, n, dims, 20, euclidean);
const near30 = await exactNeighbors(X.values, n, dims, 30, euclidean);

function closeTo(found: ArrayLike<number>, wanted: readonly number[], tolerance: number): void {
  expect(found.length).toBe(wanted.length);
  let worst = 0;
  for (let i = 0; i < wanted.length; i++) worst = Math.max(worst, Math.abs(found[i]! - wanted[i]!));
  expect(worst).toBeLessThan(tolerance);
}

function localScale(): LocalScale {
  const meanLength = Float64Array.from({ length: n }, (_, row) => graph.distances.subarray(row * 20, row * 20 + 20).reduce((a, b) => a + b, 0) / 20);
  const bridge = Float64Array.from(reference.bridge);
  const { smin_bulk, smin_bridge, smax_bulk, smax_bridge } = defaultLoop;
  return {
    graph, meanLength, sparse: Float64Array.from(reference.sparse), bridge,
    shortest: bridge.map((b) => lerp(smin_bulk, smin_bridge, b)), longest: bridge.map((b) => lerp(smax_bulk, smax_bridge, b)),
  };
}

describe.each([['cpu', cpuKernels], ['wasm', wasm]] as const)('%s kernels', (_, kernels) => {
  test.skipIf(kernels === null)('density weights', () => closeTo(densityWeights(X, 'exact', 0, kernels!), reference.density, 1e-5));

  test.skipIf(kernels === null)('k-means comes within 3 % of the median inertia of scikit-learn, for every seed', () => {
    const big = rows(reference.big, reference.bigDims);
    for (let seed = 0; seed < 3; seed++) {
      const fit = miniBatchKMeans(big, kernels!, { clusters: 40, seed, weights: null });
      expect(fit.inertia / reference.inertia).toBeLessThan(1.03);
      expect(new Set(fit.nearest).size).toBeGreaterThan(36);
    }
  });

  test.skipIf(kernels === null)('trustworthiness', () => {
    expect(trustworthiness(X, Y, 30, n, 0, kernels!)).toBeCloseTo(reference.trustworthiness, 6);
  });
});

test('entropy of neighbour batches, strain, overlap, shares', async () => {
  closeTo(batchEntropy(near30, reference.batch, reference.batches, 30), reference.entropy30, 1e-8);
  expect(strainOf(Y, graph, graph.distances)).toBeCloseTo(reference.strain, 6);
  expect(strainOf(X, graph, graph.distances)).toBeLessThan(1e-12);
  expect(overlapOf(near30, await exactNeighbors(Y.values, n, dims, 30, euclidean))).toBeCloseTo(reference.overlap, 9);
  expect(sameShare(near30, reference.label, 30)).toBeCloseTo(reference.sameLabel, 9);
});

test('a shift is smoothed, capped and guarded', () => {
  const local = localScale();
  const shift = Float32Array.from(reference.shift);
  closeTo(smoothShift(shift, dims, local, 0.5), reference.smooth, 1e-5);
  const capped = shift.slice();
  capSteps(capped, dims, local, 0.8, 1);
  closeTo(capped, reference.capped, 1e-5);
  const guarded = shift.slice();
  guardEdges(guarded, X, local);
  closeTo(guarded, reference.guarded, 1e-5);
});

describe('barycentric transport', () => {
  const from = rows(reference.X.slice(0, 60 * dims));
  const to = rows([...reference.X.slice(120 * dims, 150 * dims), ...reference.X.slice(0, 10 * dims).map((x) => Math.fround(x + 40))]);
  const options: TransportOptions = { reg: 0.03, regM: 0.4, mode: 'unbalanced', quantile: 0.8, kernel: 'log' };

  test('equals the log-domain iteration in float64, with prototypes out of all reach', () => {
    closeTo(barycentricMap(from, to, options), reference.unbalanced, 1e-4);
    closeTo(barycentricMap(from, to, { ...options, mode: 'balanced', quantile: 0.9 }), reference.balanced, 1e-4);
  });

  test('the plain kernel sends rows that are far from everything to the origin; ours does not', () => {
    const far = rows([...reference.X.slice(0, 30 * dims), ...Array<number>(dims).fill(60)]);
    const near = rows(reference.X.slice(30 * dims, 60 * dims));
    const last = (kernel: 'log' | 'plain'): number => Math.hypot(...barycentricMap(far, near, { ...options, kernel }).subarray(-dims));
    expect(last('plain')).toBe(0);
    expect(last('log')).toBeGreaterThan(1);
  });
});

test('agreement of groupings', () => {
  const table = summed(Float64Array.from(reference.table), 4, 3);
  expect(cramersV(table)).toBeCloseTo(reference.cramersV, 9);
  const both = crossTable(reference.label, 4, reference.batch, reference.batches);
  expect(adjustedRand(both)).toBeCloseTo(reference.ari, 9);
  expect(normalisedMutualInformation(both)).toBeCloseTo(reference.nmi, 9);
});

test('the score repeats the published log to three digits', () => {
  const start = { mix0: 2.5756, strain0: 0.00029 };
  const lines = [[2.574, 0.939, 0.00385, 0.6, 0.155, 1], [2.572, 0.9, 0.01116, 0.607, 0.148, 0.939], [2.571, 0.9, 0.01199, 0.614, 0.146, 0.939], [2.571, 0.906, 0.01215, 0.621, 0.15, 0.939]] as const;
  for (const [mix, overlap0, strain, floor, J, bestOverlap0] of lines) {
    // The log gives three digits of mix: half a unit of the last is 0.0005.
    expect(Math.abs(scoreOf({ mix, overlap0, strain, floor }, { ...start, bestOverlap0 }, defaultLoop) - J)).toBeLessThan(0.0011);
    expect(Math.abs(scoreOf({ mix, overlap0, strain, floor }, { ...start, bestOverlap0 }, { ...defaultLoop, w_overlap: 0.18 }) - J)).toBeGreaterThan(0.015);
  }
  expect([0, 1, 2, 3].map((i) => lerp(defaultLoop.overlap0_lo, defaultLoop.overlap0_hi, i / 14).toFixed(3))).toEqual(['0.600', '0.607', '0.614', '0.621']);
});

test('nearest rows: ties by the lower index, self by index and not by place', () => {
  const twins = rows([0, 0, 0, 0, 1, 0, 0, 0], 2);
  const found = nearestRows(cpuKernels, twins, twins, 3, true);
  expect([...found.indices]).toEqual([1, 3, 2, 0, 3, 2, 0, 1, 3, 0, 1, 2]);
});
