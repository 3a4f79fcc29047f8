/**
 * Rows of a dense matrix as sparse blocks: zeros are dropped, NaN and negative values stay. Rows are read in slabs of whole
 * chunk rows, so that each chunk is decoded once.
 */
import type { MatrixFacts } from '../../protocol/matrix.ts';
import type { Arena, CsrBlock } from '../kernels/block.ts';
import type { BlockRange, MatrixReader } from './contract.ts';
import { checkRange, pauseForSignal } from './block-range.ts';
import { lazily } from './lazy-source.ts';
import { rowArrayKeeper, type RowArrayKeeper } from './row-arrays.ts';

/** What is needed of the storage: rows [rowStart, rowEnd) row-major into the first places of `out`. */
export interface DenseSource {
  readRows(rowStart: number, rowEnd: number, out: Float32Array): void;
  close(): void;
}

/** Elements a slab may hold when the chunks do not ask for more (16 MiB of float32). */
const slabElements = 4 * 1024 * 1024;
/** Even for tall chunks a slab stays below this; chunks are then decoded more than once. */
const slabElementsLimit = 32 * 1024 * 1024;

/** A reader over the rows that `open` gives; closing the reader closes them. */
export function denseReader(open: () => Promise<DenseSource>, facts: MatrixFacts, arena: Arena): MatrixReader {
  const keeper = rowArrayKeeper(arena);
  const window = lazily(async () => slabWindow(await open(), facts, arena));
  return {
    facts,
    async *blocks(range) {
      yield* denseBlocks(await window.get(), facts, keeper, range);
    },
    close: () => {
      keeper.close();
      window.close();
    },
  };
}

/** Rows of one slab: a multiple of the chunk height where memory allows. */
export function slabRowsOf(facts: MatrixFacts): number {
  const width = Math.max(1, facts.nVars);
  const chunkRows = Math.max(1, facts.chunks?.[0] ?? 1);
  if (chunkRows * width > slabElementsLimit) return Math.max(1, Math.floor(slabElementsLimit / width));
  return chunkRows * Math.max(1, Math.floor(slabElements / (chunkRows * width)));
}

interface SlabWindow {
  /** Elements of the rows at hand; changes when `at` reads on. */
  readonly slab: Float32Array;
  /** Place of the first element of `row` in the slab. */
  at(row: number): number;
  close(): void;
}

/** Slabs stay from range to range, since ranges need not end where chunks do. */
function slabWindow(source: DenseSource, facts: MatrixFacts, arena: Arena): SlabWindow {
  const slabRows = slabRowsOf(facts);
  const slab = arena.float32(Math.min(slabRows, facts.nObs) * facts.nVars);
  let first = 0;
  let last = 0;
  return {
    slab,
    at(row) {
      if (row < first || row >= last) {
        const start = Math.floor(row / slabRows) * slabRows;
        const end = Math.min(facts.nObs, start + slabRows);
        // A failed read must not leave rows that look as if they were there.
        last = first;
        source.readRows(start, end, slab);
        [first, last] = [start, end];
      }
      return (row - first) * facts.nVars;
    },
    close: () => {
      arena.release(slab);
      source.close();
    },
  };
}

async function* denseBlocks(
  window: SlabWindow, facts: MatrixFacts, keeper: RowArrayKeeper, range: BlockRange,
): AsyncGenerator<CsrBlock, void, void> {
  checkRange(range, facts.nObs);
  const { nVars } = facts;
  const { rowStart, rowEnd, maxRows, maxStored } = range;
  const arrays = keeper.take(Math.min(maxRows, rowEnd - rowStart));
  keeper.grow(arrays, Math.min(Math.max(maxStored, nVars), (rowEnd - rowStart) * nVars));
  const { indptr, indices, values } = arrays;
  try {
    for (let row = rowStart; row < rowEnd; ) {
      await pauseForSignal(range.signal);
      let rows = 0;
      let stored = 0;
      indptr[0] = 0;
      while (rows < maxRows && row + rows < rowEnd) {
        const base = window.at(row + rows);
        const length = countNonzero(window.slab, base, nVars);
        if (rows > 0 && stored + length > maxStored) break;
        packRow(window.slab, base, nVars, indices, values, stored);
        stored += length;
        rows++;
        indptr[rows] = stored;
      }
      yield { rowStart: row, rows, indptr, indices, values };
      row += rows;
    }
  } finally {
    keeper.giveBack(arrays);
  }
}

/** NaN differs from zero, so it counts. */
function countNonzero(slab: Float32Array, base: number, width: number): number {
  let count = 0;
  for (let i = base; i < base + width; i++) if (slab[i] !== 0) count++;
  return count;
}

function packRow(slab: Float32Array, base: number, width: number, indices: Int32Array, values: Float32Array, at: number): void {
  let place = at;
  for (let gene = 0; gene < width; gene++) {
    const value = slab[base + gene]!;
    if (value === 0) continue;
    indices[place] = gene;
    values[place] = value;
    place++;
  }
}
