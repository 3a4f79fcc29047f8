/** What the row reader needs of any row-order storage: row pointers and entries by position, whatever holds them. */

/** Positions count stored entries from the start of the matrix; they exceed 2^31 on real plates, hence float64. */
export interface CsrSource {
  /** File and element named in errors. */
  readonly path: string;
  readonly element: string;
  readonly nObs: number;
  readonly nVars: number;
  /** Stored entries of the whole matrix. */
  readonly stored: number;
  /** Row pointers [rowStart, rowEnd], rowEnd - rowStart + 1 of them, as stored. */
  pointers(rowStart: number, rowEnd: number): Float64Array;
  /** Entries [start, end) into the first places of both arrays. */
  entries(start: number, end: number, indices: Int32Array, values: Float32Array): void;
  close(): void;
}
