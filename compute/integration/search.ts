/** Nearest rows of one matrix for the rows of another, in cache-sized tiles on the thread at hand: what clustering and interpolation ask. */
import type { KernelSet } from '../kernels/kernels.ts';

/** Row-major rows of `dims` float32 values. */
export interface Rows {
  readonly values: Float32Array;
  readonly n: number;
  readonly dims: number;
}

/** Entries [row * k, row * k + k), nearest first, lower index first among equals; distances are squared lengths. */
export interface Nearest {
  readonly k: number;
  readonly indices: Int32Array;
  readonly squared: Float32Array;
}

const queryTileRows = 128;
const baseTileRows = 1024;

/**
 * The k nearest rows of `base` (k limited to what there is). With `self`, query q is row q of the base and is not its own
 * neighbour. `pulse` is called once per tile of queries and may throw to end the search.
 */
export function nearestRows(kernels: KernelSet, queries: Rows, base: Rows, k: number, self = false, pulse?: (done: number) => void): Nearest {
  const { dims } = base;
  const limit = Math.max(0, Math.min(k, self ? base.n - 1 : base.n));
  const found: Nearest = { k: limit, indices: new Int32Array(queries.n * limit), squared: new Float32Array(queries.n * limit) };
  if (limit === 0 || queries.n === 0) return found;
  const { arena } = kernels;
  const own = arena.int32(queryTileRows);
  const bestIndex = arena.int32(queryTileRows * limit);
  const bestDistance = arena.float32(queryTileRows * limit);
  const queryTile = arena.float32(queryTileRows * dims);
  const baseTile = arena.float32(Math.min(baseTileRows, base.n) * dims);
  const whole = base.n <= baseTileRows;
  if (whole) baseTile.set(base.values.subarray(0, base.n * dims));
  try {
    for (let start = 0; start < queries.n; start += queryTileRows) {
      const count = Math.min(queryTileRows, queries.n - start);
      queryTile.set(queries.values.subarray(start * dims, (start + count) * dims));
      for (let q = 0; q < count; q++) own[q] = self ? start + q : -1;
      bestIndex.fill(-1);
      bestDistance.fill(Infinity);
      for (let from = 0; from < base.n; from += baseTileRows) {
        const rows = Math.min(baseTileRows, base.n - from);
        if (!whole) baseTile.set(base.values.subarray(from * dims, (from + rows) * dims));
        kernels.nearest(queryTile, count, own, baseTile, rows, from, dims, limit, bestDistance, bestIndex);
      }
      found.indices.set(bestIndex.subarray(0, count * limit), start * limit);
      found.squared.set(bestDistance.subarray(0, count * limit), start * limit);
      pulse?.(start + count);
    }
  } finally {
    for (const array of [own, bestIndex, bestDistance, queryTile, baseTile]) arena.release(array);
  }
  return found;
}

/** Rows [start, start + n) as rows of their own, not copied. */
export function rowRange({ values, dims }: Rows, start: number, n: number): Rows {
  return { values: values.subarray(start * dims, (start + n) * dims), n, dims };
}

/** The chosen rows, copied. */
export function gatherRows({ values, dims }: Rows, ids: Int32Array | Uint32Array): Rows {
  const out = new Float32Array(ids.length * dims);
  ids.forEach((id, i) => out.set(values.subarray(id * dims, (id + 1) * dims), i * dims));
  return { values: out, n: ids.length, dims };
}
