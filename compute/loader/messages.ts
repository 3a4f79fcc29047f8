/** What the loader and its workers say to each other. */
import type { ErrorData } from '../../protocol/errors.ts';
import type { EngineSpec } from './engine.ts';
import type { Slot } from './slots.ts';

export interface WorkerSetup {
  readonly spec: EngineSpec;
  readonly batch: number;
  /** Rows at hand above this are given back after their fetch. */
  readonly limitBytes: number;
  readonly hooksModule: string | null;
  /** Place 0: not 0 means stop. Place 1 + s: state of slot s. */
  readonly control: Int32Array;
  readonly slots: readonly Slot[];
}

export type ToWorker = {
  readonly kind: 'fetch';
  readonly fetch: number;
  readonly entries: Uint32Array;
  /** Minibatches [from, to) of the fetch are wanted. */
  readonly from: number;
  readonly to: number;
};

export type FromWorker =
  | { readonly kind: 'ready' }
  /** `grown`: the slot was too small and is this one from now on. */
  | { readonly kind: 'batch'; readonly fetch: number; readonly batch: number; readonly slot: number; readonly stored: number; readonly cells: number; readonly grown: Slot | null }
  | { readonly kind: 'fetched'; readonly fetch: number; readonly heldBytes: number; readonly flushed: boolean }
  | { readonly kind: 'failed'; readonly fetch: number; readonly error: ErrorData };
