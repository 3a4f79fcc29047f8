/**
 * Weighted mini-batch k-means with scikit-learn's meaning (Sculley 2010): k-means++ on a part of the rows, then small
 * random batches until their smoothed inertia stops falling. Not bit-compatible with it; inertia agrees within a few per cent.
 */
import type { KernelSet } from '../kernels/kernels.ts';
import { createRandom, type Random } from '../random/random.ts';
import { nearestRows, type Rows } from './search.ts';

export interface KMeansOptions {
  readonly clusters: number;
  readonly seed: number;
  /** One weight per row; null: all ones. */
  readonly weights: Float64Array | null;
  readonly pulse?: (done: number, total: number) => void;
}

export interface KMeansFit {
  /** Row-major clusters x dims. */
  readonly centers: Float32Array;
  readonly clusters: number;
  /** Nearest centre of each row, and its squared distance. */
  readonly nearest: Int32Array;
  /** Weighted sum of squared distances to the nearest centre. */
  readonly inertia: number;
}

const maxEpochs = 25;
const patience = 10;
const reassignmentRatio = 0.01;
const initBatches = 3;

export function miniBatchKMeans(rows: Rows, kernels: KernelSet, options: KMeansOptions): KMeansFit {
  const { n, dims } = rows;
  const clusters = n > 1 ? Math.max(2, Math.min(options.clusters, n)) : n;
  // As many centres as rows: every row is its own.
  if (clusters >= n) {
    return { centers: rows.values.slice(), clusters: n, nearest: Int32Array.from({ length: n }, (_, i) => i), inertia: 0 };
  }
  const random = createRandom(options.seed, 0x6b6d);
  const batchRows = Math.min(4096, Math.max(4 * clusters, 256), n);
  const pulse = options.pulse && ((): void => options.pulse!(0, 1));
  const weights = options.weights ?? new Float64Array(n).fill(1);
  const centers: Rows = { values: startCenters(rows, clusters, Math.min(n, Math.max(initBatches * batchRows, initBatches * clusters)), weights, random, pulse), n: clusters, dims };
  improve(rows, centers, weights, batchRows, random, kernels, options);
  let { indices, squared } = nearestRows(kernels, rows, centers, 1, false, () => options.pulse?.(1, 1));
  if (fillEmpty(rows, centers, indices, squared, weights)) ({ indices, squared } = nearestRows(kernels, rows, centers, 1));
  let inertia = 0;
  for (let row = 0; row < n; row++) inertia += weights[row]! * squared[row]!;
  return { centers: centers.values, clusters, nearest: indices, inertia };
}

function improve(rows: Rows, centers: Rows, weights: Float64Array, batchRows: number, random: Random, kernels: KernelSet, options: KMeansOptions): void {
  const { n, dims } = rows;
  const clusters = centers.n;
  const steps = Math.floor((maxEpochs * n) / batchRows);
  const share = Math.min(1, (2 * batchRows) / (n + 1));
  const mass = new Float64Array(clusters);
  const batch: Rows = { values: new Float32Array(batchRows * dims), n: batchRows, dims };
  const batchWeights = new Float64Array(batchRows);
  const gained = new Float64Array(clusters);
  const sums = new Float64Array(clusters * dims);
  let smoothed = NaN;
  let least = Infinity;
  let idle = 0;
  let sinceReassigned = 0;
  for (let step = 0; step < steps; step++) {
    options.pulse?.(step, steps);
    for (let b = 0; b < batchRows; b++) {
      const row = random.below(n);
      batch.values.set(rows.values.subarray(row * dims, (row + 1) * dims), b * dims);
      batchWeights[b] = weights[row]!;
    }
    const { indices, squared } = nearestRows(kernels, batch, centers, 1);
    gained.fill(0);
    sums.fill(0);
    let inertia = 0;
    for (let b = 0; b < batchRows; b++) {
      const weight = batchWeights[b]!;
      const c = indices[b]!;
      inertia += weight * squared[b]!;
      gained[c]! += weight;
      for (let d = 0; d < dims; d++) sums[c * dims + d]! += weight * batch.values[b * dims + d]!;
    }
    for (let c = 0; c < clusters; c++) {
      if (gained[c] === 0) continue;
      mass[c]! += gained[c]!;
      for (let d = 0; d < dims; d++) {
        const at = c * dims + d;
        const old = centers.values[at]!;
        centers.values[at] = old + (sums[at]! - old * gained[c]!) / mass[c]!;
      }
    }
    sinceReassigned += batchRows;
    if (sinceReassigned >= 10 * clusters || mass.includes(0)) {
      sinceReassigned = 0;
      reassign(centers, mass, batch, batchWeights, random);
    }
    // The first inertia is that of the start centres.
    if (step === 0) continue;
    const perRow = inertia / batchRows;
    smoothed = Number.isNaN(smoothed) ? perRow : smoothed * (1 - share) + perRow * share;
    idle = smoothed < least ? 0 : idle + 1;
    least = Math.min(least, smoothed);
    if (idle >= patience) return;
  }
}

/** Centres that no row is nearest to (two may coincide) go to the rows that lie worst. True when there were any. */
function fillEmpty(rows: Rows, centers: Rows, nearest: Int32Array, squared: Float32Array, weights: Float64Array): boolean {
  const chosen = new Uint8Array(centers.n);
  for (const c of nearest) chosen[c] = 1;
  const empty = Array.from(chosen.keys()).filter((c) => chosen[c] === 0);
  if (empty.length === 0) return false;
  const worst = Array.from(squared.keys()).sort((a, b) => squared[b]! * weights[b]! - squared[a]! * weights[a]! || a - b);
  empty.forEach((c, i) => centers.values.set(rows.values.subarray(worst[i]! * rows.dims, (worst[i]! + 1) * rows.dims), c * rows.dims));
  return true;
}

/** Centres that hardly any row chose start again at rows of the batch, at most half a batch of them at a time. */
function reassign(centers: Rows, mass: Float64Array, batch: Rows, batchWeights: Float64Array, random: Random): void {
  const most = mass.reduce((a, b) => Math.max(a, b), 0);
  const rare = Array.from(mass.keys()).filter((c) => mass[c]! < reassignmentRatio * most).sort((a, b) => mass[a]! - mass[b]! || a - b);
  const moved = rare.slice(0, Math.floor(batch.n / 2));
  if (moved.length === 0) return;
  const kept = new Set(moved);
  let smallest = Infinity;
  for (let c = 0; c < mass.length; c++) if (!kept.has(c)) smallest = Math.min(smallest, mass[c]!);
  const left = batchWeights.slice();
  let total = left.reduce((a, b) => a + b, 0);
  for (const c of moved) {
    let target = random.uniform() * total;
    let row = 0;
    while (row < batch.n - 1 && (target -= left[row]!) > 0) row++;
    total -= left[row]!;
    left[row] = 0;
    centers.values.set(batch.values.subarray(row * batch.dims, (row + 1) * batch.dims), c * batch.dims);
    mass[c] = Number.isFinite(smallest) ? smallest : 1;
  }
}

/**
 * k-means++ with a few trials per centre (Arthur and Vassilvitskii 2007), on a random part of the rows. A row can come nearer
 * to a candidate than to its own centre only if that centre lies within twice its distance of the candidate: all others are
 * passed over unmeasured, which leaves the result what it is.
 */
function startCenters(rows: Rows, clusters: number, part: number, weights: Float64Array, random: Random, pulse: (() => void) | undefined): Float32Array {
  const { dims } = rows;
  const ids = Uint32Array.from({ length: part }, () => random.below(rows.n));
  if (part === rows.n) ids.forEach((_, i) => (ids[i] = i));
  const pool = new Float32Array(part * dims);
  ids.forEach((id, i) => pool.set(rows.values.subarray(id * dims, (id + 1) * dims), i * dims));
  const weight = Float64Array.from(ids, (id) => weights[id]!);
  const trials = 2 + Math.floor(Math.log(clusters));
  const centers = new Float32Array(clusters * dims);
  const closest = new Float64Array(part).fill(Infinity);
  const owner = new Int32Array(part);
  const products = weight.slice();
  const toCenters = new Float64Array(clusters);
  const place = (c: number, row: number): void => {
    centers.set(pool.subarray(row * dims, (row + 1) * dims), c * dims);
    for (let i = 0; i < part; i++) {
      if (c > 0 && toCenters[owner[i]!]! > reach * closest[i]!) continue;
      const distance = squaredBelow(pool, i * dims, pool, row * dims, dims, closest[i]!);
      if (distance < closest[i]!) [closest[i], owner[i]] = [distance, c];
    }
    for (let i = 0; i < part; i++) products[i] = closest[i]! * weight[i]!;
  };
  const measureCenters = (row: number, known: number): void => {
    for (let c = 0; c < known; c++) toCenters[c] = squaredBelow(centers, c * dims, pool, row * dims, dims, Infinity);
  };
  place(0, pick(products, sumOf(products), random));
  for (let c = 1; c < clusters; c++) {
    if (c % 64 === 0) pulse?.();
    const potential = sumOf(products);
    let best = -1;
    let bestGain = -1;
    for (let trial = 0; trial < trials; trial++) {
      const candidate = pick(products, potential, random);
      measureCenters(candidate, c);
      let gain = 0;
      for (let i = 0; i < part; i++) {
        const now = closest[i]!;
        if (toCenters[owner[i]!]! > reach * now) continue;
        const distance = squaredBelow(pool, i * dims, pool, candidate * dims, dims, now);
        if (distance < now) gain += (now - distance) * weight[i]!;
      }
      if (gain > bestGain) [best, bestGain] = [candidate, gain];
    }
    measureCenters(best, c);
    place(c, best);
  }
  return centers;
}

/** Twice a distance, squared; a little more for what rounding takes. */
const reach = 4 * (1 + 1e-9);

/** Squared distance of two rows; Infinity as soon as it is known to be at least `most`. */
function squaredBelow(a: Float32Array, at: number, b: Float32Array, bt: number, dims: number, most: number): number {
  let sum = 0;
  let d = 0;
  for (; d + 8 <= dims; d += 8) {
    for (let e = d; e < d + 8; e++) {
      const off = a[at + e]! - b[bt + e]!;
      sum += off * off;
    }
    if (sum >= most) return Infinity;
  }
  for (; d < dims; d++) {
    const off = a[at + d]! - b[bt + d]!;
    sum += off * off;
  }
  return sum < most ? sum : Infinity;
}

function sumOf(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum;
}

/** A position drawn with probability proportional to its share; the last one when rounding runs past the end. */
function pick(shares: Float64Array, total: number, random: Random): number {
  let target = random.uniform() * total;
  for (let i = 0; i < shares.length; i++) {
    target -= shares[i]!;
    if (target < 0) return i;
  }
  return shares.length - 1;
}
