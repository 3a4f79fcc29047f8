/**
 * Packed rows decoded by the WASM module of this folder, in a memory that its caller shares with it: many rows in one call, to
 * where they are wanted. Errors are plain: whoever knows file and row wraps them.
 */
import { packModule, readSlack, type CodecMemory } from './module.ts';

/** Blocks are written whole: so many entries more than all rows of a call have. */
export const blockSlack = 128;
/** Bytes that a table keeps for every id: its column among `width`, all bits set for none. */
export const columnBytes = (width: number): 2 | 4 => (width <= 65_535 ? 2 : 4);
/** What a pack's table in the module's memory takes, and its flags (assembly/layout.ts). */
const packBytes = 16;
const flags = { narrow: 1, all: 2 } as const;

/** Of a row that is not what was written: `job` says which. */
export class DamagedRow extends Error {
  readonly job: number;

  constructor(job: number) {
    super('its bytes do not fit its check word');
    this.job = job;
  }
}

/** Whoever reads several packs in one thread has one codec for them: one module, one memory. */
export interface PackCodec {
  readonly memory: CodecMemory;
  /** What the ids of a pack become: columns among `width`, -1 to leave an id out. */
  table(columns: Int32Array, width: number): PackTable;
  /** Rows of all packs whose tables came from this codec; of `width` columns. */
  jobs(width: number): PackJobs;
  /** Rows with their genes in ascending order, as files have them. `geneOfId`: of `genes`. */
  ordered(geneOfId: Int32Array, genes: number): OrderedDecoder;
}

export interface PackTable {
  readonly address: number;
  close(): void;
}

/** Rows to be decoded, a job each, in any order and as often as they are wanted. Jobs are numbered from 0. */
export interface PackJobs {
  /** Room for so many jobs and the bytes of their packed rows, to be read into; those that were there are gone. */
  room(jobs: number, bytes: number): Uint8Array;
  /** The row lies at `offset` of the room; `seed` is its number in its pack. Values are multiplied by `factor`. */
  set(job: number, table: PackTable, offset: number, bytes: number, seed: number, factor: number): void;
  /** Entries that jobs [from, to) write at most. Rows are not checked here. */
  stored(from: number, to: number): number;
  /**
   * Decodes jobs [from, to) one behind the other from place `at` on, with `logs` to ln(1 + x); returns the entries written, and
   * in `indptr`, if there is one, where the rows begin (from 0 on) and where the last ends. Without a copy when all lies in the
   * codec's memory, with `blockSlack` places more than are needed. Throws DamagedRow.
   */
  csr(from: number, to: number, logs: boolean, indptr: Int32Array | null, indices: Int32Array, values: Float32Array, at: number): number;
  /** The same to whole rows of `width` columns, zeros where a row has no entry. */
  dense(from: number, to: number, logs: boolean, out: Float32Array, at: number): void;
  close(): void;
}

export interface OrderedDecoder {
  /** Room for so many bytes of packed rows, to be read into; what it held is gone. */
  rows(bytes: number): Uint8Array;
  /** Entries of the row at an offset of the rows. Not checked against anything. */
  entries(offset: number): number;
  /** Decodes the row at `offset`; returns its entries. Throws when it is damaged. */
  decode(offset: number, bytes: number, seed: number, indices: Int32Array, values: Float32Array, at: number): number;
  close(): void;
}

/** `memory` must be fresh: the module's own scratch area comes first in it. */
export function openPackCodec(memory: CodecMemory): PackCodec {
  const wasm = packModule(memory);
  const jobBytes = wasm.jobBytes();
  /** Spans that grow, and are given back together. */
  const spans = () => {
    const held = new Map<string, { at: number; bytes: number }>();
    return {
      /** Address of so many bytes under this name; their content is lost when they move. */
      of(name: string, bytes: number): number {
        const before = held.get(name);
        if (before && before.bytes >= bytes) return before.at;
        if (before) memory.give(before.at);
        // An eighth more, so that fetches of nearly the same size do not each grow it.
        const now = { at: memory.take(Math.ceil(1.125 * bytes)), bytes: Math.ceil(1.125 * bytes) };
        held.set(name, now);
        return now.at;
      },
      close: () => held.forEach(({ at }) => memory.give(at)),
    };
  };

  return {
    memory,
    table(columns, width) {
      const genes = columns.length;
      // What lies in these tables is looked up for every entry: the fewer bytes, the more of it the processor has at hand.
      const narrow = columnBytes(width) === 2;
      const columnAt = memory.take(columnBytes(width) * genes);
      (narrow ? new Uint16Array(memory.wasm.buffer, columnAt, genes) : new Int32Array(memory.wasm.buffer, columnAt, genes)).set(columns);
      const address = memory.take(packBytes);
      const all = columns.every((column) => column >= 0);
      new Uint32Array(memory.wasm.buffer, address, 3).set([columnAt, genes, (narrow ? flags.narrow : 0) | (all ? flags.all : 0)]);
      return { address, close: () => [columnAt, address].forEach(memory.give) };
    },
    jobs(width) {
      const own = spans();
      let [rowsAt, jobsAt] = [0, 0];
      let words: Uint32Array = new Uint32Array(0);
      let factors: Float64Array = new Float64Array(0);
      const check = (result: number, from: number): void => {
        if (result >= 0) throw new DamagedRow(from + result);
      };
      return {
        room(jobs, bytes) {
          rowsAt = own.of('rows', bytes + readSlack);
          jobsAt = own.of('jobs', jobBytes * jobs);
          if (words.byteOffset !== jobsAt || words.byteLength < jobBytes * jobs) {
            words = new Uint32Array(memory.wasm.buffer, jobsAt, (jobBytes * jobs) / 4);
            factors = new Float64Array(memory.wasm.buffer, jobsAt, (jobBytes * jobs) / 8);
          }
          return new Uint8Array(memory.wasm.buffer, rowsAt, bytes);
        },
        set(job, { address }, offset, bytes, seed, factor) {
          const at = (job * jobBytes) / 4;
          words[at] = rowsAt + offset;
          words[at + 1] = bytes;
          words[at + 2] = seed;
          words[at + 3] = address;
          factors[at / 2 + 2] = factor;
        },
        stored: (from, to) => wasm.storedRows(jobsAt + jobBytes * from, to - from, width),
        csr(from, to, logs, indptr, indices, values, at) {
          const [count, jobs] = [to - from, jobsAt + jobBytes * from];
          const room = wasm.storedRows(jobs, count, width) + blockSlack;
          const starts = indptr !== null && memory.owns(indptr) ? indptr.byteOffset : own.of('indptr', 4 * (count + 1));
          const here = at + room <= indices.length && at + room <= values.length && memory.owns(indices) && memory.owns(values);
          const [indicesAt, valuesAt] = here ? [indices.byteOffset + 4 * at, values.byteOffset + 4 * at] : [own.of('indices', 4 * room), own.of('values', 4 * room)];
          check(wasm.decodeRows(jobs, count, logs, starts, indicesAt, valuesAt), from);
          const found = new Int32Array(memory.wasm.buffer, starts, count + 1);
          const written = found[count]!;
          if (!here) {
            indices.set(new Int32Array(memory.wasm.buffer, indicesAt, written), at);
            values.set(new Float32Array(memory.wasm.buffer, valuesAt, written), at);
          }
          if (indptr !== null && starts !== indptr.byteOffset) indptr.set(found);
          return written;
        },
        dense(from, to, logs, out, at) {
          const [count, jobs] = [to - from, jobsAt + jobBytes * from];
          if (at + count * width > out.length) throw new RangeError('dense rows do not fit');
          if (memory.owns(out)) return check(wasm.decodeDenseRows(jobs, count, logs, out.byteOffset + 4 * at, width), from);
          const row = own.of('values', 4 * width);
          for (let i = 0; i < count; i++) {
            check(wasm.decodeDenseRows(jobs + i * jobBytes, 1, logs, row, width), from + i);
            out.set(new Float32Array(memory.wasm.buffer, row, width), at + i * width);
          }
        },
        close: own.close,
      };
    },
    ordered(geneOfId, genes) {
      const own = spans();
      let rowsAt = 0;
      const table = own.of('table', 4 * geneOfId.length);
      new Int32Array(memory.wasm.buffer, table, geneOfId.length).set(geneOfId);
      const bitmap = own.of('bitmap', 8 * Math.ceil(genes / 64));
      new Uint8Array(memory.wasm.buffer, bitmap, 8 * Math.ceil(genes / 64)).fill(0);
      const counts = own.of('counts', 4 * genes);
      const [indicesAt, valuesAt] = [own.of('indices', 4 * geneOfId.length), own.of('values', 4 * geneOfId.length)];
      return {
        rows(bytes) {
          rowsAt = own.of('rows', bytes + readSlack);
          return new Uint8Array(memory.wasm.buffer, rowsAt, bytes);
        },
        entries: (offset) => wasm.entriesOf(rowsAt + offset),
        decode(offset, bytes, seed, indices, values, at) {
          const written = wasm.decodeOrdered(rowsAt + offset, bytes, seed, geneOfId.length, table, genes, bitmap, counts, indicesAt, valuesAt);
          if (written < 0) throw new DamagedRow(0);
          indices.set(new Int32Array(memory.wasm.buffer, indicesAt, written), at);
          values.set(new Float32Array(memory.wasm.buffer, valuesAt, written), at);
          return written;
        },
        close: own.close,
      };
    },
  };
}
