/** The arrays of one block, kept by a reader from range to range: a pass asks for thousands of ranges of the same size. */
import type { Arena } from '../kernels/block.ts';

export interface RowArrays {
  indptr: Int32Array;
  indices: Int32Array;
  values: Float32Array;
}

export interface RowArrayKeeper {
  /** Arrays for `rows` rows; entry arrays may still be empty. */
  take(rows: number): RowArrays;
  /** Makes room for `length` entries; what the entry arrays held is lost. */
  grow(arrays: RowArrays, length: number): void;
  /** Keeps the arrays for the next range. */
  giveBack(arrays: RowArrays): void;
  /** Hands everything back to the arena. */
  close(): void;
}

export function rowArrayKeeper(arena: Arena): RowArrayKeeper {
  let kept: RowArrays | null = null;
  const release = (arrays: RowArrays): void => [arrays.indptr, arrays.indices, arrays.values].forEach((array) => arena.release(array));
  return {
    take(rows) {
      // A second range read at the same time gets arrays of its own.
      const arrays = kept ?? { indptr: arena.int32(rows + 1), indices: arena.int32(0), values: arena.float32(0) };
      kept = null;
      if (arrays.indptr.length < rows + 1) {
        arena.release(arrays.indptr);
        arrays.indptr = arena.int32(rows + 1);
      }
      return arrays;
    },
    grow(arrays, length) {
      if (arrays.indices.length >= length) return;
      arena.release(arrays.indices);
      arena.release(arrays.values);
      arrays.indices = arena.int32(length);
      arrays.values = arena.float32(length);
    },
    giveBack(arrays) {
      if (kept !== null) release(kept);
      kept = arrays;
    },
    close() {
      if (kept !== null) release(kept);
      kept = null;
    },
  };
}
