/** The chunk index of newer files for datasets that cannot grow: one array of elements, split into pages when it is long. */
import { bitAt, elementSink, indexBlock, indexPage } from './arrays.ts';
import type { Widths } from './cursor.ts';
import type { FileBytes } from '../../io/file.ts';
import type { ChunkGrid, IndexFiller } from './grid.ts';

/** Reads the index whose header is at `address`. Throws a plain Error when it is damaged. */
export function walkFixedArray(file: FileBytes, widths: Widths, address: number, grid: ChunkGrid, filler: IndexFiller): void {
  const header = indexBlock(file, widths, address, 12 + widths.lengthBytes + widths.offsetBytes, 'FAHD');
  const filtered = header.u8() === 1;
  const elementBytes = header.u8();
  const pageElements = 2 ** header.u8();
  const elements = header.length();
  const dataAt = header.address();
  if (dataAt === null) return;
  if (elements !== grid.total) throw new Error('its chunk index has another length than its shape asks for');
  const sink = elementSink(grid, widths, filtered, elementBytes, filler);

  const headBytes = 6 + widths.offsetBytes;
  if (elements <= pageElements) {
    const block = indexBlock(file, widths, dataAt, headBytes + elements * elementBytes + 4, 'FADB');
    block.skip(1 + widths.offsetBytes);
    sink.take(block, elements);
    return;
  }
  const pages = Math.ceil(elements / pageElements);
  const bitmapBytes = Math.ceil(pages / 8);
  const block = indexBlock(file, widths, dataAt, headBytes + bitmapBytes + 4, 'FADB');
  block.skip(1 + widths.offsetBytes);
  const written = block.bytes(bitmapBytes);
  let at = dataAt + headBytes + bitmapBytes + 4;
  for (let page = 0; page < pages; page++) {
    const count = Math.min(pageElements, sink.left);
    const bytes = count * elementBytes + 4;
    if (bitAt(written, page)) sink.take(indexPage(file, widths, at, bytes), count);
    else sink.skip(count);
    at += bytes;
  }
}
