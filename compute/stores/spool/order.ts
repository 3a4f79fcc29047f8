/** Entries of a few rows put in row order by counting: the place of each is known from the counts, nothing is compared. */
import type { Buckets } from './buckets.ts';

/** Views of the work memory, valid until the next rows are put in order. */
export interface OrderedRows {
  readonly indices: Int32Array;
  readonly values: Float32Array;
  /** Entries that were put in order, before duplicates were summed. */
  readonly read: number;
}

/** Arrays that are used again for every group of rows. */
export interface OrderWork {
  /** One per row of a bucket. */
  readonly places: Int32Array;
  /** One per entry put in order at once. */
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** Entry arrays in `memory` (8 bytes per entry); the places are extra. */
export function orderWork(rows: number, entries: number, memory: ArrayBuffer): OrderWork {
  return {
    places: new Int32Array(rows),
    indices: new Int32Array(memory, 0, entries),
    values: new Float32Array(memory, 4 * entries, entries),
  };
}

/**
 * Rows [rowStart, rowEnd) of a bucket, entries of a row in the order they came. With `sums`, each row is also sorted by
 * gene, equal genes become one entry, and `counts` is changed to what is left.
 */
export function orderRows(
  buckets: Buckets, bucket: number, rowStart: number, rowEnd: number, counts: Uint32Array, sums: boolean, work: OrderWork,
): OrderedRows {
  const { places, indices, values } = work;
  let read = 0;
  for (let row = rowStart; row < rowEnd; row++) {
    places[row - rowStart] = read;
    read += counts[row]!;
  }
  buckets.each(bucket, (row, gene, value) => {
    if (row < rowStart || row >= rowEnd) return;
    const place = places[row - rowStart]!++;
    indices[place] = gene;
    values[place] = value;
  });
  const kept = sums ? sumRows(indices, values, rowStart, rowEnd, counts) : read;
  return { indices: indices.subarray(0, kept), values: values.subarray(0, kept), read };
}

function sumRows(indices: Int32Array, values: Float32Array, rowStart: number, rowEnd: number, counts: Uint32Array): number {
  let from = 0;
  let to = 0;
  for (let row = rowStart; row < rowEnd; row++) {
    const end = from + counts[row]!;
    if (!isAscending(indices, from, end)) sortRow(indices, values, from, end);
    const first = to;
    for (let i = from; i < end; i++) {
      if (to > first && indices[to - 1] === indices[i]) {
        values[to - 1]! += values[i]!;
      } else {
        indices[to] = indices[i]!;
        values[to] = values[i]!;
        to++;
      }
    }
    counts[row] = to - first;
    from = end;
  }
  return to;
}

function isAscending(indices: Int32Array, from: number, end: number): boolean {
  for (let i = from + 1; i < end; i++) if (indices[i]! <= indices[i - 1]!) return false;
  return true;
}

/** By gene; entries of one gene keep their order. */
function sortRow(indices: Int32Array, values: Float32Array, from: number, end: number): void {
  const order = Array.from({ length: end - from }, (_, i) => from + i).sort((a, b) => indices[a]! - indices[b]! || a - b);
  const genes = Int32Array.from(order, (i) => indices[i]!);
  const sorted = Float32Array.from(order, (i) => values[i]!);
  indices.set(genes, from);
  values.set(sorted, from);
}
