/** The unit that flows through the engine: consecutive rows of one plate in compressed sparse row form. */

/**
 * Rows [rowStart, rowStart + rows) of one matrix. `indptr` has rows + 1 offsets relative to the block; `indices` (gene
 * ids in file order) and `values` may be longer than indptr[rows]. Valid only until the next block is asked for.
 */
export interface CsrBlock {
  rowStart: number;
  rows: number;
  indptr: Int32Array;
  indices: Int32Array;
  values: Float32Array;
}

/**
 * Gives out the arrays a worker reuses for every block. A kernel set with its own memory (WASM) hands out views of that
 * memory, so that decoding writes where the kernels read; the plain set hands out ordinary arrays. Arrays come filled with zeros.
 */
export interface Arena {
  int32(length: number): Int32Array;
  float32(length: number): Float32Array;
  float64(length: number): Float64Array;
  uint8(length: number): Uint8Array;
  /** Gives an array back; its memory may be handed out again. */
  release(array: Int32Array | Float32Array | Float64Array | Uint8Array): void;
  /** Bytes that its memory has grown to and does not give back to the system. */
  heldBytes(): number;
}

/** Ordinary JavaScript arrays, left to the garbage collector. */
export const plainArena: Arena = {
  int32: (length) => new Int32Array(length),
  float32: (length) => new Float32Array(length),
  float64: (length) => new Float64Array(length),
  uint8: (length) => new Uint8Array(length),
  release: () => undefined,
  heldBytes: () => 0,
};
