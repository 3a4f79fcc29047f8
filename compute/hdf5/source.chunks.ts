/** Elements in chunks of whole runs: 1-D datasets, and 2-D ones whose chunks are as wide as the matrix. */
import { failure, isTruckeeError, messageOf } from '../../protocol/errors.ts';
import { chunkDecoder, newSlot } from './chunks.ts';
import { elementBytesOf } from './datatype.ts';
import type { FileBytes } from '../../io/file.ts';
import type { ElementSource } from './source.ts';
import { visitFill } from './source.flat.ts';
import type { DatasetSpec, H5Layout } from './spec.ts';
import { bytesOf, fillView } from './views.ts';

/** `rowElements` is 1 for a 1-D dataset, else the number of columns. Keeps the chunk last decoded; `prefixes` as in ReadOptions. */
export function runSource(spec: DatasetSpec, file: FileBytes, { index, whole }: H5Layout & { kind: 'chunked' }, chunkElements: number, rowElements: number, prefixes: boolean): ElementSource {
  const width = elementBytesOf(spec.dtype);
  const total = spec.shape[0]! * rowElements;
  const rowsOf = (chunk: number): { rowStart: number; rowEnd: number } => ({
    rowStart: (chunk * chunkElements) / rowElements,
    rowEnd: Math.min(total, (chunk + 1) * chunkElements) / rowElements,
  });
  const decoder = chunkDecoder(spec, file, index, { chunkElements, rowsOf, keepsMany: false, prefixes });
  const slot = newSlot();
  const isPlain = spec.filters.length === 0 && (!spec.bigEndian || width === 1);

  /** Calls with every chunk that [start, end) touches and the part of it that lies inside. */
  const eachChunk = (start: number, end: number, visit: (chunk: number, low: number, high: number, last: number) => void): void => {
    if (end <= start) return;
    const last = Math.floor((end - 1) / chunkElements);
    for (let chunk = Math.floor(start / chunkElements); chunk <= last; chunk++) {
      visit(chunk, Math.max(start, chunk * chunkElements), Math.min(end, (chunk + 1) * chunkElements), last);
    }
  };

  const damaged = (chunk: number, reason: string, cause?: unknown): never => {
    throw failure('corrupt-chunk', { path: spec.file, dataset: spec.name, chunk, ...rowsOf(chunk), reason }, cause);
  };
  const isFill = (chunk: number): boolean => {
    if (index.storedBytes[chunk] !== 0) return false;
    return whole ? damaged(chunk, 'it is missing') : true;
  };

  const readRun = (chunk: number, offset: number, target: Uint8Array): void => {
    try {
      file.readInto(offset, target);
    } catch (thrown) {
      if (isTruckeeError(thrown)) throw thrown;
      damaged(chunk, messageOf(thrown), thrown);
    }
  };

  return {
    visit: (start, end, sink) => {
      try {
        eachChunk(start, end, (chunk, low, high, last) => {
          if (isFill(chunk)) visitFill(spec, high - low, low - start, sink);
          else sink(decoder.decode(chunk, last, slot, high - chunk * chunkElements), low - chunk * chunkElements, high - low, low - start);
        });
      } finally {
        // The next run often begins in the chunk where this one ends.
        decoder.settle(slot);
      }
    },
    copy: (start, end, target) => {
      if (!isPlain) return false;
      let runChunk = 0;
      let runOffset = 0;
      let runAt = 0;
      let runBytes = 0;
      const flush = (): void => {
        if (runBytes > 0) readRun(runChunk, runOffset, target.subarray(runAt, runAt + runBytes));
        runBytes = 0;
      };
      eachChunk(start, end, (chunk, low, high) => {
        const at = (low - start) * width;
        const bytes = (high - low) * width;
        if (isFill(chunk)) {
          target.set(bytesOf(fillView(spec.dtype, spec.fill, high - low)), at);
          return;
        }
        if (index.storedBytes[chunk]! !== chunkElements * width) damaged(chunk, `it holds ${index.storedBytes[chunk]} bytes instead of ${chunkElements * width}`);
        const offset = index.offset[chunk]! + (low - chunk * chunkElements) * width;
        // Chunks that follow one another in the file become one read.
        if (runBytes === 0 || runOffset + runBytes !== offset || runAt + runBytes !== at) {
          flush();
          [runChunk, runOffset, runAt] = [chunk, offset, at];
        }
        runBytes += bytes;
      });
      flush();
      return true;
    },
  };
}
