/**
 * Rows of a pack, encoded and decoded by the WASM module of this folder in a memory that its caller shares with it: rows are
 * decoded to where they are wanted. Errors are plain: whoever knows file and row wraps them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A growing WASM memory and who uses which bytes of it; kernels/wasm/memory.ts makes them. */
export interface CodecMemory {
  readonly wasm: { readonly buffer: SharedArrayBuffer };
  take(bytes: number): number;
  give(address: number): void;
  owns(array: ArrayBufferView): boolean;
  heldBytes(): number;
}

interface PackExports {
  scratchAddress(): number;
  scratchBytes(): number;
  sumsAddress(): number;
  entriesOf(row: number): number;
  isSound(row: number, bytes: number, seed: number): number;
  encodeRow(indices: number, values: number, entries: number, ranks: number, genes: number, bitmap: number, counts: number, list: number, to: number, seed: number, fractions: boolean): number;
  decodeSparse(row: number, bytes: number, seed: number, ids: number, columns: number, narrow: boolean, all: boolean, factor: number, logs: boolean, indices: number, values: number): number;
  decodeOrdered(row: number, bytes: number, seed: number, ids: number, genesOf: number, genes: number, bitmap: number, counts: number, indices: number, values: number): number;
  decodeDense(row: number, bytes: number, seed: number, ids: number, columns: number, narrow: boolean, factor: number, logs: boolean, out: number, width: number): number;
}

interface WasmEngine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: { env: { memory: object } }) => { readonly exports: Record<string, unknown> };
}

const wasmEngine: WasmEngine = Reflect.get(globalThis, 'WebAssembly');
const places = ['./pack.wasm', '../../../dist/compute/codecs/pack/pack.wasm'];
/** Blocks are written whole: so many entries more than a row has. */
export const blockSlack = 128;
/** Bytes that a decoder keeps for every id: its column among `width`, all bits set for none. */
export const columnBytes = (width: number): 2 | 4 => (width <= 65_535 ? 2 : 4);
/** Vector loads behind the end of packed rows. */
const readSlack = 1024;

/** Compiled once a thread, so that what the engine learned to run fast stays fast. */
let compiled: object | null = null;

function instance(memory: CodecMemory): PackExports {
  if (compiled === null) {
    const path = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((place) => existsSync(place));
    if (path === undefined) throw new Error('the pack codec has not been built');
    compiled = new wasmEngine.Module(readFileSync(path));
  }
  const { exports } = new wasmEngine.Instance(compiled, { env: { memory: memory.wasm } });
  if (!isPack(exports)) throw new Error('the pack codec was built from other sources');
  if (memory.take(exports.scratchBytes()) !== exports.scratchAddress()) throw new Error('the pack codec needs a memory of its own');
  return exports;
}

function isPack(exports: Record<string, unknown>): exports is Record<string, unknown> & PackExports {
  const names = ['scratchAddress', 'scratchBytes', 'sumsAddress', 'entriesOf', 'isSound', 'encodeRow', 'decodeSparse', 'decodeOrdered', 'decodeDense'];
  return names.every((name) => typeof exports[name] === 'function');
}

export interface RowSums {
  /** Over all genes of the row, also those that the pack leaves out. */
  readonly total: number;
  readonly mito: number;
  readonly detected: number;
  /** Its genes came in ascending order, without stored zeros. */
  readonly ordered: boolean;
}

export interface PackEncoder {
  /**
   * Appends the packed row; returns its bytes. `seed` is its number in the pack. Throws when a gene is given twice or lies
   * outside the list, and for values that are no counts unless the encoder was made for fractions.
   */
  encode(indices: Int32Array, values: Float32Array, from: number, to: number, seed: number): number;
  /** Of the row encoded last. */
  sums(): RowSums;
  /** A copy of all rows appended so far, which are then forgotten. */
  take(): Uint8Array;
}

const encodeProblems = ['', 'a gene is given twice', 'a value is no count (a whole number from 1 to 2^32 - 1)', 'a gene lies outside the list of genes'];

/** What a gene becomes in a pack: its id, and whether it counts as mitochondrial or only enters the sums of its row. */
export function geneRank(id: number, mito: boolean, leftOut = false): number {
  return (leftOut ? 1 << 30 : id) | (mito ? 1 << 31 : 0);
}

/** `ranks`: gene -> geneRank. Arrays that lie in `memory` are read where they are. */
export function packEncoder(memory: CodecMemory, ranks: Int32Array, fractions: boolean): PackEncoder {
  const wasm = instance(memory);
  const genes = ranks.length;
  const rankAt = memory.take(4 * genes);
  const bitmap = memory.take(8 * Math.ceil(genes / 64));
  const counts = memory.take(4 * genes);
  const list = memory.take(8 * genes + 128);
  let given = { room: 0, indices: 0, values: 0 };
  // Two numbers an entry of 32 bits and what they have beyond a block's width at most, and the heads of blocks.
  const most = 8 + 4 * Math.ceil(genes / 128) + 12 * genes + readSlack;
  let room = 4 * most;
  let out = memory.take(room);
  let end = 0;
  new Int32Array(memory.wasm.buffer, rankAt, genes).set(ranks);
  new Uint8Array(memory.wasm.buffer, bitmap, 8 * Math.ceil(genes / 64)).fill(0);
  // A memory that grew is still seen through these.
  const sums = new Float64Array(memory.wasm.buffer, wasm.sumsAddress(), 2);
  const found = new Uint32Array(memory.wasm.buffer, wasm.sumsAddress() + 16, 2);
  return {
    encode(indices, values, from, to, seed) {
      if (end + most > room) {
        const larger = memory.take(2 * room);
        new Uint8Array(memory.wasm.buffer).copyWithin(larger, out, out + end);
        memory.give(out);
        [out, room] = [larger, 2 * room];
      }
      let [indexAt, valueAt] = [indices.byteOffset + 4 * from, values.byteOffset + 4 * from];
      if (!memory.owns(indices) || !memory.owns(values)) {
        if (given.room < to - from) {
          if (given.room > 0) [given.indices, given.values].forEach(memory.give);
          given = { room: 2 * (to - from), indices: memory.take(8 * (to - from)), values: memory.take(8 * (to - from)) };
        }
        [indexAt, valueAt] = [given.indices, given.values];
        new Int32Array(memory.wasm.buffer, indexAt, to - from).set(indices.subarray(from, to));
        new Float32Array(memory.wasm.buffer, valueAt, to - from).set(values.subarray(from, to));
      }
      const bytes = wasm.encodeRow(indexAt, valueAt, to - from, rankAt, genes, bitmap, counts, list, out + end, seed, fractions);
      if (bytes < 0) throw new Error(encodeProblems[-bytes]);
      end += bytes;
      return bytes;
    },
    sums: () => ({ total: sums[0]!, mito: sums[1]!, detected: found[0]!, ordered: found[1] === 1 }),
    take() {
      const taken = new Uint8Array(end);
      taken.set(new Uint8Array(memory.wasm.buffer, out, end));
      end = 0;
      return taken;
    },
  };
}

/** Decoders of several packs share a codec: one module, one memory. */
export interface PackCodec {
  readonly memory: CodecMemory;
  decoder(columns: Int32Array, width: number): PackDecoder;
  /** Rows with their genes in ascending order, as files have them. `geneOfId`: of `genes`. */
  ordered(geneOfId: Int32Array, genes: number): OrderedDecoder;
}

export interface OrderedDecoder extends Pick<PackDecoder, 'rows' | 'entries'> {
  /** Decodes the row at `offset`; returns its entries. Throws when it is damaged. */
  decode(offset: number, bytes: number, seed: number, indices: Int32Array, values: Float32Array, at: number): number;
  close(): void;
}

export interface PackDecoder {
  /** Room for so many bytes of packed rows, to be read into; what it held is gone. */
  rows(bytes: number): Uint8Array;
  /** Entries of the row at an offset of the rows. Not checked against anything. */
  entries(offset: number): number;
  /**
   * Decodes the row at `offset` as entries: `indices` and `values` get as many as are returned. Without a copy when both lie
   * in the codec's memory and have room for `blockSlack` entries more than the row has. Throws when the row is damaged.
   */
  csr(offset: number, bytes: number, seed: number, factor: number, logs: boolean, indices: Int32Array, values: Float32Array, at: number): number;
  /** Decodes the row into `width` places of `out`, zeros where it has no entry. Throws when it is damaged. */
  dense(offset: number, bytes: number, seed: number, factor: number, logs: boolean, out: Float32Array, at: number): void;
  /** Whether the check word of a row is right. */
  isSound(offset: number, bytes: number, seed: number): boolean;
  close(): void;
}

/** `memory` must be fresh: the module's own scratch area comes first in it. */
export function openPackCodec(memory: CodecMemory): PackCodec {
  const wasm = instance(memory);
  const refuse = (): never => {
    throw new Error('its bytes do not fit its check word');
  };
  /** Asked for every row, and nearly always of the arrays of the row before. */
  let [indicesKnown, valuesKnown]: (ArrayBufferView | null)[] = [null, null];
  const ownBoth = (indices: Int32Array, values: Float32Array): boolean => {
    if (indices === indicesKnown && values === valuesKnown) return true;
    if (!memory.owns(indices) || !memory.owns(values)) return false;
    [indicesKnown, valuesKnown] = [indices, values];
    return true;
  };
  /** Where rows go that are wanted elsewhere: entries, or one dense row. */
  let spare = { entries: 0, indices: 0, values: 0 };
  const spareFor = (entries: number): typeof spare => {
    if (spare.entries < entries) {
      if (spare.entries > 0) [spare.indices, spare.values].forEach(memory.give);
      spare = { entries, indices: memory.take(4 * entries), values: memory.take(4 * entries) };
    }
    return spare;
  };
  const rowRoom = () => {
    let room = 65_536;
    let at = memory.take(room);
    return {
      at: () => at,
      rows(bytes: number): Uint8Array {
        if (bytes + readSlack > room) {
          memory.give(at);
          // An eighth more, so that fetches of nearly the same size do not each grow it.
          room = Math.ceil(1.125 * bytes) + readSlack;
          at = memory.take(room);
        }
        return new Uint8Array(memory.wasm.buffer, at, bytes);
      },
      entries: (offset: number): number => wasm.entriesOf(at + offset),
    };
  };
  return {
    memory,
    ordered(geneOfId, genes) {
      const { at: rowsAt, rows, entries } = rowRoom();
      const table = memory.take(4 * geneOfId.length);
      new Int32Array(memory.wasm.buffer, table, geneOfId.length).set(geneOfId);
      const bitmap = memory.take(8 * Math.ceil(genes / 64));
      new Uint8Array(memory.wasm.buffer, bitmap, 8 * Math.ceil(genes / 64)).fill(0);
      const counts = memory.take(4 * genes);
      return {
        rows, entries,
        decode(offset, bytes, seed, indices, values, at) {
          const to = spareFor(geneOfId.length + blockSlack);
          const written = wasm.decodeOrdered(rowsAt() + offset, bytes, seed, geneOfId.length, table, genes, bitmap, counts, to.indices, to.values);
          if (written < 0) refuse();
          indices.set(new Int32Array(memory.wasm.buffer, to.indices, written), at);
          values.set(new Float32Array(memory.wasm.buffer, to.values, written), at);
          return written;
        },
        close: () => [table, bitmap, counts, rowsAt()].forEach(memory.give),
      };
    },
    decoder(columns, width) {
      const { at: rowsAt, rows, entries } = rowRoom();
      const genes = columns.length;
      // What lies in these tables is looked up for every entry: the fewer bytes, the more of it the processor has at hand.
      const narrow = columnBytes(width) === 2;
      const columnAt = memory.take(columnBytes(width) * genes);
      (narrow ? new Uint16Array(memory.wasm.buffer, columnAt, genes) : new Int32Array(memory.wasm.buffer, columnAt, genes)).set(columns);
      const all = columns.every((column) => column >= 0);
      return {
        rows, entries,
        csr(offset, bytes, seed, factor, logs, indices, values, at) {
          // No row has more entries than genes, whatever a damaged one claims.
          const most = at + Math.min(genes, wasm.entriesOf(rowsAt() + offset)) + blockSlack;
          if (most <= indices.length && most <= values.length && ownBoth(indices, values)) {
            const written = wasm.decodeSparse(rowsAt() + offset, bytes, seed, genes, columnAt, narrow, all, factor, logs, indices.byteOffset + 4 * at, values.byteOffset + 4 * at);
            return written < 0 ? refuse() : written;
          }
          const to = spareFor(genes + blockSlack);
          const written = wasm.decodeSparse(rowsAt() + offset, bytes, seed, genes, columnAt, narrow, all, factor, logs, to.indices, to.values);
          if (written < 0) refuse();
          indices.set(new Int32Array(memory.wasm.buffer, to.indices, written), at);
          values.set(new Float32Array(memory.wasm.buffer, to.values, written), at);
          return written;
        },
        dense(offset, bytes, seed, factor, logs, out, at) {
          if (out === valuesKnown || memory.owns(out)) {
            valuesKnown = out;
            if (at + width > out.length) throw new RangeError('a dense row does not fit');
            if (wasm.decodeDense(rowsAt() + offset, bytes, seed, genes, columnAt, narrow, factor, logs, out.byteOffset + 4 * at, width) < 0) refuse();
            return;
          }
          const { values } = spareFor(width);
          if (wasm.decodeDense(rowsAt() + offset, bytes, seed, genes, columnAt, narrow, factor, logs, values, width) < 0) refuse();
          out.set(new Float32Array(memory.wasm.buffer, values, width), at);
        },
        isSound: (offset, bytes, seed) => wasm.isSound(rowsAt() + offset, bytes, seed) === 1,
        close: () => [columnAt, rowsAt()].forEach(memory.give),
      };
    },
  };
}
