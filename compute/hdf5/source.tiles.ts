/** Elements of a matrix cut into chunks along both axes: a band of chunks is kept, so that rows can be read a few at a time. */
import { chunkDecoder, newSlot } from './chunks.ts';
import { elementBytesOf } from './datatype.ts';
import type { FileBytes } from '../../io/file.ts';
import type { ElementSource } from './source.ts';
import { visitFill } from './source.flat.ts';
import type { ChunkIndex, DatasetSpec } from './spec.ts';

/** A band above this many bytes is not kept whole; rows should then be read a band at a time. */
const bandBytesLimit = 64 << 20;

export function tileSource(spec: DatasetSpec, file: FileBytes, index: ChunkIndex, chunkRows: number, chunkCols: number): ElementSource {
  const [rows, cols] = [spec.shape[0]!, spec.shape[1]!];
  const chunksAcross = Math.ceil(cols / chunkCols);
  const rowsOf = (chunk: number): { rowStart: number; rowEnd: number } => {
    const rowStart = Math.floor(chunk / chunksAcross) * chunkRows;
    return { rowStart, rowEnd: Math.min(rows, rowStart + chunkRows) };
  };
  const chunkElements = chunkRows * chunkCols;
  const bandBytes = chunksAcross * chunkElements * elementBytesOf(spec.dtype);
  const slots = Array.from({ length: bandBytes <= bandBytesLimit ? chunksAcross : 1 }, newSlot);
  const decoder = chunkDecoder(spec, file, index, { chunkElements, rowsOf, keepsMany: slots.length > 1, prefixes: false });

  return {
    visit: (start, end, sink) => {
      const [rowStart, rowEnd] = [Math.floor(start / cols), Math.ceil(end / cols)];
      if (rowEnd <= rowStart) return;
      for (let band = Math.floor(rowStart / chunkRows); band * chunkRows < rowEnd; band++) {
        const low = Math.max(rowStart, band * chunkRows);
        const high = Math.min(rowEnd, (band + 1) * chunkRows);
        for (let across = 0; across < chunksAcross; across++) {
          const chunk = band * chunksAcross + across;
          const colStart = across * chunkCols;
          const width = Math.min(chunkCols, cols - colStart);
          const isStored = index.storedBytes[chunk] !== 0;
          const view = isStored ? decoder.decode(chunk, (band + 1) * chunksAcross - 1, slots[across % slots.length]!, chunkElements) : null;
          for (let row = low; row < high; row++) {
            const at = (row - rowStart) * cols + colStart;
            if (view) sink(view, (row - band * chunkRows) * chunkCols, width, at);
            else visitFill(spec, width, at, sink);
          }
        }
      }
    },
    copy: () => false,
  };
}
