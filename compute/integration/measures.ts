/** What is measured of an embedding: mixing of batches, kept neighbours, stretched edges, trustworthiness, shares of equal labels. */
import type { KernelSet } from '../kernels/kernels.ts';
import { gatherRows, nearestRows, type Rows } from './search.ts';
import { drawWithout } from './density.ts';

/** Neighbour lists of every row: entries [row * k, row * k + k), nearest first, the row itself left out. */
export interface NeighborLists {
  readonly k: number;
  readonly indices: Int32Array;
}

/** Entropy (natural logarithm) of the batches among the first `k` neighbours of each row; at most ln(batches). */
export function batchEntropy(lists: NeighborLists, codes: ArrayLike<number>, batches: number, k: number): Float64Array {
  const used = Math.min(k, lists.k);
  const n = lists.k === 0 ? codes.length : lists.indices.length / lists.k;
  const counts = new Float64Array(batches);
  const entropy = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    counts.fill(0);
    for (let e = row * lists.k; e < row * lists.k + used; e++) counts[codes[lists.indices[e]!]!]! += 1;
    let sum = 0;
    for (const count of counts) {
      const p = count / (used + 1e-12);
      sum -= p * Math.log(p + 1e-12);
    }
    entropy[row] = sum;
  }
  return entropy;
}

export function mean(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return values.length === 0 ? 0 : sum / values.length;
}

/** Share of the first `k` neighbours that carry the row's own label; rows and neighbours with code -1 do not count. */
export function sameShare(lists: NeighborLists, codes: ArrayLike<number>, k: number): number {
  const used = Math.min(k, lists.k);
  let same = 0;
  let counted = 0;
  for (let row = 0; row * lists.k < lists.indices.length; row++) {
    if (codes[row]! < 0) continue;
    for (let e = row * lists.k; e < row * lists.k + used; e++) {
      const other = codes[lists.indices[e]!]!;
      if (other < 0) continue;
      counted++;
      if (other === codes[row]) same++;
    }
  }
  return counted === 0 ? Number.NaN : same / counted;
}

/**
 * Same-batch share if batches were mixed wholly: the chance that another row has the same batch; with labels, inside each
 * label (no method should mix what only one batch has).
 */
export function fullyMixedShare(batches: ArrayLike<number>, labels: ArrayLike<number> | null): number {
  const groups = new Map<number, Map<number, number>>();
  for (let row = 0; row < batches.length; row++) {
    const label = labels ? labels[row]! : 0;
    if (label < 0) continue;
    const counts = groups.get(label) ?? new Map<number, number>();
    groups.set(label, counts.set(batches[row]!, (counts.get(batches[row]!) ?? 0) + 1));
  }
  let sum = 0;
  let rows = 0;
  for (const counts of groups.values()) {
    const size = [...counts.values()].reduce((a, b) => a + b, 0);
    rows += size;
    for (const count of counts.values()) sum += size > 1 ? (count * (count - 1)) / (size - 1) : count;
  }
  return rows === 0 ? Number.NaN : sum / rows;
}

/** Mean share of common neighbours of two lists over the same rows; `among`: how many rows they were chosen from. */
export function overlapOf(before: NeighborLists, after: NeighborLists, among = before.indices.length / before.k): number {
  const { k } = before;
  if (k === 0) return 1;
  const mark = new Int32Array(among).fill(-1);
  let shared = 0;
  for (let row = 0; row * k < before.indices.length; row++) {
    for (let e = row * k; e < row * k + k; e++) mark[before.indices[e]!] = row;
    for (let e = row * k; e < row * k + k; e++) if (mark[after.indices[e]!] === row) shared++;
  }
  return shared / before.indices.length;
}

/** Mean of clip(length now / length before - 1, -1, 1)^2 over the edges of the starting graph. */
export function strainOf({ values, dims }: Rows, lists: NeighborLists, lengths: Float32Array): number {
  let sum = 0;
  for (let e = 0; e < lengths.length; e++) {
    const a = Math.floor(e / lists.k) * dims;
    const b = lists.indices[e]! * dims;
    let squared = 0;
    for (let d = 0; d < dims; d++) squared += (values[a + d]! - values[b + d]!) ** 2;
    const stretch = Math.sqrt(squared) / (lengths[e]! + 1e-8) - 1;
    sum += Math.min(1, Math.max(-1, stretch)) ** 2;
  }
  return lengths.length === 0 ? 0 : sum / lengths.length;
}

/**
 * Trustworthiness (Venna and Kaski 2001) of `after` against `before` on a seeded part of the rows: neighbours that were far
 * before cost by their rank. `k` is lowered below half of the rows.
 */
export function trustworthiness(before: Rows, after: Rows, wantedK: number, sample: number, seed: number, kernels: KernelSet): number {
  const ids = drawWithout(before.n, Math.min(sample, before.n), seed, 0x7477);
  const n = ids.length;
  const k = Math.min(wantedK, Math.ceil(n / 2) - 1);
  if (k < 1) return 1;
  const old = gatherRows(before, ids);
  const lists = nearestRows(kernels, gatherRows(after, ids), gatherRows(after, ids), k, true);
  const { dims } = old;
  const lengths = new Float32Array(n);
  let penalty = 0;
  for (let row = 0; row < n; row++) {
    for (let other = 0; other < n; other++) {
      let squared = 0;
      for (let d = 0; d < dims; d++) squared += (old.values[row * dims + d]! - old.values[other * dims + d]!) ** 2;
      lengths[other] = squared;
    }
    for (let e = row * k; e < row * k + k; e++) {
      const other = lists.indices[e]!;
      const length = lengths[other]!;
      let rank = 1;
      for (let third = 0; third < n; third++) {
        if (third !== row && third !== other && (lengths[third]! < length || (lengths[third] === length && third < other))) rank++;
      }
      penalty += Math.max(0, rank - k);
    }
  }
  return 1 - (2 / (n * k * (2 * n - 3 * k - 1))) * penalty;
}
