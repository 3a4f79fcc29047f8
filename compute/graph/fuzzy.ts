/**
 * The neighbour graph of UMAP: each cell's distances become memberships in [0, 1] relative to its own nearest neighbour and
 * scale, then the two directions of a pair are united. Same rules and constants as umap-learn 0.5, so graphs agree.
 */
import { transposeGraph } from './csr.ts';
import type { CsrGraph } from './csr.ts';
import type { Knn } from './knn.ts';
import { makePace } from './pace.ts';
import type { LongRun } from './pace.ts';

export interface FuzzyGraph {
  /** Symmetric memberships; no diagonal, no stored zeros. */
  readonly connectivities: CsrGraph;
  /** The neighbour lists as a matrix: k entries in every row, not symmetric; a distance of 0 is stored. */
  readonly distances: CsrGraph;
}

const scaleSteps = 64;
const scaleTolerance = 1e-5;
const smallestScaleShare = 1e-3;
const rowsPerCheck = 4096;

/**
 * The graph of n cells from their k nearest others. By scanpy's convention a cell counts among its own n_neighbors: pass
 * k = n_neighbors - 1 others, and the cell itself is added at distance 0 where umap expects it.
 */
export async function fuzzyGraph(knn: Knn, n: number, run: LongRun = {}): Promise<FuzzyGraph> {
  const { k } = knn;
  const pace = makePace(run, 2 * n);
  const distances = sortedRows(knn, n);
  const directed: CsrGraph = { ...distances, values: new Float32Array(n * k) };
  const overallMean = mean(knn.distances, 0, n * k) * k / (k + 1);
  for (let row = 0; row < n; row++) {
    const { nearest, scale } = localScale(knn.distances, row * k, k, overallMean);
    for (let e = row * k; e < (row + 1) * k; e++) {
      const excess = Math.fround(distances.values[e]! - nearest);
      directed.values[e] = excess <= 0 || scale === 0 ? 1 : Math.exp(-(excess / scale));
    }
    const wait = row % rowsPerCheck === 0 ? pace.at(row) : undefined;
    if (wait) await wait;
  }
  const connectivities = unite(directed, transposeGraph(directed));
  pace.end();
  return { connectivities, distances };
}

/** Bytes of both matrices and of what their making holds, at most (no pair of neighbours is mutual). */
export function fuzzyGraphBytes(n: number, k: number): number {
  return n * k * (8 + 4 + 8 + 16) + 4 * 4 * n;
}

/**
 * Distance to the nearest neighbour that is not at 0, and the scale at which the memberships of all k others sum to
 * log2(k + 1), found by bisection (distances [at, at + k) ascending).
 */
function localScale(distances: Float32Array, at: number, k: number, overallMean: number): { nearest: number; scale: number } {
  const target = Math.log2(k + 1);
  let nearest = 0;
  for (let e = at; e < at + k && nearest === 0; e++) nearest = distances[e]!;
  let low = 0;
  let high = Infinity;
  let scale = 1;
  for (let step = 0; step < scaleSteps; step++) {
    let sum = 0;
    for (let e = at; e < at + k; e++) {
      const excess = Math.fround(distances[e]! - nearest);
      sum += excess > 0 ? Math.exp(-(excess / scale)) : 1;
    }
    if (Math.abs(sum - target) < scaleTolerance) break;
    if (sum > target) {
      high = scale;
      scale = (low + high) / 2;
    } else {
      low = scale;
      scale = high === Infinity ? scale * 2 : (low + high) / 2;
    }
  }
  const typical = nearest > 0 ? mean(distances, at, k) * k / (k + 1) : overallMean;
  return { nearest, scale: Math.fround(Math.max(scale, smallestScaleShare * typical)) };
}

function mean(values: Float32Array, at: number, count: number): number {
  let sum = 0;
  for (let e = at; e < at + count; e++) sum += values[e]!;
  return count === 0 ? 0 : sum / count;
}

/** The lists as rows with ascending columns (insertion sort: rows are short and come nearly in any order). */
function sortedRows(knn: Knn, n: number): CsrGraph {
  const { k } = knn;
  const indices = knn.indices.slice(0, n * k);
  const values = knn.distances.slice(0, n * k);
  for (let row = 0; row < n; row++) {
    for (let e = row * k + 1; e < (row + 1) * k; e++) {
      const index = indices[e]!;
      const value = values[e]!;
      let place = e;
      for (; place > row * k && indices[place - 1]! > index; place--) {
        indices[place] = indices[place - 1]!;
        values[place] = values[place - 1]!;
      }
      indices[place] = index;
      values[place] = value;
    }
  }
  return { n, indptr: new Int32Array(n + 1).map((_, row) => row * k), indices, values };
}

/** Probabilistic union a + b - ab of a matrix and its transpose, in float32 as in the reference; zeros are dropped. */
function unite(a: CsrGraph, b: CsrGraph): CsrGraph {
  const { n } = a;
  const indptr = new Int32Array(n + 1);
  for (let row = 0; row < n; row++) indptr[row + 1] = indptr[row]! + uniteRow(a, b, row, null, 0);
  const united: CsrGraph = { n, indptr, indices: new Int32Array(indptr[n]!), values: new Float32Array(indptr[n]!) };
  for (let row = 0; row < n; row++) uniteRow(a, b, row, united, indptr[row]!);
  return united;
}

/** Entries of one united row; written from `at` on unless they are only counted. */
function uniteRow(a: CsrGraph, b: CsrGraph, row: number, into: CsrGraph | null, at: number): number {
  let i = a.indptr[row]!;
  let j = b.indptr[row]!;
  const iEnd = a.indptr[row + 1]!;
  const jEnd = b.indptr[row + 1]!;
  let count = 0;
  while (i < iEnd || j < jEnd) {
    const left = i < iEnd ? a.indices[i]! : a.n;
    const right = j < jEnd ? b.indices[j]! : a.n;
    const x = left <= right ? a.values[i++]! : 0;
    const y = right <= left ? b.values[j++]! : 0;
    const union = Math.fround(Math.fround(x + y) - Math.fround(x * y));
    if (union === 0) continue;
    if (into) {
      into.indices[at + count] = Math.min(left, right);
      into.values[at + count] = union;
    }
    count++;
  }
  return count;
}
