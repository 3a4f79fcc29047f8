/** The grid of chunks that covers a dataset, and the flat index being filled for it: one entry per chunk, row-major. */
import type { ChunkIndex } from './spec.ts';

export interface ChunkGrid {
  readonly shape: readonly number[];
  readonly chunkShape: readonly number[];
  /** Chunks along each axis. */
  readonly counts: readonly number[];
  /** Chunks in all. */
  readonly total: number;
  /** Bytes of one decoded chunk; chunks at the edge are stored whole too. */
  readonly chunkBytes: number;
}

export function gridOf(shape: readonly number[], chunkShape: readonly number[], elementBytes: number): ChunkGrid {
  if (shape.length !== chunkShape.length) throw new Error('its chunks have another number of axes than its shape');
  const counts = shape.map((length, axis) => Math.ceil(length / chunkShape[axis]!));
  const chunkBytes = chunkShape.reduce((product, length) => product * length, elementBytes);
  // The format itself allows no chunk of 4 GiB or more.
  if (chunkBytes >= 2 ** 32) throw new Error('its chunks are impossibly large');
  return { shape, chunkShape, counts, total: counts.reduce((product, count) => product * count, 1), chunkBytes };
}

/** Collects entries while an index is walked; refuses entries outside the file or given twice. */
export interface IndexFiller {
  /** Adds one chunk by its place in the grid. */
  add(chunk: number, offset: number, storedBytes: number, filterMask: number): void;
  readonly added: number;
  readonly index: ChunkIndex;
}

export function fillerFor(grid: ChunkGrid, fileBytes: number): IndexFiller {
  const offset = new Float64Array(grid.total);
  const storedBytes = new Uint32Array(grid.total);
  const filterMask = new Uint32Array(grid.total);
  let added = 0;
  return {
    add: (chunk, at, bytes, mask) => {
      if (at + bytes > fileBytes) throw new Error(`chunk ${chunk} lies outside the file`);
      if (bytes === 0) throw new Error(`chunk ${chunk} is stored with no bytes`);
      if (storedBytes[chunk] !== 0) throw new Error(`chunk ${chunk} is stored twice`);
      offset[chunk] = at;
      storedBytes[chunk] = bytes;
      filterMask[chunk] = mask;
      added++;
    },
    get added() {
      return added;
    },
    index: { offset, storedBytes, filterMask },
  };
}
