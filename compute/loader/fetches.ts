/** The work of one fetch, whoever does it, and what workers have to know for it. */
import { sameStamp, stampOf, type Stamp } from '../../io/stamp.ts';
import { failure } from '../../protocol/errors.ts';
import type { RowStoreSpec } from '../stores/index.ts';
import type { Slot } from './slots.ts';

/** One file as the workers see it: structured-cloneable. */
export interface LoaderPlate {
  readonly name: string;
  readonly path: string;
  readonly rowOffset: number;
  readonly cells: number;
  readonly store: RowStoreSpec;
  /** Gene of the file -> column, -1 to leave it out; null when both are the same. */
  readonly columns: Int32Array | null;
  /** A file that changes with it, its size and time when it was opened. */
  readonly stamp: Stamp & { readonly path: string };
}

export interface EngineSpec {
  readonly plates: readonly LoaderPlate[];
  readonly width: number;
  readonly targetSum: number | null;
  readonly log1p: boolean;
  readonly dense: boolean;
}

/** Where a minibatch is written. CSR arrays must hold what `stored` announces; dense ones cells x width. */
export interface BatchTarget {
  readonly rows: Uint32Array;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

export interface FetchEngine {
  /** Reads the rows of a fetch; `entries` may repeat rows. */
  load(entries: Uint32Array): void | Promise<void>;
  /** Most entries that minibatch [start, end) of the loaded fetch can have. */
  stored(start: number, end: number): number;
  /** Writes entries [start, end) of the fetch; returns the CSR entries written (0 when dense). */
  write(start: number, end: number, target: BatchTarget): number;
  /** A buffer for minibatches that rows are written to without a detour; `give` takes it back. */
  slot(batch: number, entries: number): Slot;
  give(slot: Slot): void;
  /** Bytes of the rows at hand, without slots. */
  heldBytes(): number;
  /** Gives buffers back; the fetch that was loaded is gone. */
  flush(): void;
  close(): void;
}

/** Errors: dataset-changed. */
export function checkUnchanged({ name, path, stamp }: LoaderPlate): void {
  if (!sameStamp(stamp, stampOf(stamp.path))) throw failure('dataset-changed', { name, path, opened: true });
}

/** Drops repeats of a sorted list, in place. */
export function unique(sorted: Uint32Array): Uint32Array {
  let kept = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[kept++] = sorted[i]!;
  return sorted.subarray(0, kept);
}
