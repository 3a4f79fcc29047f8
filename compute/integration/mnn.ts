/**
 * Mutual nearest neighbours as in scran/batchelor's fastMNN (Haghverdi and others 2018): batches are merged one after the
 * other, largest first; pairs of cells that are each other's neighbours across batches say how to move the rest.
 */
import type { KernelSet } from '../kernels/kernels.ts';
import { gatherRows, nearestRows, type Nearest, type Rows } from './search.ts';

export interface MnnOptions {
  /** Neighbours in which pairs are sought, and over which corrections are smoothed. */
  readonly k: number;
  /** Width of the smoothing, in distances to the middle neighbour. */
  readonly ndist: number;
  readonly pulse?: (done: number, total: number) => void;
}

export const defaultMnn = { k: 20, ndist: 3 } as const;

export interface MnnMerge {
  readonly batch: number;
  readonly pairs: number;
}

/** Corrected rows in the order given, and the pairs found at each merge (none: that batch came in as it was). */
export function mutualNeighbors(
  rows: Rows, codes: ArrayLike<number>, batches: number, kernels: KernelSet, options: MnnOptions,
): { values: Float32Array; merges: readonly MnnMerge[] } {
  const { dims } = rows;
  const members = Array.from({ length: batches }, (_, b) => Uint32Array.from({ length: rows.n }, (_, i) => i).filter((i) => codes[i] === b));
  const order = Array.from(members.keys()).sort((a, b) => members[b]!.length - members[a]!.length || a - b);
  let ids = members[order[0]!]!;
  let left = gatherRows(rows, ids);
  const merges: MnnMerge[] = [];
  for (const [step, batch] of order.slice(1).entries()) {
    options.pulse?.(step, batches - 1);
    const right = gatherRows(rows, members[batch]!);
    merges.push({ batch, pairs: merge(left, right, kernels, options) });
    const joined = new Float32Array(left.values.length + right.values.length);
    joined.set(left.values);
    joined.set(right.values, left.values.length);
    left = { values: joined, n: left.n + right.n, dims };
    ids = Uint32Array.from([...ids, ...members[batch]!]);
  }
  const values = new Float32Array(rows.n * dims);
  ids.forEach((id, i) => values.set(left.values.subarray(i * dims, (i + 1) * dims), id * dims));
  return { values, merges };
}

/** Moves `right` to `left`, both in place; returns the number of pairs. */
function merge(left: Rows, right: Rows, kernels: KernelSet, options: MnnOptions): number {
  const pairs = mutualPairs(left, right, kernels, options.k);
  if (pairs.length === 0) return 0;
  const overall = meanRow(corrections(left, right, pairs).vectors, right.dims);
  flatten(left, overall);
  flatten(right, overall);
  const { ids, vectors } = corrections(left, right, pairs);
  const near = nearestRows(kernels, right, gatherRows(right, ids), options.k);
  smooth(right, near, vectors, options.ndist);
  return pairs.length;
}

/** [row of left, row of right] of cells that are among each other's k nearest. */
function mutualPairs(left: Rows, right: Rows, kernels: KernelSet, k: number): (readonly [number, number])[] {
  const fromRight = nearestRows(kernels, right, left, k);
  const fromLeft = nearestRows(kernels, left, right, k);
  const pairs: (readonly [number, number])[] = [];
  for (let r = 0; r < right.n; r++) {
    for (let e = r * fromRight.k; e < (r + 1) * fromRight.k; e++) {
      const l = fromRight.indices[e]!;
      if (fromLeft.indices.subarray(l * fromLeft.k, (l + 1) * fromLeft.k).includes(r)) pairs.push([l, r]);
    }
  }
  return pairs;
}

/** Mean of left - right over the pairs of each right cell that has any. */
function corrections(left: Rows, right: Rows, pairs: readonly (readonly [number, number])[]): { ids: Uint32Array; vectors: Float64Array } {
  const { dims } = right;
  const ids = Uint32Array.from(new Set(pairs.map(([, r]) => r))).sort();
  const place = new Map(Array.from(ids, (id, i) => [id, i]));
  const counts = new Float64Array(ids.length);
  const vectors = new Float64Array(ids.length * dims);
  for (const [l, r] of pairs) {
    const at = place.get(r)!;
    counts[at]! += 1;
    for (let d = 0; d < dims; d++) vectors[at * dims + d]! += left.values[l * dims + d]! - right.values[r * dims + d]!;
  }
  for (let i = 0; i < vectors.length; i++) vectors[i]! /= counts[Math.floor(i / dims)]!;
  return { ids, vectors };
}

function meanRow(vectors: Float64Array, dims: number): Float64Array {
  const mean = new Float64Array(dims);
  vectors.forEach((value, i) => (mean[i % dims]! += value / (vectors.length / dims)));
  return mean;
}

/** Takes the spread along one direction out: all rows get their mean position there; in place. */
function flatten({ values, n, dims }: Rows, direction: Float64Array): void {
  const length = Math.hypot(...direction);
  if (length === 0) return;
  const places = new Float64Array(n);
  for (let i = 0; i < n * dims; i++) places[Math.floor(i / dims)]! += (values[i]! * direction[i % dims]!) / length;
  const middle = places.reduce((a, b) => a + b, 0) / n;
  for (let i = 0; i < n * dims; i++) values[i]! += ((middle - places[Math.floor(i / dims)]!) * direction[i % dims]!) / length;
}

/** Adds to each row the tricube-weighted mean of the corrections of the nearest paired rows; in place. */
function smooth({ values, n, dims }: Rows, { k, indices, squared }: Nearest, vectors: Float64Array, ndist: number): void {
  const weights = new Float64Array(k);
  for (let row = 0; row < n; row++) {
    const width = Math.max(1e-8, ndist * Math.sqrt(squared[row * k + Math.ceil(k / 2) - 1]!));
    let sum = 0;
    for (let e = 0; e < k; e++) {
      weights[e] = (1 - Math.min(1, Math.sqrt(squared[row * k + e]!) / width) ** 3) ** 3;
      sum += weights[e]!;
    }
    for (let e = 0; e < k; e++) {
      const share = weights[e]! / sum;
      for (let d = 0; d < dims; d++) values[row * dims + d]! += share * vectors[indices[row * k + e]! * dims + d]!;
    }
  }
}
