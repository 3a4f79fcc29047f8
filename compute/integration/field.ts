/** Carries every cell by the displacement of the centroids around it (inverse distance weights). */
import type { KernelSet } from '../kernels/kernels.ts';
import { searchLists, type RowLists } from './lists.ts';
import { gatherRows, nearestRows, rowRange, type Rows } from './search.ts';

export interface Field {
  readonly centroids: Rows;
  /** Displacement of each centroid, row-major. */
  readonly shift: Float32Array;
  readonly k: number;
  /** Batches + 1 offsets into the centroids; null: every centroid may carry every cell. */
  readonly batchStart: Int32Array | null;
  /** The centroids in lists, where there are enough of them; null: all are compared. */
  readonly lists: RowLists | null;
  /** Lists to look at; null: as many as exactness asks for. */
  readonly probes: number | null;
}

/** Floor of the squared distance: a cell on a centroid moves with it. */
const nearest = 1e-6;

/** Moved copies of the cells; `batches` has the batch of each cell where only centroids of its own may carry it. */
export function carry(cells: Rows, batches: ArrayLike<number> | null, field: Field, kernels: KernelSet, pulse?: () => void): Float32Array {
  const out = cells.values.slice(0, cells.n * cells.dims);
  if (field.batchStart === null || batches === null) {
    addShift(out, cells, null, field.centroids, 0, field, kernels, pulse);
    return out;
  }
  for (let batch = 0; batch + 1 < field.batchStart.length; batch++) {
    const own = Uint32Array.from({ length: cells.n }, (_, i) => i).filter((i) => batches[i] === batch);
    if (own.length === 0) continue;
    const start = field.batchStart[batch]!;
    addShift(out, gatherRows(cells, own), own, rowRange(field.centroids, start, field.batchStart[batch + 1]! - start), start, field, kernels, pulse);
  }
  return out;
}

function addShift(
  out: Float32Array, cells: Rows, places: Uint32Array | null, centroids: Rows, offset: number, field: Field, kernels: KernelSet, pulse?: () => void,
): void {
  const { dims } = cells;
  const found = field.lists && places === null
    ? searchLists(field.lists, cells, { k: field.k, self: null, probes: field.probes, ...(pulse ? { pulse } : {}) }, kernels)
    : nearestRows(kernels, cells, centroids, field.k, false, pulse);
  const { k, indices, squared } = found;
  const weights = new Float64Array(k);
  for (let row = 0; row < cells.n; row++) {
    let sum = 0;
    for (let e = 0; e < k; e++) {
      weights[e] = 1 / Math.max(Math.sqrt(Math.max(squared[row * k + e]!, nearest)), 1e-6);
      sum += weights[e]!;
    }
    const to = (places ? places[row]! : row) * dims;
    for (let d = 0; d < dims; d++) {
      let moved = 0;
      for (let e = 0; e < k; e++) moved += weights[e]! * field.shift[(offset + indices[row * k + e]!) * dims + d]!;
      out[to + d]! += moved / sum;
    }
  }
}
