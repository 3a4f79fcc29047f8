/**
 * Harmony (Korsunsky and others 2019): soft clusters that are rewarded for holding all batches, and within each cluster a
 * ridge regression that takes the batch's offset out of its cells. Written from the paper; one batch variable.
 */
import { createRandom } from '../random/random.ts';
import type { KernelSet } from '../kernels/kernels.ts';
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

const mostRounds = 20;
const blockShare = 0.05;
const settledClusters = 1e-5;
const settledHarmony = 1e-4;
const window = 3;
const startFits = 5;

interface State {
  readonly n: number;
  readonly dims: number;
  readonly K: number;
  readonly B: number;
  readonly codes: ArrayLike<number>;
  /** Rows of length 1, n x dims. */
  readonly unit: Float32Array;
  /** Membership of every cell in every cluster, n x K. */
  readonly R: Float32Array;
  /** K x dims, rows of length 1. */
  readonly Y: Float64Array;
  /** Observed and expected membership per cluster and batch, K x B. */
  readonly O: Float64Array;
  readonly E: Float64Array;
  readonly share: Float64Array;
}

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
    O: new Float64Array(K * batches), E: new Float64Array(K * batches), share,
  };
  memberships(state, options.sigma);
  const values = rows.values.slice(0, n * dims);
  const random = createRandom(options.seed, 0x6861);
  let before = objective(state, options);
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

function normaliseRows(Y: Float64Array, K: number, dims: number): void {
  for (let k = 0; k < K; k++) {
    const length = Math.hypot(...Y.subarray(k * dims, (k + 1) * dims)) || 1;
    for (let at = k * dims; at < (k + 1) * dims; at++) Y[at]! /= length;
  }
}

/** 2 (1 - cos) of one cell to every cluster. */
function distances({ unit, Y, K, dims }: State, row: number, out: Float64Array): void {
  for (let k = 0; k < K; k++) {
    let dot = 0;
    for (let d = 0; d < dims; d++) dot += unit[row * dims + d]! * Y[k * dims + d]!;
    out[k] = 2 * (1 - dot);
  }
}

/** Plain soft clusters, before batches matter. */
function memberships(state: State, sigma: number): void {
  const { n, K, B, R, O, E, codes, share } = state;
  const weight = new Float64Array(K);
  O.fill(0);
  for (let row = 0; row < n; row++) {
    softened(state, row, sigma, weight);
    const sum = weight.reduce((a, b) => a + b, 0);
    for (let k = 0; k < K; k++) {
      R[row * K + k] = weight[k]! / sum;
      O[k * B + codes[row]!]! += R[row * K + k]!;
    }
  }
  for (let k = 0; k < K; k++) {
    let mass = 0;
    for (let b = 0; b < B; b++) mass += O[k * B + b]!;
    for (let b = 0; b < B; b++) E[k * B + b] = mass * share[b]!;
  }
}

/** exp(-distance / sigma), scaled so that the nearest cluster has 1. */
function softened(state: State, row: number, sigma: number, out: Float64Array): void {
  distances(state, row, out);
  const least = out.reduce((a, b) => Math.min(a, b), Infinity);
  for (let k = 0; k < out.length; k++) out[k] = Math.exp((least - out[k]!) / sigma);
}

/** Rounds of centres and memberships until the objective hardly falls; returns the objective. */
function cluster(state: State, options: HarmonyOptions, random: ReturnType<typeof createRandom>, pulse: (round: number) => void): number {
  const { n, dims, K, R, Y, unit } = state;
  const history: number[] = [];
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let round = 0; round < mostRounds; round++) {
    pulse(round);
    Y.fill(0);
    for (let row = 0; row < n; row++) {
      for (let k = 0; k < K; k++) {
        const weight = R[row * K + k]!;
        if (weight < 1e-12) continue;
        for (let d = 0; d < dims; d++) Y[k * dims + d]! += weight * unit[row * dims + d]!;
      }
    }
    normaliseRows(Y, K, dims);
    for (let i = n - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    updateMemberships(state, options, order);
    history.push(objective(state, options));
    if (round > window && settledBy(history)) break;
  }
  return history.at(-1)!;
}

function settledBy(history: readonly number[]): boolean {
  const sum = (end: number): number => history.slice(end - window, end).reduce((a, b) => a + b, 0);
  const before = sum(history.length - 1);
  return Math.abs(before - sum(history.length)) / Math.abs(before) < settledClusters;
}

/** Block by block: a block's cells are taken out of the counts, placed anew against what is left, and counted again. */
function updateMemberships(state: State, { theta, sigma }: HarmonyOptions, order: Int32Array): void {
  const { n, K, B, R, O, E, codes, share } = state;
  const blockRows = Math.max(1, Math.ceil(n * blockShare));
  const weight = new Float64Array(K);
  const penalty = new Float64Array(K * B);
  const count = (row: number, sign: number): void => {
    for (let k = 0; k < K; k++) {
      const r = sign * R[row * K + k]!;
      O[k * B + codes[row]!]! += r;
      for (let b = 0; b < B; b++) E[k * B + b]! += r * share[b]!;
    }
  };
  for (let start = 0; start < n; start += blockRows) {
    const block = order.subarray(start, Math.min(n, start + blockRows));
    for (const row of block) count(row, -1);
    for (let at = 0; at < penalty.length; at++) penalty[at] = ((E[at]! + 1) / (O[at]! + 1)) ** theta;
    for (const row of block) {
      softened(state, row, sigma, weight);
      let sum = 0;
      for (let k = 0; k < K; k++) {
        weight[k]! *= penalty[k * B + codes[row]!]!;
        sum += weight[k]!;
      }
      for (let k = 0; k < K; k++) R[row * K + k] = weight[k]! / sum;
    }
    for (const row of block) count(row, 1);
  }
}

/** Distances, entropy of the memberships, and the penalty for clusters that hold batches unequally. */
function objective(state: State, { theta, sigma }: HarmonyOptions): number {
  const { n, K, B, R, O, E, codes } = state;
  const far = new Float64Array(K);
  const diversity = O.map((o, at) => theta * Math.log((o + 1) / (E[at]! + 1)));
  let sum = 0;
  for (let row = 0; row < n; row++) {
    distances(state, row, far);
    for (let k = 0; k < K; k++) {
      const r = R[row * K + k]!;
      if (r > 0) sum += r * (far[k]! + sigma * (Math.log(r) + diversity[k * B + codes[row]!]!));
    }
  }
  return sum;
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
