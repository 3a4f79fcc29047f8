/**
 * What the approximate neighbour search holds while it runs: flat arrays only, so that workers can share them. Points are
 * kept in the leaf order of the first tree: rows that are near in space are then mostly near in memory.
 */

export interface DescentState {
  readonly n: number;
  /** Dimensions of the prepared points (see knn.ts). */
  readonly dims: number;
  readonly seed: number;
  readonly trees: number;
  /** Largest number of rows in a leaf. */
  readonly leafRows: number;
  /** Neighbours held per row while searching; more than asked for, which finds the asked ones more surely. */
  readonly width: number;
  /** Forward plus backward neighbours of a row that are followed from others. */
  readonly reach: number;
  /** n x dims, rows in leaf order. */
  readonly points: Float32Array;
  /** rowIds[position] = row of the caller's matrix that stands at this position. */
  readonly rowIds: Int32Array;
  /** trees x n: positions in the leaf order of each tree. */
  readonly treeOrder: Int32Array;
  /** Best squared distances and positions so far, n x width, ascending by (distance, position); free: Infinity, -1. */
  readonly distances: Float32Array;
  readonly neighbors: Int32Array;
  /** 1 where the entry of `neighbors` was found in the latest round. */
  readonly fresh: Uint8Array;
  /** n x reach: position * 2 + fresh of the rows to follow from each row, frozen during a round; -1 behind the last. */
  readonly followed: Int32Array;
}

/** Smallest n that a search may have: below, all pairs are cheaper anyway and leaves could hold too few rows. */
export const smallestDescent = 256;

/** Arrays on shared memory when `shared`, so that worker threads can be given the state as it is. */
export function makeDescentState(n: number, dims: number, k: number, seed: number, shared: boolean): DescentState {
  const { trees, leafRows, width, reach } = descentSizes(n, k);
  const int32 = (length: number): Int32Array =>
    shared ? new Int32Array(new SharedArrayBuffer(4 * length)) : new Int32Array(length);
  const float32 = (length: number): Float32Array =>
    shared ? new Float32Array(new SharedArrayBuffer(4 * length)) : new Float32Array(length);
  return {
    n, dims, seed, trees, leafRows, width, reach,
    points: float32(n * dims),
    rowIds: int32(n),
    treeOrder: int32(n * trees),
    distances: float32(n * width).fill(Infinity),
    neighbors: int32(n * width).fill(-1),
    fresh: shared ? new Uint8Array(new SharedArrayBuffer(n * width)) : new Uint8Array(n * width),
    followed: int32(n * reach),
  };
}

function descentSizes(n: number, k: number): { trees: number; leafRows: number; width: number; reach: number } {
  const width = Math.max(k + 9, 24);
  // Balanced halving makes leaves of at least half this size: enough others in each to fill a whole list.
  const leafRows = Math.max(64, 2 * (width + 2));
  // Every doubling of the rows adds a level of cuts, each of which may part true neighbours.
  const trees = Math.max(4, Math.min(10, Math.round(Math.log2(n / 1024))));
  return { trees, leafRows, width, reach: width + (width >> 1) };
}

/** Bytes of the state and the result, and what each worker holds for itself (a height or a mark per row). */
export function approximateNeighborsBytes(n: number, dims: number, k: number, workers = 1): number {
  const { trees, width, reach } = descentSizes(n, k);
  const state = 4 * dims + 4 + 4 * trees + 9 * width + 4 * reach;
  return n * (state + 8 * k + 8 * workers + 2);
}
