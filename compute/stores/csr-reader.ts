/**
 * Rows as blocks from any row-order storage: as many rows as fit the caller's limits, decoded straight into arrays the
 * kernels read. Every index is checked here, so that kernels may trust it.
 */
import { failure } from '../../protocol/errors.ts';
import type { MatrixFacts } from '../../protocol/matrix.ts';
import type { Arena, CsrBlock } from '../kernels/block.ts';
import type { BlockRange, MatrixReader } from './contract.ts';
import type { CsrSource } from './csr-source.ts';
import { checkRange, pauseForSignal } from './block-range.ts';
import { withCellRows } from './damage.ts';
import { lazily } from './lazy-source.ts';
import { pointerWindow, type PointerWindow } from './pointers.ts';
import { rowArrayKeeper, type RowArrayKeeper } from './row-arrays.ts';

/** A reader over the source that `open` gives; closing the reader closes the source. */
export function csrReader(open: () => Promise<CsrSource>, facts: MatrixFacts, arena: Arena): MatrixReader {
  const keeper = rowArrayKeeper(arena);
  const source = lazily(open);
  return {
    facts,
    async *blocks(range) {
      yield* rowBlocks(await source.get(), keeper, range);
    },
    close: () => {
      keeper.close();
      source.close();
    },
  };
}

async function* rowBlocks(source: CsrSource, keeper: RowArrayKeeper, range: BlockRange): AsyncGenerator<CsrBlock, void, void> {
  checkRange(range, source.nObs);
  const pointers = pointerWindow(source, range.rowEnd);
  const arrays = keeper.take(Math.min(range.maxRows, range.rowEnd - range.rowStart));
  try {
    for (let row = range.rowStart; row < range.rowEnd; ) {
      await pauseForSignal(range.signal);
      const start = pointers.at(row);
      const rows = fillPointers(source, pointers, row, start, range, arrays.indptr);
      const stored = arrays.indptr[rows]!;
      // Asking for the limit at once avoids growing block by block.
      if (stored > arrays.indices.length) keeper.grow(arrays, Math.max(stored, Math.min(range.maxStored, source.stored - start)));
      if (stored > 0) readEntries(source, start, stored, arrays.indices, arrays.values);
      yield { rowStart: row, rows, ...arrays };
      row += rows;
    }
  } finally {
    keeper.giveBack(arrays);
  }
}

/** Fills block-relative offsets for as many rows from `row` as fit (one at least) and returns their number. */
function fillPointers(
  source: CsrSource, pointers: PointerWindow, row: number, start: number, range: BlockRange, indptr: Int32Array,
): number {
  const mostRows = Math.min(range.maxRows, range.rowEnd - row);
  indptr[0] = 0;
  let rows = 0;
  while (rows < mostRows) {
    const length = pointers.at(row + rows + 1) - start;
    if (rows > 0 && length > range.maxStored) break;
    if (length > 0x7fff_ffff) {
      throw failure('corrupt-file', { path: source.path, element: `${source.element}/indptr`, reason: `row ${row} claims ${length} entries` });
    }
    indptr[rows + 1] = length;
    rows++;
  }
  return rows;
}

/** Entries [start, start + stored) into the first places of both arrays, every gene id checked. Errors: corrupt-chunk in rows, corrupt-file. */
export function readEntries(source: CsrSource, start: number, stored: number, indices: Int32Array, values: Float32Array): void {
  try {
    source.entries(start, start + stored, indices, values);
  } catch (thrown) {
    throw withCellRows(thrown, source);
  }
  checkGenes(source, start, stored, indices);
}

/** Errors: corrupt-file for a gene id that no gene has, among entries [start, start + stored). */
export function checkGenes(source: Pick<CsrSource, 'path' | 'element' | 'nVars'>, start: number, stored: number, indices: Int32Array): void {
  if (allBelow(indices, stored, source.nVars)) return;
  for (let i = 0; i < stored; i++) {
    const gene = indices[i]!;
    if (gene >= 0 && gene < source.nVars) continue;
    throw failure('corrupt-file', {
      path: source.path, element: `${source.element}/indices`,
      reason: `entry ${start + i} names gene ${gene} of ${source.nVars}`,
    });
  }
}

/** The sign bit of either term tells of an id that is negative or too large: no branch, and 32-bit arithmetic throughout. */
function allBelow(ids: Int32Array, length: number, limit: number): boolean {
  const last = limit - 1;
  let signs = 0;
  for (let i = 0; i < length; i++) {
    const id = ids[i]!;
    signs |= id | (last - id);
  }
  return signs >= 0;
}
