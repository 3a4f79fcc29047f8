/**
 * The chunk index of newer files for datasets that can grow along one axis: the first elements sit in an index block, the
 * rest in data blocks that grow by doubling, the later ones behind super blocks.
 */
import { bitAt, elementSink, indexBlock, indexPage } from './arrays.ts';
import type { Widths } from './cursor.ts';
import type { FileBytes } from '../../io/file.ts';
import type { ChunkGrid, IndexFiller } from './grid.ts';

/** Reads the index whose header is at `address`. Throws a plain Error when it is damaged. */
export function walkExtensibleArray(file: FileBytes, widths: Widths, address: number, grid: ChunkGrid, filler: IndexFiller): void {
  const { offsetBytes, lengthBytes } = widths;
  const header = indexBlock(file, widths, address, 16 + 6 * lengthBytes + offsetBytes, 'EAHD');
  const filtered = header.u8() === 1;
  const elementBytes = header.u8();
  const maxBits = header.u8();
  const indexElements = header.u8();
  const minElements = header.u8();
  const minPointers = header.u8();
  const pageElements = 2 ** header.u8();
  header.skip(6 * lengthBytes);
  const indexAt = header.address();
  if (indexAt === null) return;
  if (!isPowerOfTwo(minElements) || !isPowerOfTwo(minPointers) || maxBits > 64) throw new Error('its chunk index has an impossible plan');

  const sink = elementSink(grid, widths, filtered, elementBytes, filler);
  const headBytes = 6 + offsetBytes;
  const blockOffsetBytes = Math.ceil(maxBits / 8);
  const superBlocks = 1 + maxBits - Math.log2(minElements);
  const direct = 2 * Math.log2(minPointers);
  const directBlocks = 2 * (minPointers - 1);
  const pointers = directBlocks + Math.max(0, superBlocks - direct);
  const index = indexBlock(file, widths, indexAt, headBytes + indexElements * elementBytes + pointers * offsetBytes + 4, 'EAIB');
  index.skip(1 + offsetBytes);
  sink.take(index, indexElements);
  // Beyond the grid `take` leaves elements unread; addresses are found from the end of the block.
  index.skip(index.left - pointers * offsetBytes);

  /** `written` tells, for paged blocks, which pages exist. */
  const dataBlock = (at: number | null, elements: number, written: (page: number) => boolean): void => {
    if (at === null) return sink.skip(elements);
    if (elements <= pageElements) {
      const block = indexBlock(file, widths, at, headBytes + blockOffsetBytes + elements * elementBytes + 4, 'EADB');
      block.skip(1 + offsetBytes + blockOffsetBytes);
      return sink.take(block, elements);
    }
    indexBlock(file, widths, at, headBytes + blockOffsetBytes + 4, 'EADB');
    const pageBytes = pageElements * elementBytes + 4;
    const firstPage = at + headBytes + blockOffsetBytes + 4;
    for (let page = 0; page < elements / pageElements && sink.left > 0; page++) {
      if (written(page)) sink.take(indexPage(file, widths, firstPage + page * pageBytes, pageBytes), pageElements);
      else sink.skip(pageElements);
    }
  };

  for (let level = 0; level < superBlocks && sink.left > 0; level++) {
    const blocks = 2 ** Math.floor(level / 2);
    const elements = 2 ** Math.ceil(level / 2) * minElements;
    if (level < direct) {
      for (let i = 0; i < blocks && sink.left > 0; i++) dataBlock(index.address(), elements, () => true);
      continue;
    }
    if (level === direct) index.skip(index.left - (superBlocks - direct) * offsetBytes);
    const superAt = index.address();
    if (superAt === null) {
      sink.skip(blocks * elements);
      continue;
    }
    const pages = elements > pageElements ? elements / pageElements : 0;
    const bitmapBytes = blocks * Math.ceil(pages / 8);
    const block = indexBlock(file, widths, superAt, headBytes + blockOffsetBytes + bitmapBytes + blocks * offsetBytes + 4, 'EASB');
    block.skip(1 + offsetBytes + blockOffsetBytes);
    const bitmap = block.bytes(bitmapBytes);
    for (let i = 0; i < blocks && sink.left > 0; i++) dataBlock(block.address(), elements, (page) => bitAt(bitmap, i * pages + page));
  }
}

function isPowerOfTwo(value: number): boolean {
  return value > 0 && (value & (value - 1)) === 0;
}
