/** Rows by id, whatever holds them: brought into memory in one request, then handed out one by one in any order. */
import type { MatrixSpec } from '../contract.ts';
import type { PackSpec } from '../pack/read.ts';
import type { TahoeSpec } from '../parquet/contract.ts';
import type { ScdlSpec } from '../scdl/contract.ts';
import type { RowPointers } from './pointers.ts';

/** How rows are to come out; fixed when a store is opened. */
export interface RowView {
  /** Gene of the file -> column, -1 to leave it out; null: all genes as they are. */
  readonly columns: Int32Array | null;
  /** Columns of the output. */
  readonly width: number;
  /** Every row is scaled to this sum, over all genes of the file; null: as stored. */
  readonly targetSum: number | null;
  /** ln(1 + x) after scaling. */
  readonly log1p: boolean;
}

/** Everything a worker needs to open a store: structured-cloneable, no handles. */
export type RowStoreSpec =
  | { readonly kind: 'csr'; readonly matrix: MatrixSpec & { kind: 'csr' }; readonly pointers: RowPointers; readonly verified: boolean }
  | { readonly kind: 'dense'; readonly matrix: MatrixSpec & { kind: 'dense' } }
  | { readonly kind: 'spool'; readonly matrix: MatrixSpec & { kind: 'columns' } }
  | { readonly kind: 'pack'; readonly pack: PackSpec }
  | TahoeSpec
  | ScdlSpec
  | { readonly kind: 'memory'; readonly pieces: readonly MemoryPiece[] };

/** Rows of a piece; only the last piece has fewer. */
export const pieceRows = 4096;

/** Some rows in shared memory: all workers look at one copy. `indptr` has a place more than the piece has rows. */
export interface MemoryPiece {
  readonly indptr: Uint32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

export interface RowStore {
  /** Brings rows into memory; `ids` ascending, without repeats. Whatever was loaded before is gone. A promise where reading cannot be done in one go. */
  load(ids: Uint32Array): void | Promise<void>;
  /** Stored entries of the k-th loaded row: at least as many as `csr` writes. */
  entries(k: number): number;
  /** Writes the k-th loaded row from place `at`; returns the entries written. */
  csr(k: number, indices: Int32Array, values: Float32Array, at: number): number;
  /** Writes the k-th loaded row into `out` from place `at`: `width` places, zeros where it has no entry. */
  dense(k: number, out: Float32Array, at: number): void;
  /** Bytes that loaded rows take. */
  heldBytes(): number;
  /** Gives the buffers back; whatever was loaded is gone. Left out where they cannot grow. */
  flush?(): void;
  close(): void;
}
