/**
 * Rows of one or several packs by id: read in the order in which they lie, decoded in the order in which they are wanted. A fetch
 * becomes one list of jobs, whatever packs its rows come from, and a minibatch of it one call of the decoder.
 */
import { DamagedRow, type PackCodec, type PackTable } from '../../codecs/pack/codec.ts';
import { failure, messageOf } from '../../../protocol/errors.ts';
import { openBytes, type FileBytes } from '../../../io/file.ts';
import { readAll } from '../read-all.ts';
import type { RowView } from '../rows/contract.ts';
import { startOf } from '../rows/pointers.ts';
import type { PackSpec } from './read.ts';
import { runReader, type Runs } from './runs.ts';

/** A pack among others. */
export interface PackPart {
  readonly spec: PackSpec;
  /** Id of its first row. */
  readonly rowOffset: number;
  /** Gene of its file -> column, see RowView. */
  readonly columns: Int32Array | null;
  /** Throws when the file is no longer what it was; asked before rows of it are read. */
  check?(): void;
}

export interface PackedRows {
  /** Reads the rows of these ids, in any order and with repeats; entry k of what follows is the k-th of them. A promise where reading cannot be done in one go. */
  load(ids: Uint32Array): void | Promise<void>;
  /** Entries that [from, to) will have at most. */
  stored(from: number, to: number): number;
  /** Writes entries [from, to) one behind the other from place `at` on, with `indptr` where rows begin; returns what was written. */
  csr(from: number, to: number, indptr: Int32Array | null, indices: Int32Array, values: Float32Array, at: number): number;
  /** Writes entries [from, to) as dense rows from place `at` on. */
  dense(from: number, to: number, out: Float32Array, at: number): void;
  /** Bytes beside the codec's memory. */
  heldBytes(): number;
  close(): void;
}

/** Parts follow one another. Errors while loading and decoding: corrupt-file with the row, truncated-file, io-failed. */
export function packedRows(parts: readonly PackPart[], { width, targetSum, log1p }: Omit<RowView, 'columns'>, codec: PackCodec): PackedRows {
  const packs = parts.map((part) => openPart(part, width, codec));
  const jobs = codec.jobs(width);
  let wanted = new Uint32Array(0);
  /** Entries in the order in which their rows lie, and where each row is in the room. */
  let keys = new Float64Array(0);
  let places = new Uint32Array(0);
  /** Pieces to be read, those of pack p at [firsts[p], firsts[p + 1]). */
  let pieces = { offsets: new Float64Array(0), ats: new Uint32Array(0) };
  const firsts = new Uint32Array(packs.length + 1);

  const grow = (rows: number): void => {
    if (places.length >= rows) return;
    keys = new Float64Array(rows);
    places = new Uint32Array(rows);
    pieces = { offsets: new Float64Array(rows), ats: new Uint32Array(rows + packs.length) };
  };
  /** Ids in ascending order, each with the place where it is wanted; exact below 2^53. */
  const sortedKeys = (): Float64Array => {
    const sorted = keys.subarray(0, wanted.length);
    for (let k = 0; k < wanted.length; k++) sorted[k] = wanted[k]! * wanted.length + k;
    return sorted.sort();
  };
  const factorOf = (total: number): number => (targetSum === null ? 1 : total > 0 ? targetSum / total : 0);
  const damaged = (thrown: unknown): unknown => {
    if (!(thrown instanceof DamagedRow)) return thrown;
    const id = wanted[thrown.job]!;
    const { spec, rowOffset } = packs.findLast((pack) => pack.rowOffset <= id)!;
    return failure('corrupt-file', { path: spec.path, element: `row ${id - rowOffset}`, reason: messageOf(thrown) }, thrown);
  };

  return {
    load(ids) {
      wanted = ids.slice();
      grow(ids.length);
      const sorted = sortedKeys();
      let bytes = 0;
      let count = 0;
      let number = -1;
      let end = 0;
      let before = -2;
      // First where each row will lie, then, with room for all, what is to be done with it.
      for (let i = 0; i < sorted.length; i++) {
        const id = Math.floor(sorted[i]! / ids.length);
        if (id === before) {
          places[i] = places[i - 1]!;
          continue;
        }
        while (id >= end) {
          if (number >= 0) pieces.ats[count + number] = bytes;
          bytes = 8 * Math.ceil(bytes / 8);
          firsts[++number] = count;
          end = packs[number + 1]?.rowOffset ?? Infinity;
          before = -2;
        }
        const { spec, rowOffset } = packs[number]!;
        const length = spec.pointers.lengths[id - rowOffset]!;
        if (spec.held !== undefined) {
          // Whole words, so that they are moved as such: bytes one by one take as long as reading the file.
          const start = startOf(spec.pointers, id - rowOffset);
          pieces.offsets[count] = start;
          pieces.ats[number + count++] = bytes;
          places[i] = bytes + (start % 8);
          bytes += 8 * (Math.ceil((start + length) / 8) - Math.floor(start / 8));
        } else {
          // Rows that follow one another are one piece of the file.
          if (id !== before + 1) {
            pieces.offsets[count] = startOf(spec.pointers, id - rowOffset);
            pieces.ats[number + count++] = bytes;
          }
          places[i] = bytes;
          bytes += length;
        }
        before = id;
      }
      for (; number < packs.length; firsts[++number] = count) if (number >= 0) pieces.ats[count + number] = bytes;
      const room = jobs.room(ids.length, bytes);
      number = 0;
      for (let i = 0; i < sorted.length; i++) {
        const id = Math.floor(sorted[i]! / ids.length);
        while (id >= (packs[number + 1]?.rowOffset ?? Infinity)) number++;
        const { spec, rowOffset, table } = packs[number]!;
        const row = id - rowOffset;
        jobs.set(sorted[i]! - id * ids.length, table, places[i]!, spec.pointers.lengths[row]!, row, factorOf(spec.totals[row]!));
      }
      return readAll(packs.flatMap((pack, p) => {
        const [first, last] = [firsts[p]!, firsts[p + 1]!];
        return first === last ? [] : [() => {
          pack.check?.();
          return pack.read({ count: last - first, offsets: pieces.offsets.subarray(first, last), ats: pieces.ats.subarray(first + p, last + p + 1), target: room });
        }];
      }));
    },
    stored: (from, to) => jobs.stored(from, to),
    csr(from, to, indptr, indices, values, at) {
      try {
        return jobs.csr(from, to, log1p, indptr, indices, values, at);
      } catch (thrown) {
        throw damaged(thrown);
      }
    },
    dense(from, to, out, at) {
      try {
        jobs.dense(from, to, log1p, out, at);
      } catch (thrown) {
        throw damaged(thrown);
      }
    },
    heldBytes: () => wanted.byteLength + keys.byteLength + places.byteLength + pieces.offsets.byteLength + pieces.ats.byteLength,
    close() {
      jobs.close();
      packs.forEach((pack) => pack.close());
    },
  };
}

interface OpenPart extends PackPart {
  readonly table: PackTable;
  read(runs: Runs): void | Promise<void>;
  close(): void;
}

function openPart(part: PackPart, width: number, codec: PackCodec): OpenPart {
  const { spec, columns } = part;
  const file: FileBytes | null = spec.held === undefined ? openBytes(spec.path) : null;
  const table = codec.table(columns === null ? spec.geneOfId : spec.geneOfId.map((gene) => columns[gene]!), width);
  return {
    ...part, table,
    read: file === null ? (runs) => takeHeld(spec.held!, runs) : runReader(file),
    close() {
      table.close();
      file?.close();
    },
  };
}

/** Whole words from memory. */
function takeHeld(words: Float64Array, { count, offsets, ats, target }: Runs): void {
  const to = new Float64Array(target.buffer, target.byteOffset, Math.floor(target.length / 8));
  for (let i = 0; i < count; i++) {
    const first = Math.floor(offsets[i]! / 8);
    to.set(words.subarray(first, first + (ats[i + 1]! - ats[i]!) / 8), ats[i]! / 8);
  }
}
