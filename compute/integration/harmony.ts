/**
 * Harmony (Korsunsky and others 2019): soft clusters that are rewarded for holding all batches, and within each cluster a
 * ridge regression that takes the batch's offset out of its cells. Written from the paper; one batch variable.
 */
import { createRandom } from '../random/random.ts';
import type { KernelSet } from '../kernels/kernels.ts';
import { cluster, memberships, mostRounds, normaliseRows, type State } from './harmony-clusters.ts';
import { miniBatchKMeans } from './kmeans.ts';
import type { Rows } from './search.ts';

export interface HarmonyOptions {
  readonly theta: number;
  readonly lambda: number;
  readonly sigma: number;
  /** Null: a thirtieth of the cells, at most 100. */
  readonly clusters: number | null;
  readonly maxIterations: number;
  readonly seed: number;
  readonly pulse?: (done: number, total: number) => void;
}

export const defaultHarmony = { theta: 2, lambda: 1, sigma: 0.1, clusters: null, maxIterations: 10 } as const;

const settledHarmony = 1e-4;
const startFits = 5;

/** Corrected rows and the number of iterations; converged is false when the last still changed something. */
export function harmony(
  rows: Rows, codes: ArrayLike<number>, batches: number, kernels: KernelSet, options: HarmonyOptions,
): { values: Float32Array; iterations: number; converged: boolean } {
  const { n, dims } = rows;
  const K = Math.max(1, options.clusters ?? Math.min(Math.round(n / 30), 100));
  const share = new Float64Array(batches);
  for (let i = 0; i < n; i++) share[codes[i]!]! += 1 / n;
  const state: State = {
    n, dims, K, B: batches, codes, unit: unitRows(rows.values, n, dims), R: new Float32Array(n * K), Y: startClusters(rows, K, kernels, options.seed),
    O: new Float64Array(K * batches), mass: new Float64Array(K), share,
  };
  let before = memberships(state, options);
  const values = rows.values.slice(0, n * dims);
  const random = createRandom(options.seed, 0x6861);
  for (let it = 1; it <= options.maxIterations; it++) {
    const now = cluster(state, options, random, (round) => options.pulse?.(it - 1 + round / mostRounds, options.maxIterations));
    correct(rows.values, values, state, options.lambda);
    state.unit.set(unitRows(values, n, dims));
    if ((before - now) / Math.abs(before) < settledHarmony) return { values, iterations: it, converged: true };
    before = now;
  }
  return { values, iterations: options.maxIterations, converged: false };
}

function unitRows(values: Float32Array, n: number, dims: number): Float32Array {
  const unit = new Float32Array(n * dims);
  for (let row = 0; row < n; row++) {
    let squared = 0;
    for (let at = row * dims; at < (row + 1) * dims; at++) squared += values[at]! ** 2;
    const scale = squared > 0 ? 1 / Math.sqrt(squared) : 0;
    for (let at = row * dims; at < (row + 1) * dims; at++) unit[at] = values[at]! * scale;
  }
  return unit;
}

/** The best of a few starts, as centres of length 1. */
function startClusters({ values, n, dims }: Rows, K: number, kernels: KernelSet, seed: number): Float64Array {
  const rows: Rows = { values: unitRows(values, n, dims), n, dims };
  const fits = Array.from({ length: startFits }, (_, i) => miniBatchKMeans(rows, kernels, { clusters: K, seed: seed + 1000 * i, weights: null }));
  const best = fits.reduce((a, b) => (b.inertia < a.inertia ? b : a));
  const Y = new Float64Array(K * dims);
  for (let at = 0; at < Y.length; at++) Y[at] = best.centers[at % best.centers.length]!;
  normaliseRows(Y, K, dims);
  return Y;
}

/**
 * Per cluster the weighted ridge regression of the coordinates on an intercept and the batches; the batches' part is taken
 * out of `values`. The matrix has the shape of an arrow, so the intercept is solved for first.
 */
function correct(original: Float32Array, values: Float32Array, { n, dims, K, B, R, codes }: State, lambda: number): void {
  values.set(original.subarray(0, n * dims));
  const mass = new Float64Array(B);
  const sums = new Float64Array(B * dims);
  const offsets = new Float64Array(B * dims);
  for (let k = 0; k < K; k++) {
    mass.fill(0);
    sums.fill(0);
    for (let row = 0; row < n; row++) {
      const r = R[row * K + k]!;
      if (r < 1e-12) continue;
      mass[codes[row]!]! += r;
      for (let d = 0; d < dims; d++) sums[codes[row]! * dims + d]! += r * original[row * dims + d]!;
    }
    const pivot = mass.reduce((sum, m) => sum + m - (m * m) / (m + lambda), 0);
    for (let d = 0; d < dims; d++) {
      let rest = 0;
      for (let b = 0; b < B; b++) rest += sums[b * dims + d]! * (1 - mass[b]! / (mass[b]! + lambda));
      const intercept = pivot > 0 ? rest / pivot : 0;
      for (let b = 0; b < B; b++) offsets[b * dims + d] = (sums[b * dims + d]! - mass[b]! * intercept) / (mass[b]! + lambda);
    }
    for (let row = 0; row < n; row++) {
      const r = R[row * K + k]!;
      if (r < 1e-12) continue;
      for (let d = 0; d < dims; d++) values[row * dims + d]! -= r * offsets[codes[row]! * dims + d]!;
    }
  }
}
