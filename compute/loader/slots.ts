/**
 * Shared buffers for minibatches, used again and again. A worker writes into the next one that is free and waits while none
 * is: memory stays what it was, however slow the consumer.
 */
import { blockSlack } from '../codecs/pack/codec.ts';
import type { CodecMemory } from '../codecs/pack/module.ts';
import type { BatchTarget, EngineSpec } from './fetches.ts';

/** States of a slot in the control array; place 0 says stop. */
export const free = 0;
export const taken = 1;

/** Minibatches are reported several at a time: waking the consumer's thread costs as much as making some of them. */
export const reportedOf = (slots: number): number => Math.max(1, Math.floor(slots / 2));

export interface Slot extends BatchTarget {
  /** CSR entries it can hold. */
  readonly room: number;
}

/** Bytes of a slot for `batch` cells with `entries` stored values (CSR) or `width` columns (dense). */
export function slotBytes(spec: Pick<EngineSpec, 'dense' | 'width'>, batch: number, entries: number): number {
  return 4 * batch + (spec.dense ? 4 * batch * spec.width : 4 * (batch + 1) + 8 * (entries + blockSlack));
}

/** Shared bytes at a place of them. */
export interface SharedBytes {
  readonly buffer: SharedArrayBuffer;
  readonly offset: number;
}

export const ownBytes = (bytes: number): SharedBytes => ({ buffer: new SharedArrayBuffer(bytes), offset: 0 });

/** `take` gives the memory, in one piece. CSR arrays have some room more than was asked for (decoders write whole blocks). */
export function makeSlot(spec: Pick<EngineSpec, 'dense' | 'width'>, batch: number, entries: number, take: (bytes: number) => SharedBytes = ownBytes): Slot {
  const { buffer, offset } = take(slotBytes(spec, batch, entries));
  const [pointers, room] = spec.dense ? [0, 0] : [batch + 1, entries + blockSlack];
  return {
    rows: new Uint32Array(buffer, offset, batch),
    indptr: new Int32Array(buffer, offset + 4 * batch, pointers),
    indices: new Int32Array(buffer, offset + 4 * (batch + pointers), room),
    values: new Float32Array(buffer, offset + 4 * (batch + pointers + room), spec.dense ? batch * spec.width : room),
    room: spec.dense ? Infinity : entries,
  };
}

/** Makes slots and takes them back. */
export interface Slots {
  make(batch: number, entries: number): Slot;
  give(slot: Slot): void;
  /** Bytes that the memory they lie in holds beside them. */
  besideBytes(): number;
}

export const plainSlots = (spec: EngineSpec): Slots => ({ make: (batch, entries) => makeSlot(spec, batch, entries), give: () => undefined, besideBytes: () => 0 });

/** Slots in the memory of a codec, which writes rows to them without a detour. */
export function slotsIn(memory: CodecMemory, spec: EngineSpec): Slots {
  let bytes = 0;
  return {
    make(batch, entries) {
      bytes += slotBytes(spec, batch, entries);
      return makeSlot(spec, batch, entries, (needed) => ({ offset: memory.take(needed), buffer: memory.wasm.buffer }));
    },
    give(slot) {
      if (!memory.owns(slot.rows)) return;
      bytes -= slotBytes(spec, slot.rows.length, slot.room);
      memory.give(slot.rows.byteOffset);
    },
    besideBytes: () => memory.heldBytes() - bytes,
  };
}
