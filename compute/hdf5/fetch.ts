/** Brings stored chunks into memory, several neighbours with one read where they lie side by side in the file. */
import type { FileBytes } from '../../io/file.ts';
import type { ChunkIndex } from './spec.ts';

/** Neighbours are joined up to this many bytes; larger chunks are read alone, which costs nothing more. */
const windowBytes = 1 << 20;
/** Small holes (other headers, index nodes) are read over rather than around. */
const holeBytes = 4096;

export interface ChunkFetcher {
  /**
   * The stored bytes of `chunk`, a view valid until the next call; `lastWanted` is the last chunk the caller will ask for
   * in this run. The chunk must be stored (storedBytes > 0).
   */
  fetch(chunk: number, lastWanted: number): Uint8Array;
}

export function chunkFetcher(file: FileBytes, index: ChunkIndex): ChunkFetcher {
  let buffer = new Uint8Array(0);
  let start = 0;
  let end = 0;

  const fill = (chunk: number, lastWanted: number): void => {
    start = index.offset[chunk]!;
    end = start + index.storedBytes[chunk]!;
    for (let next = chunk + 1; next <= lastWanted; next++) {
      if (index.storedBytes[next] === 0) continue;
      const offset = index.offset[next]!;
      const nextEnd = offset + index.storedBytes[next]!;
      if (offset < end || offset - end > holeBytes || nextEnd - start > windowBytes) break;
      end = nextEnd;
    }
    if (buffer.length < end - start) buffer = new Uint8Array(end - start);
    let wanted = end;
    // Until the read has succeeded nothing in the buffer may be taken for this part of the file.
    end = start;
    try {
      file.readInto(start, buffer.subarray(0, wanted - start));
    } catch (thrown) {
      const alone = start + index.storedBytes[chunk]!;
      if (alone === wanted) throw thrown;
      // A neighbour may be what cannot be read: its own turn will tell.
      wanted = alone;
      file.readInto(start, buffer.subarray(0, wanted - start));
    }
    end = wanted;
  };

  return {
    fetch: (chunk, lastWanted) => {
      const offset = index.offset[chunk]!;
      const bytes = index.storedBytes[chunk]!;
      if (offset < start || offset + bytes > end) fill(chunk, lastWanted);
      return buffer.subarray(offset - start, offset - start + bytes);
    },
  };
}
