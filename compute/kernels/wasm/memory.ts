/**
 * The linear memory of one WASM instance and who uses which bytes of it. Freed spans are kept sorted by address, joined
 * with their neighbours and reused best fit first: few arrays live at a time, so a linear search is cheap.
 */
import { failure } from '../../../protocol/errors.ts';
import { pageBytes, wasmEngine, type WasmMemory } from '../../codecs/wasm-module.ts';

export interface LinearMemory {
  readonly wasm: WasmMemory;
  /** Address (bytes, multiple of 64) of a new span; grows the memory as needed. Throws `memory-too-small` at the maximum. */
  take(bytes: number): number;
  /** The same, filled with zeros; memory that was never used is not touched. */
  takeZeroed(bytes: number): number;
  /** Frees what `take` returned; throws when there is nothing in use at this address. */
  give(address: number): void;
  /** True for views of this memory, also those made before it grew. */
  owns(array: ArrayBufferView): boolean;
  isTaken(address: number): boolean;
  /** Bytes in use (rounded up to spans) and bytes the memory has grown to. */
  usedBytes(): number;
  heldBytes(): number;
}

interface Span {
  at: number;
  bytes: number;
}

/** A cache line: no two arrays share one, and every vector load of an array's start is aligned. */
const grain = 64;
/** Address 0 stays free so that it can mean "none". */
const firstAddress = 1024;

/** maximumBytes is rounded down to pages; only pages that were written to take real memory. */
export function createLinearMemory(maximumBytes: number): LinearMemory {
  const maximum = Math.max(1, Math.min(65_536, Math.floor(maximumBytes / pageBytes)));
  const wasm = new wasmEngine.Memory({ initial: 1, maximum, shared: true });
  const taken = new Map<number, number>();
  const free: Span[] = [{ at: firstAddress, bytes: pageBytes - firstAddress }];
  const buffers = new WeakSet<object>([wasm.buffer]);
  let held = pageBytes;
  let used = 0;
  /** From here on nothing was ever handed out: the bytes are still zero. */
  let fresh = firstAddress;

  const grow = (bytes: number): void => {
    const last = free.at(-1);
    const atEnd = last !== undefined && last.at + last.bytes === held ? last : undefined;
    const pages = Math.ceil((bytes - (atEnd?.bytes ?? 0)) / pageBytes);
    try {
      wasm.grow(pages);
    } catch (cause) {
      const facts = { step: 'WASM kernels', neededBytes: used + bytes, availableBytes: maximum * pageBytes };
      throw failure('memory-too-small', facts, cause);
    }
    buffers.add(wasm.buffer);
    if (atEnd) atEnd.bytes += pages * pageBytes;
    else free.push({ at: held, bytes: pages * pageBytes });
    held += pages * pageBytes;
  };

  const bestFit = (bytes: number): number => {
    let best = -1;
    for (let i = 0; i < free.length; i++) {
      const size = free[i]!.bytes;
      if (size >= bytes && (best < 0 || size < free[best]!.bytes)) best = i;
    }
    return best;
  };

  const take = (wanted: number): number => {
    const bytes = Math.max(grain, Math.ceil(wanted / grain) * grain);
    let place = bestFit(bytes);
    if (place < 0) {
      grow(bytes);
      place = free.length - 1;
    }
    const span = free[place]!;
    const address = span.at;
    if (span.bytes === bytes) free.splice(place, 1);
    else free[place] = { at: address + bytes, bytes: span.bytes - bytes };
    taken.set(address, bytes);
    used += bytes;
    fresh = Math.max(fresh, address + bytes);
    return address;
  };

  return {
    wasm,
    take,
    takeZeroed(bytes) {
      const untouched = fresh;
      const address = take(bytes);
      const stale = Math.min(bytes, untouched - address);
      if (stale > 0) new Uint8Array(wasm.buffer, address, stale).fill(0);
      return address;
    },
    give(address) {
      const bytes = taken.get(address);
      if (bytes === undefined) throw failure('internal', { detail: `WASM memory at ${address} was released twice` });
      taken.delete(address);
      used -= bytes;
      insertSpan(free, { at: address, bytes });
    },
    owns: (array) => buffers.has(array.buffer),
    isTaken: (address) => taken.has(address),
    usedBytes: () => used,
    heldBytes: () => held,
  };
}

/** Puts a span into the sorted list, joined with the spans it touches. */
function insertSpan(free: Span[], span: Span): void {
  let place = free.findIndex((other) => other.at > span.at);
  if (place < 0) place = free.length;
  const before = free[place - 1];
  const after = free[place];
  if (after && span.at + span.bytes === after.at) {
    span = { at: span.at, bytes: span.bytes + after.bytes };
    free.splice(place, 1);
  }
  if (before && before.at + before.bytes === span.at) before.bytes += span.bytes;
  else free.splice(place, 0, span);
}
