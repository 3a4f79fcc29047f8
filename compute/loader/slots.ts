/**
 * Shared buffers for minibatches, used again and again. A worker writes into the next one that is free and waits while none
 * is: memory stays what it was, however slow the consumer.
 */
import type { BatchTarget, EngineSpec } from './engine.ts';

/** States of a slot in the control array; place 0 says stop. */
export const free = 0;
export const taken = 1;

export interface Slot extends BatchTarget {
  /** CSR entries it can hold. */
  readonly room: number;
}

/** Bytes of a slot for `batch` cells with `entries` stored values (CSR) or `width` columns (dense). */
export function slotBytes(spec: Pick<EngineSpec, 'dense' | 'width'>, batch: number, entries: number): number {
  return 4 * batch + (spec.dense ? 4 * batch * spec.width : 4 * (batch + 1) + 8 * entries);
}

export function makeSlot(spec: Pick<EngineSpec, 'dense' | 'width'>, batch: number, entries: number): Slot {
  const shared = (length: number): SharedArrayBuffer => new SharedArrayBuffer(4 * length);
  return {
    rows: new Uint32Array(shared(batch)),
    indptr: new Int32Array(shared(spec.dense ? 0 : batch + 1)),
    indices: new Int32Array(shared(spec.dense ? 0 : entries)),
    values: new Float32Array(shared(spec.dense ? batch * spec.width : entries)),
    room: spec.dense ? Infinity : entries,
  };
}
