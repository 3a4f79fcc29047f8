/** What is known of a stored matrix before reading a value: the facts that plans, inspect and readers share. */

/** Element types as numpy names them. */
export type Dtype =
  | 'bool' | 'int8' | 'int16' | 'int32' | 'int64' | 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'float32' | 'float64';

export type MatrixKind = 'csr_matrix' | 'csc_matrix' | 'dense';

/** Where a matrix lives inside a file, in AnnData's words. */
export type MatrixSlot = 'X' | 'raw/X' | `layers/${string}`;

export interface MatrixFacts {
  readonly slot: MatrixSlot;
  readonly kind: MatrixKind;
  readonly dtype: Dtype;
  /** Stored elements per chunk along each axis; null when contiguous. */
  readonly chunks: readonly number[] | null;
  /** 'gzip', 'lzf', ... as h5py names the compression; null when uncompressed. */
  readonly filter: string | null;
  readonly shuffle: boolean;
  readonly nObs: number;
  readonly nVars: number;
  /** Stored entries (explicit zeros included); for dense matrices nObs x nVars. */
  readonly stored: number;
  /** Compressed bytes of all parts of the matrix on disk. */
  readonly storedBytes: number;
}

/** The entry of uns that marks generated data, and what was taken from them. */
export const demoKey = 'truckee_demo';

/** Facts of one registered file that a plan needs; rows are cells. */
export interface PlateFacts {
  readonly name: string;
  readonly path: string;
  readonly nObs: number;
  readonly nVars: number;
  readonly matrix: MatrixFacts;
  readonly obsColumns: readonly string[];
  /** Columns of each embedding that can be read; absent in descriptions of older versions. */
  readonly obsm?: Readonly<Record<string, number>>;
  readonly demo: boolean;
}

/** Facts of the whole input of a run: the plates seen as one matrix. Row counts are upper bounds after filters. */
export interface InputFacts {
  readonly plates: readonly PlateFacts[];
  readonly nObs: number;
  readonly nVars: number;
  readonly stored: number;
}
