/**
 * Rows of a pack, encoded and decoded by the WASM module of this folder, whose memory also holds the rows at hand. One instance
 * serves one reader or writer. Errors are plain: whoever knows file and row wraps them.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

interface PackExports {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  freeAddress(): number;
  entriesOf(row: number): number;
  isSound(row: number, bytes: number, seed: number): number;
  encodeRow(indices: number, values: number, entries: number, ranks: number, genes: number, bitmap: number, counts: number, to: number, seed: number, fractions: boolean): number;
  decodeRow(row: number, bytes: number, seed: number, ids: number, columns: number, factor: number, logs: boolean, dense: boolean, indices: number, values: number, room: number): number;
}

interface WasmEngine {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Record<string, unknown> };
}

const wasmEngine: WasmEngine = Reflect.get(globalThis, 'WebAssembly');
const places = ['./pack.wasm', '../../../dist/compute/codecs/pack/pack.wasm'];
const pageBytes = 65_536;
/** What encoding may need behind a row: a block of values beside the packed ones, and vector stores. */
const slack = 8192;

function instance(): PackExports {
  const path = places.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((place) => existsSync(place));
  if (path === undefined) throw new Error('the pack codec has not been built');
  const { exports } = new wasmEngine.Instance(new wasmEngine.Module(readFileSync(path)));
  if (!isPack(exports)) throw new Error('the pack codec was built from other sources');
  return exports;
}

function isPack(exports: Record<string, unknown>): exports is Record<string, unknown> & PackExports {
  return typeof exports['memory'] === 'object' && ['freeAddress', 'entriesOf', 'isSound', 'encodeRow', 'decodeRow'].every((name) => typeof exports[name] === 'function');
}

/** Lays areas one behind the other into the module's memory, 64 bytes apart; views are made anew whenever it has grown. */
function areas(wasm: PackExports) {
  let end = wasm.freeAddress();
  return {
    take(bytes: number): number {
      const at = (end + 63) & ~63;
      end = at + bytes;
      const missing = end + slack - wasm.memory.buffer.byteLength;
      if (missing > 0) wasm.memory.grow(Math.ceil(missing / pageBytes));
      return at;
    },
  };
}

export interface PackEncoder {
  /**
   * The packed row; valid until the next call. `seed` is its number in the pack. Throws when a gene is given twice or lies outside the list, and for
   * values that are no counts unless the encoder was made for fractions.
   */
  encode(indices: Int32Array, values: Float32Array, from: number, to: number, seed: number): Uint8Array;
}

const encodeProblems = ['', 'a gene is given twice', 'a value is no count (a whole number from 1 to 2^32 - 1)', 'a gene lies outside the list of genes'];

/** `ranks`: gene -> id, each from 0 to genes - 1 once. */
export function packEncoder(ranks: Int32Array, fractions: boolean): PackEncoder {
  const wasm = instance();
  const genes = ranks.length;
  const { take } = areas(wasm);
  const rankAt = take(4 * genes);
  const bitmap = take(8 * Math.ceil(genes / 64));
  const counts = take(4 * genes);
  const room = 2 * genes;
  const indexAt = take(4 * room);
  const valueAt = take(4 * room);
  // Two widths a block, 32 bits an id and 32 a value at most.
  const out = take(8 + 2 * Math.ceil(genes / 128) + 9 * genes + 1024);
  const memory = new Uint8Array(wasm.memory.buffer);
  new Int32Array(memory.buffer, rankAt, genes).set(ranks);
  const ids = new Int32Array(memory.buffer, indexAt, room);
  const floats = new Float32Array(memory.buffer, valueAt, room);
  return {
    encode(indices, values, from, to, seed) {
      if (to - from > room) throw new Error(encodeProblems[1]);
      ids.set(indices.subarray(from, to));
      floats.set(values.subarray(from, to));
      const bytes = wasm.encodeRow(indexAt, valueAt, to - from, rankAt, genes, bitmap, counts, out, seed, fractions);
      if (bytes < 0) throw new Error(encodeProblems[-bytes]);
      return memory.subarray(out, out + bytes);
    },
  };
}

export interface PackDecoder {
  /** Room for so many bytes of packed rows, to be read into; what it held is gone. */
  rows(bytes: number): Uint8Array;
  /** Entries of the row at an offset of the rows. Not checked against anything. */
  entries(offset: number): number;
  /** Decodes the row at `offset` as entries: `indices` and `values` get as many as are returned. Throws when it is damaged. */
  csr(offset: number, bytes: number, seed: number, factor: number, logs: boolean, indices: Int32Array, values: Float32Array, at: number): number;
  /** Decodes the row into `width` places of `out`, zeros where it has nothing. Throws when it is damaged. */
  dense(offset: number, bytes: number, seed: number, factor: number, logs: boolean, out: Float32Array, at: number): void;
  /** Whether the check word of a row is right. */
  isSound(offset: number, bytes: number, seed: number): boolean;
  heldBytes(): number;
}

/** `columns`: id -> column, -1 to leave it out. `width`: columns of the output. */
export function packDecoder(columns: Int32Array, width: number): PackDecoder {
  const wasm = instance();
  const genes = columns.length;
  const { take } = areas(wasm);
  const columnAt = take(4 * genes);
  // Dense rows: what is left out goes to a place behind them. Entries: one more is written than may count.
  const places = take(4 * genes);
  const indexAt = take(4 * genes + 4);
  const valueAt = take(4 * Math.max(genes, width) + 4);
  const rowsAt = take(pageBytes);
  let memory = new Uint8Array(wasm.memory.buffer);
  new Int32Array(memory.buffer, columnAt, genes).set(columns);
  new Int32Array(memory.buffer, places, genes).set(columns.map((column) => (column < 0 ? width : column)));
  let ids = new Int32Array(memory.buffer, indexAt, genes);
  let floats = new Float32Array(memory.buffer, valueAt, Math.max(genes, width));
  const refuse = (code: number): never => {
    throw new Error(code === -1 ? 'its bytes do not fit its check word' : 'it holds more entries than there are genes');
  };
  return {
    rows(bytes) {
      const missing = rowsAt + bytes + slack - memory.length;
      if (missing > 0) {
        wasm.memory.grow(Math.ceil(missing / pageBytes));
        memory = new Uint8Array(wasm.memory.buffer);
        ids = new Int32Array(memory.buffer, indexAt, genes);
        floats = new Float32Array(memory.buffer, valueAt, Math.max(genes, width));
      }
      return memory.subarray(rowsAt, rowsAt + bytes);
    },
    entries: (offset) => wasm.entriesOf(rowsAt + offset),
    csr(offset, bytes, seed, factor, logs, indices, values, at) {
      const written = wasm.decodeRow(rowsAt + offset, bytes, seed, genes, columnAt, factor, logs, false, indexAt, valueAt, genes);
      if (written < 0) refuse(written);
      indices.set(ids.subarray(0, written), at);
      values.set(floats.subarray(0, written), at);
      return written;
    },
    dense(offset, bytes, seed, factor, logs, out, at) {
      const row = floats.subarray(0, width).fill(0);
      const written = wasm.decodeRow(rowsAt + offset, bytes, seed, genes, places, factor, logs, true, indexAt, valueAt, genes);
      if (written < 0) refuse(written);
      out.set(row, at);
    },
    isSound: (offset, bytes, seed) => wasm.isSound(rowsAt + offset, bytes, seed) === 1,
    heldBytes: () => memory.length,
  };
}
