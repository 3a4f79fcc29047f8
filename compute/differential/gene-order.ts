/**
 * Counts of chosen cells in the order of genes, kept on disk: each tile of a plate becomes segments of at most a million
 * entries sorted by gene, three bytes an entry. One reading of X serves every comparison after that, and a block of genes
 * over all cells is a short piece of every segment.
 *
 *     uint32 entries | uint32 large | uint32 start[genes + 1] | uint16 row of the tile[entries] | uint8 count[entries]
 *     | uint32 place[large] | float32 value[large]        counts of 255 and more say 255 and are listed at the end
 */
import { closeSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { failure, systemFailure } from '../../protocol/errors.ts';

export const mostSegmentEntries = 1 << 20;
/** The byte that stands for counts too large for one. */
const large = 255;

export function tileFile(folder: string, tile: number): string {
  return join(folder, `genes-${tile}`);
}

export interface TileSpool {
  /** Begins the file of a tile. */
  begin(path: string): void;
  /** Entries come row by row. */
  add(row: number, gene: number, count: number): void;
  /** Forces the tile's file to disk. */
  end(): void;
}

/** Holds one segment and the room to sort it in, some 13 bytes for each of its entries. @throws disk-full, io-failed. */
export function openTileSpool(genes: number): TileSpool {
  const geneOf = new Int32Array(mostSegmentEntries);
  const rowOf = new Uint16Array(mostSegmentEntries);
  const countOf = new Float32Array(mostSegmentEntries);
  const rows = new Uint16Array(mostSegmentEntries);
  const counts = new Uint8Array(mostSegmentEntries);
  const next = new Uint32Array(genes + 1);
  const starts = new Uint32Array(genes + 1);
  let entries = 0;
  let file = { path: '', fd: -1 };
  const guarded = (act: () => void): void => {
    try {
      act();
    } catch (cause) {
      throw systemFailure(cause, file.path) ?? cause;
    }
  };
  const write = (part: Uint8Array): void => {
    for (let done = 0; done < part.length; ) done += writeSync(file.fd, part, done);
  };
  const flush = (): void => {
    if (entries === 0) return;
    next.fill(0);
    for (let e = 0; e < entries; e++) next[geneOf[e]! + 1]! += 1;
    for (let gene = 0; gene < genes; gene++) next[gene + 1]! += next[gene]!;
    starts.set(next);
    const larges: { place: number; value: number }[] = [];
    for (let e = 0; e < entries; e++) {
      const to = next[geneOf[e]!]!++;
      const count = countOf[e]!;
      rows[to] = rowOf[e]!;
      counts[to] = count < large ? count : large;
      if (count >= large) larges.push({ place: to, value: count });
    }
    larges.sort((a, b) => a.place - b.place);
    for (const part of [
      bytesOf(Uint32Array.of(entries, larges.length)), bytesOf(starts), bytesOf(rows.subarray(0, entries)), counts.subarray(0, entries),
      bytesOf(Uint32Array.from(larges, (one) => one.place)), bytesOf(Float32Array.from(larges, (one) => one.value)),
    ]) write(part);
    entries = 0;
  };
  return {
    begin(path) {
      entries = 0;
      guarded(() => {
        // Left open where a tile was given up half-way.
        if (file.fd >= 0) closeSync(file.fd);
        file = { path, fd: openSync(path, 'w') };
      });
    },
    add(row, gene, count) {
      geneOf[entries] = gene;
      rowOf[entries] = row;
      countOf[entries] = count;
      entries += 1;
      if (entries === mostSegmentEntries) guarded(flush);
    },
    end() {
      guarded(() => {
        flush();
        fsyncSync(file.fd);
        closeSync(file.fd);
        file.fd = -1;
      });
    },
  };
}

function bytesOf(array: Uint16Array | Uint32Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Where a segment lies. */
export interface Segment {
  readonly path: string;
  /** Rows of it count from this row of the plate. */
  readonly rowStart: number;
  readonly at: number;
  readonly entries: number;
  readonly large: number;
}

/** The segments of a tile's file. @throws corrupt-result when it is cut short. */
export function segmentsOf(path: string, rowStart: number, genes: number, fileBytes: number): Segment[] {
  const segments: Segment[] = [];
  const fd = openSync(path, 'r');
  try {
    for (let at = 0; at < fileBytes; ) {
      const head = readInto(fd, path, new Uint32Array(2), at);
      const segment = { path, rowStart, at, entries: head[0]!, large: head[1]! };
      segments.push(segment);
      at += 8 + 4 * (genes + 1) + 3 * segment.entries + 8 * segment.large;
    }
  } finally {
    closeSync(fd);
  }
  return segments;
}

/** Entries of some consecutive genes over all segments, in the order of cells within each gene. */
export interface GenePiece {
  /** Per gene of the piece and segment: entries [starts[g], starts[g + 1]) of the segment's arrays below. */
  readonly starts: Uint32Array;
  readonly rowStart: number;
  readonly rows: Uint16Array;
  readonly counts: Uint8Array;
  /** Places among these entries, ascending, whose count is in `values`. */
  readonly places: Uint32Array;
  readonly values: Float32Array;
}

/** Reads genes [from, to) of a segment. @throws corrupt-result. */
export function readPiece(segment: Segment, genes: number, from: number, to: number): GenePiece {
  const { path, at, entries, rowStart } = segment;
  const fd = openSync(path, 'r');
  try {
    const starts = readInto(fd, path, new Uint32Array(to - from + 1), at + 8 + 4 * from);
    const first = starts[0]!;
    const count = starts[to - from]! - first;
    const rowsAt = at + 8 + 4 * (genes + 1);
    const rows = readInto(fd, path, new Uint16Array(count), rowsAt + 2 * first);
    const counts = readInto(fd, path, new Uint8Array(count), rowsAt + 2 * entries + first);
    const largeAt = rowsAt + 3 * entries;
    const allPlaces = readInto(fd, path, new Uint32Array(segment.large), largeAt);
    const allValues = readInto(fd, path, new Float32Array(segment.large), largeAt + 4 * segment.large);
    let [low, high] = [0, 0];
    while (low < allPlaces.length && allPlaces[low]! < first) low++;
    for (high = low; high < allPlaces.length && allPlaces[high]! < first + count; ) high++;
    return {
      starts: starts.map((start) => start - first), rowStart, rows, counts, places: allPlaces.slice(low, high).map((place) => place - first), values: allValues.slice(low, high),
    };
  } finally {
    closeSync(fd);
  }
}

function readInto<T extends Uint32Array | Uint16Array | Uint8Array | Float32Array>(fd: number, path: string, target: T, at: number): T {
  const bytes = new Uint8Array(target.buffer, target.byteOffset, target.byteLength);
  for (let done = 0; done < bytes.length; ) {
    const got = readSync(fd, bytes, done, bytes.length - done, at + done);
    if (got === 0) throw failure('corrupt-result', { path, reason: 'a segment is cut short' });
    done += got;
  }
  return target;
}
