/** Entries of a matrix in whatever order its file keeps them: the input of a transposition and of a scan of mtx files. */

/** Up to `count` entries; the arrays are reused for the next batch. Rows are cells. */
export interface EntryBatch {
  count: number;
  readonly rows: Int32Array;
  readonly genes: Int32Array;
  readonly values: Float64Array;
}

export interface EntrySource {
  /** Whether a (row, gene) pair that comes twice means the sum of both, as scipy's reader of mtx files takes it. */
  readonly sumsDuplicates: boolean;
  batches(): AsyncGenerator<EntryBatch, void, void>;
  close(): void;
}

export const batchEntries = 65_536;

export function emptyBatch(): EntryBatch {
  return {
    count: 0,
    rows: new Int32Array(batchEntries),
    genes: new Int32Array(batchEntries),
    values: new Float64Array(batchEntries),
  };
}
