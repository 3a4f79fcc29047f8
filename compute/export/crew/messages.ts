/** What the owner of a crew and its workers say to each other; buffers change hands, nothing large is copied. */
import type { ErrorData } from '../../../protocol/errors.ts';
import type { Plate } from '../../matrix/plates.ts';
import type { RowTask } from '../rows.ts';

/** Memory of rows that have been written, to be filled again. */
export interface SpareRows {
  readonly indices: ArrayBuffer;
  readonly values: ArrayBuffer;
}

export type ToWorker =
  /** Before any task that reads. */
  | { readonly kind: 'plates'; readonly plates: readonly Plate[] }
  | { readonly kind: 'read'; readonly id: number; readonly task: RowTask; readonly spare: SpareRows | null }
  /** The first `bytes` bytes of the chunk, shuffled and packed. */
  | { readonly kind: 'pack'; readonly id: number; readonly chunk: ArrayBuffer; readonly bytes: number; readonly elementBytes: number };

export type FromWorker =
  /** Row r holds entries indptr[r] to indptr[r + 1]; both arrays have room for more. */
  | { readonly kind: 'rows'; readonly id: number; readonly rows: number; readonly indptr: Int32Array; readonly indices: Int32Array; readonly values: Float32Array }
  /** The stream lies in the first `bytes` bytes of the chunk. */
  | { readonly kind: 'packed'; readonly id: number; readonly chunk: ArrayBuffer; readonly bytes: number }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorData };
