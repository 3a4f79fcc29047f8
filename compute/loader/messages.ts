/** What the loader and its workers say to each other. */
import type { ErrorData } from '../../protocol/errors.ts';
import type { EngineSpec } from './fetches.ts';
import type { Slot } from './slots.ts';

export interface WorkerSetup {
  readonly spec: EngineSpec;
  readonly batch: number;
  /** Rows at hand above this are given back after their fetch. */
  readonly limitBytes: number;
  /** Its address. */
  readonly hooksModule: string | null;
  /** Place 0: not 0 means stop. Place 1 + s: state of slot s. */
  readonly control: Int32Array;
  readonly slots: number;
  /** CSR entries a slot is made for; it grows when a minibatch has more. */
  readonly entries: number;
}

export interface FetchOrder {
  readonly fetch: number;
  readonly entries: Uint32Array;
  /** Minibatches [from, to) of the fetch are wanted. */
  readonly from: number;
  readonly to: number;
}

export interface MadeBatch {
  readonly slot: number;
  readonly stored: number;
  readonly cells: number;
  /** The slot was too small and is this one from now on. */
  readonly grown: Slot | null;
}

export interface FetchEnd {
  /** Of the rows at hand. */
  readonly heldBytes: number;
  readonly flushed: boolean;
}

export type FromWorker =
  | { readonly kind: 'ready'; readonly slots: Slot[] }
  /** Minibatches `batch` and those that follow it; `end` comes with the last of a fetch. */
  | { readonly kind: 'batches'; readonly fetch: number; readonly batch: number; readonly made: readonly MadeBatch[]; readonly end: FetchEnd | null }
  | { readonly kind: 'failed'; readonly error: ErrorData };
