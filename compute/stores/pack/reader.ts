/**
 * Rows of a pack one after the other, as blocks with genes in the order of the file: what a pipeline reads in place of the file.
 * Tables are read piece by piece, so that a pack of any length takes the same memory.
 */
import type { OrderedDecoder, PackCodec } from '../../codecs/pack/codec.ts';
import { failure, messageOf } from '../../../protocol/errors.ts';
import type { MatrixFacts } from '../../../protocol/matrix.ts';
import { openBytes, type FileBytes } from '../../../io/file.ts';
import type { Arena, CsrBlock } from '../../kernels/block.ts';
import { checkRange, pauseForSignal } from '../block-range.ts';
import type { BlockRange, MatrixReader } from '../contract.ts';
import { rowArrayKeeper, type RowArrayKeeper } from '../row-arrays.ts';
import { readDescription, startStride, type PackDescription } from './format.ts';
import { packCodec, table } from './read.ts';

/** Rows whose bytes are read in one go. */
const windowRows = startStride;

/** One for all packs that this thread reads in turn: a memory is not given back before the collector finds it. */
let codec: PackCodec | null = null;

interface Opened {
  readonly description: PackDescription;
  readonly starts: Float64Array;
  readonly decoder: OrderedDecoder;
  readonly file: FileBytes;
}

/** Errors while reading: file-not-found, corrupt-file with the row, cancelled. */
export function packReader(path: string, facts: MatrixFacts, arena: Arena): MatrixReader {
  const keeper = rowArrayKeeper(arena);
  let opened: Opened | null = null;
  return {
    facts,
    async *blocks(range) {
      opened ??= open(path);
      yield* rowBlocks(opened, facts, keeper, range);
    },
    close() {
      keeper.close();
      opened?.file.close();
      opened?.decoder.close();
      opened = null;
    },
  };
}

function open(path: string): Opened {
  const description = readDescription(path);
  const starts = new Float64Array(table(path, description, 'starts', 8 * (Math.ceil(description.rows / startStride) + 1)));
  const geneOfId = new Int32Array(table(path, description, 'geneOfId', description.tables.geneOfId.bytes));
  return { description, starts, decoder: (codec ??= packCodec()).ordered(geneOfId, description.genes), file: openBytes(path) };
}

async function* rowBlocks(pack: Opened, facts: MatrixFacts, keeper: RowArrayKeeper, range: BlockRange): AsyncGenerator<CsrBlock, void, void> {
  const { description, decoder } = pack;
  checkRange(range, description.rows);
  const arrays = keeper.take(Math.min(range.maxRows, range.rowEnd - range.rowStart));
  try {
    let window = { first: 0, bytes: new Uint32Array(0), offsets: new Uint32Array(0) };
    for (let row = range.rowStart; row < range.rowEnd; ) {
      await pauseForSignal(range.signal);
      const rowStart = row;
      arrays.indptr[0] = 0;
      let stored = 0;
      while (row < range.rowEnd && row - rowStart < range.maxRows) {
        if (row < window.first || row >= window.first + window.bytes.length) window = load(pack, row, range.rowEnd);
        const place = row - window.first;
        // Of a damaged row this may be anything, but no row has more entries than genes.
        const entries = Math.min(description.genes, decoder.entries(window.offsets[place]!));
        if (row > rowStart && stored + entries > range.maxStored) break;
        // Once, for as much as a block may hold.
        if (row === rowStart) keeper.grow(arrays, Math.max(entries, Math.min(range.maxStored, facts.stored)));
        stored += decode(pack, window.offsets[place]!, window.bytes[place]!, row, arrays, stored);
        arrays.indptr[++row - rowStart] = stored;
      }
      yield { rowStart, rows: row - rowStart, ...arrays };
    }
  } finally {
    keeper.giveBack(arrays);
  }
}

function decode({ decoder, file }: Opened, offset: number, bytes: number, row: number, { indices, values }: Pick<CsrBlock, 'indices' | 'values'>, at: number): number {
  try {
    return decoder.decode(offset, bytes, row, indices, values, at);
  } catch (cause) {
    throw failure('corrupt-file', { path: file.path, element: `row ${row}`, reason: messageOf(cause) }, cause);
  }
}

/** The packed rows from `row` to the next place whose start is known, at most up to `end`. */
function load({ description, starts, decoder, file }: Opened, row: number, end: number) {
  const anchor = Math.floor(row / startStride);
  const last = Math.min(end, description.rows, (anchor + 1) * windowRows);
  const sizes = new Uint32Array(last - anchor * startStride);
  file.readInto(description.tables.rowBytes.offset + 4 * anchor * startStride, new Uint8Array(sizes.buffer));
  const skipped = row - anchor * startStride;
  let start = starts[anchor]!;
  for (let i = 0; i < skipped; i++) start += sizes[i]!;
  const bytes = sizes.subarray(skipped);
  const offsets = new Uint32Array(bytes.length + 1);
  bytes.forEach((size, i) => (offsets[i + 1] = offsets[i]! + size));
  const total = offsets[bytes.length]!;
  if (start + total > starts[starts.length - 1]!) {
    throw failure('corrupt-file', { path: file.path, element: 'rowBytes', reason: `rows from ${row} on are longer than the pack` });
  }
  file.readInto(start, decoder.rows(total));
  return { first: row, bytes, offsets };
}
