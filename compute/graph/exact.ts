/** Exact nearest neighbours: every query against every point, in tiles small enough to stay in the processor's cache. */
import type { KernelSet } from '../kernels/kernels.ts';
import { prepareMetric } from './knn.ts';
import type { Knn, Metric } from './knn.ts';
import { makePace } from './pace.ts';
import type { LongRun } from './pace.ts';

export interface ExactOptions extends LongRun {
  readonly metric: Metric;
  readonly kernels: KernelSet;
  /** Only rows [rowStart, rowEnd) are queried, so that several workers can share the work; default all rows. */
  readonly rowStart?: number;
  readonly rowEnd?: number;
}

const queryTileRows = 128;
const baseTileRows = 1024;

/**
 * The k nearest others of the queried rows of a row-major n x dims matrix; k is limited to n - 1. The result has
 * (rowEnd - rowStart) * k entries and does not depend on how the queries were split.
 */
export async function exactNeighbors(
  points: Float32Array, n: number, dims: number, k: number, options: ExactOptions,
): Promise<Knn> {
  const { kernels, rowStart = 0, rowEnd = n } = options;
  const prepared = prepareMetric(points, n, dims, options.metric);
  const wide = prepared.dims;
  const limit = Math.max(0, Math.min(k, n - 1));
  const rows = rowEnd - rowStart;
  const knn: Knn = { k: limit, indices: new Int32Array(rows * limit), distances: new Float32Array(rows * limit) };
  if (limit === 0) return knn;

  const pace = makePace(options, rows);
  const { arena } = kernels;
  const self = arena.int32(queryTileRows);
  const bestIndex = arena.int32(queryTileRows * limit);
  const queries = arena.float32(queryTileRows * wide);
  const base = arena.float32(baseTileRows * wide);
  const bestDistance = arena.float32(queryTileRows * limit);
  try {
    for (let start = rowStart; start < rowEnd; start += queryTileRows) {
      const count = Math.min(queryTileRows, rowEnd - start);
      queries.set(prepared.points.subarray(start * wide, (start + count) * wide));
      for (let q = 0; q < count; q++) self[q] = start + q;
      bestIndex.fill(-1);
      bestDistance.fill(Infinity);
      for (let baseStart = 0; baseStart < n; baseStart += baseTileRows) {
        const baseCount = Math.min(baseTileRows, n - baseStart);
        base.set(prepared.points.subarray(baseStart * wide, (baseStart + baseCount) * wide));
        kernels.nearest(queries, count, self, base, baseCount, baseStart, wide, limit, bestDistance, bestIndex);
        const wait = pace.at(start - rowStart);
        if (wait) await wait;
      }
      const at = (start - rowStart) * limit;
      knn.indices.set(bestIndex.subarray(0, count * limit), at);
      for (let e = 0; e < count * limit; e++) knn.distances[at + e] = prepared.distance(bestDistance[e]!);
    }
  } finally {
    for (const array of [self, bestIndex, queries, base, bestDistance]) arena.release(array);
  }
  pace.end();
  return knn;
}

/** Bytes that exactNeighbors holds beside its input and its kernels: result, and for cosine a scaled copy. */
export function exactNeighborsBytes(n: number, dims: number, k: number, metric: Metric): number {
  const tiles = 4 * (queryTileRows * (dims + 2 * k + 1) + baseTileRows * (dims + 1));
  return 8 * n * k + tiles + (metric === 'cosine' ? n * (4 * (dims + 1) + 8) : 0);
}
