/** Rows into their packed form. Errors are plain: whoever knows file and row wraps them. */
import { packModule, readSlack, type CodecMemory } from './module.ts';

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

/** A near rank (assembly/encode.ts) that only the rank tells. */
const flagged = 0xffff;

const encodeProblems = ['', 'a gene is given twice', 'a value is no count (a whole number from 1 to 2^32 - 1)', 'a gene lies outside the list of genes'];

/** What a gene becomes in a pack: its id, and whether it counts as mitochondrial or only enters the sums of its row. */
export function geneRank(id: number, mito: boolean, leftOut = false): number {
  return (leftOut ? 1 << 30 : id) | (mito ? 1 << 31 : 0);
}

/** `ranks`: gene -> geneRank. Arrays that lie in `memory` are read where they are. */
export function packEncoder(memory: CodecMemory, ranks: Int32Array, fractions: boolean): PackEncoder {
  const wasm = packModule(memory);
  const genes = ranks.length;
  const rankAt = memory.take(4 * genes);
  const nearAt = memory.take(2 * genes);
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
  new Uint16Array(memory.wasm.buffer, nearAt, genes).set(ranks.map((rank) => (rank >= 0 && rank < flagged ? rank : flagged)));
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
      const bytes = wasm.encodeRow(indexAt, valueAt, to - from, rankAt, nearAt, genes, bitmap, counts, list, out + end, seed, fractions);
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
