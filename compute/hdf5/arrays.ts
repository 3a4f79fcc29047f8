/** What the two array-shaped chunk indices of newer files (fixed and extensible) have in common: headers and elements. */
import { cursorOver, hasSignature, type Cursor, type Widths } from './cursor.ts';
import type { FileBytes } from '../../io/file.ts';
import { checkSum } from './header.ts';
import type { ChunkGrid, IndexFiller } from './grid.ts';

/** Takes the elements of an index in order, beginning with chunk 0. */
export interface ElementSink {
  /** Elements still to come. */
  readonly left: number;
  /** Reads up to `count` elements; those beyond the grid are passed over. */
  take(cursor: Cursor, count: number): void;
  /** Passes over chunks that were never written. */
  skip(count: number): void;
}

/**
 * Elements are a bare address, or (with filters) address, stored bytes and filter mask; `elementBytes` tells how wide the
 * middle one is.
 */
export function elementSink(grid: ChunkGrid, widths: Widths, filtered: boolean, elementBytes: number, filler: IndexFiller): ElementSink {
  const sizeBytes = elementBytes - widths.offsetBytes - 4;
  if (filtered ? sizeBytes < 1 || sizeBytes > 8 : elementBytes !== widths.offsetBytes) {
    throw new Error('its chunk index has elements of an impossible size');
  }
  let chunk = 0;
  return {
    get left() {
      return grid.total - chunk;
    },
    take: (cursor, count) => {
      const stop = Math.min(grid.total, chunk + count);
      for (; chunk < stop; chunk++) {
        const address = cursor.address();
        const storedBytes = filtered ? cursor.uint(sizeBytes) : grid.chunkBytes;
        const filterMask = filtered ? cursor.u32() : 0;
        if (address !== null) filler.add(chunk, address, storedBytes, filterMask);
      }
    },
    skip: (count) => {
      chunk = Math.min(grid.total, chunk + count);
    },
  };
}

/** A checked block: signature and checksum verified, cursor after signature and version, checksum cut off. */
export function indexBlock(file: FileBytes, widths: Widths, address: number, bytes: number, signature: string): Cursor {
  const block = file.read(address, bytes);
  if (!hasSignature(block, signature)) throw new Error(`its chunk index is damaged (no ${signature} block)`);
  checkSum(block);
  const cursor = cursorOver(block.subarray(0, bytes - 4), widths);
  cursor.skip(5);
  return cursor;
}

/** Elements of one page followed by its checksum. */
export function indexPage(file: FileBytes, widths: Widths, address: number, bytes: number): Cursor {
  const page = file.read(address, bytes);
  checkSum(page);
  return cursorOver(page.subarray(0, bytes - 4), widths);
}

/** Bit `n` of a bitmap whose first bit is the highest of the first byte. */
export function bitAt(bitmap: Uint8Array, n: number): boolean {
  return ((bitmap[n >> 3] ?? 0) & (0x80 >> (n & 7))) !== 0;
}
