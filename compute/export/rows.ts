/** X of the kept cells as blocks in common gene order: counts as stored, or normalised and log1p'd as the run did. */
import { failure } from '../../protocol/errors.ts';
import { blockRows, blockStored, taskStored } from '../../steps/writing.ts';
import { plainArena, type CsrBlock } from '../kernels/block.ts';
import type { Plate } from '../matrix/plates.ts';
import { openStored, readFloat64, type StoredArray } from '../results/array.ts';
import type { CsrRows } from '../results/h5ad/index.ts';
import { openMatrix } from '../stores/open-matrix.ts';
import type { MatrixReader, ReadSpec } from '../stores/contract.ts';
import type { CellAxis, CellSlice } from './axis.ts';
import type { FoundSlots } from '../results/slots.ts';

/** How counts become the values that PCA saw. */
export interface Lognorm {
  /** Over all cells of all plates. */
  readonly totals: StoredArray;
  /** Target sum per plate. */
  readonly targets: readonly number[];
  /** 1 / ln(base); 1 for the natural logarithm. */
  readonly logScale: number;
}

/** @throws missing-input when the run did not normalise and take logarithms. */
export function lognormOf(slots: FoundSlots): Lognorm {
  const normalize = slots.facts('normalize') as { targets: number[]; totals: string } | undefined;
  const log1p = slots.facts('log1p') as { base: number | null } | undefined;
  if (!normalize) throw failure('missing-input', { step: 'export', slot: 'X:normalized', remedyStep: 'normalize' });
  if (!log1p) throw failure('missing-input', { step: 'export', slot: 'X:lognorm', remedyStep: 'log1p' });
  const totals = slots.path(normalize.totals);
  if (totals === undefined) throw failure('missing-input', { step: 'export', slot: normalize.totals, remedyStep: 'qc' });
  return { totals: openStored(totals), targets: normalize.targets, logScale: log1p.base === null ? 1 : 1 / Math.log(log1p.base) };
}

/** Kept cells of one plate that are read together, by this thread or another. */
export interface RowTask {
  readonly plate: number;
  /** Rows, ascending, counted from `rowStart`. */
  readonly kept: Int32Array;
  readonly rowStart: number;
  /** target / total of each; null for counts as stored. */
  readonly factors: Float64Array | null;
  readonly logScale: number;
}

/** All kept cells from the kept cell `from` on, in order. */
export function* rowTasks(plates: readonly Plate[], axis: CellAxis, lognorm: Lognorm | null, from: number): Generator<RowTask, void, void> {
  for (const [plate, { spec }] of plates.entries()) {
    const most = Math.min(blockRows, Math.max(1, Math.floor((taskStored * spec.facts.nObs) / Math.max(1, spec.facts.stored))));
    for (const whole of axis.slices(plate)) {
      const slice = keptFrom(whole, from);
      const factors = lognorm === null ? null : factorsOf(lognorm, axis, slice);
      for (let at = 0; at < slice.kept.length; at += most) {
        yield { plate, rowStart: slice.rowStart, kept: slice.kept.slice(at, at + most), factors: factors?.slice(at, at + most) ?? null, logScale: lognorm?.logScale ?? 1 };
      }
    }
  }
}

/** Reads rows of the plate it was asked for last; a reader is kept from task to task. */
export interface RowReader {
  /** The cells of a task as blocks of consecutive kept cells, each valid until the next is asked for. Genes ascend within each row. */
  blocks(task: RowTask, signal: AbortSignal): AsyncGenerator<CsrRows, void, void>;
  close(): void;
}

export function rowReader(plates: readonly Plate[]): RowReader {
  const out: Copy = { rows: 0, indptr: new Int32Array(blockRows + 1), indices: new Int32Array(0), values: new Float32Array(0) };
  let open: { readonly plate: number; readonly matrix: MatrixReader } | null = null;
  return {
    async *blocks({ plate: index, rowStart, kept, factors, logScale }, signal) {
      const plate = plates[index]!;
      if (open?.plate !== index) {
        open?.matrix.close();
        open = { plate: index, matrix: openMatrix(plate.spec, plainArena) };
      }
      for (const run of runsOf(kept, rowsPerChunk(plate.spec))) {
        let next = run.first;
        const range = { rowStart: rowStart + kept[run.first]!, rowEnd: rowStart + kept[run.last]! + 1, maxRows: blockRows, maxStored: blockStored, signal };
        for await (const block of open.matrix.blocks(range)) {
          const first = next;
          const blockStart = block.rowStart - rowStart;
          while (next <= run.last && kept[next]! < blockStart + block.rows) next += 1;
          if (next === first) continue;
          const rows = kept.subarray(first, next).map((row) => row - blockStart);
          const asTheyAre = factors === null && plate.toCommon === null;
          yield (asTheyAre ? stretchOf(block, rows) : null) ?? copied(block, rows, out, plate.toCommon, factors && { of: factors.subarray(first, next), scale: logScale });
        }
      }
    },
    close() {
      open?.matrix.close();
      open = null;
    },
  };
}

/** Blocks of all kept cells, read in this thread; each is valid until the next is asked for. */
export async function* keptRows(plates: readonly Plate[], axis: CellAxis, lognorm: Lognorm | null, signal: AbortSignal): AsyncGenerator<CsrRows, void, void> {
  const reader = rowReader(plates);
  try {
    for (const task of rowTasks(plates, axis, lognorm, 0)) yield* reader.blocks(task, signal);
  } finally {
    reader.close();
  }
}

/** Arrays that blocks are copied to, one after the other. */
interface Copy extends CsrRows {
  rows: number;
  indices: Int32Array;
  values: Float32Array;
}

/** Rows that lie together, without copying them; null when they do not or their genes do not ascend. */
function stretchOf({ indptr, indices, values }: CsrBlock, rows: Int32Array): CsrRows | null {
  const [first, last] = [rows[0]!, rows[rows.length - 1]!];
  if (last - first + 1 !== rows.length) return null;
  for (let row = first; row <= last; row++) if (!ascends(indices, indptr[row]!, indptr[row + 1]!)) return null;
  return { rows: rows.length, indptr: indptr.subarray(first, last + 2), indices, values };
}

function copied(block: CsrBlock, rows: Int32Array, out: Copy, toCommon: Int32Array | null, factors: { readonly of: Float64Array; readonly scale: number } | null): CsrRows {
  const stored = block.indptr[block.rows]!;
  if (out.indices.length < stored) {
    out.indices = new Int32Array(stored);
    out.values = new Float32Array(stored);
  }
  const { indices, values } = out;
  let at = 0;
  for (const [n, row] of rows.entries()) {
    const rowAt = at;
    const factor = factors === null ? 0 : factors.of[n]!;
    for (let i = block.indptr[row]!; i < block.indptr[row + 1]!; i++) {
      const gene = toCommon === null ? block.indices[i]! : toCommon[block.indices[i]!]!;
      if (gene < 0) continue;
      indices[at] = gene;
      values[at] = factors === null ? block.values[i]! : Math.log1p(Math.fround(block.values[i]! * factor)) * factors.scale;
      at += 1;
    }
    sortRow(indices, values, rowAt, at);
    out.indptr[n + 1] = at;
  }
  out.rows = rows.length;
  return out;
}

/** Without the cells before the kept cell `from`. */
function keptFrom(slice: CellSlice, from: number): CellSlice {
  const before = Math.min(slice.kept.length, Math.max(0, from - slice.keptStart));
  return before === 0 ? slice : { ...slice, kept: slice.kept.subarray(before), keptStart: slice.keptStart + before };
}

/** Rows that share a chunk of values on average; the reader keeps the chunk decoded last, so closer rows cost no second reading. */
function rowsPerChunk(spec: ReadSpec): number {
  const { chunks, nObs, stored, kind } = spec.facts;
  if (chunks === null) return 1;
  return kind === 'dense' ? chunks[0]! : Math.max(1, Math.floor((chunks[0]! * nObs) / Math.max(1, stored)));
}

/** Kept rows [first, last] that are read in one go: chunks between runs hold no kept row and are never touched. */
function* runsOf(kept: Int32Array, gap: number): Generator<{ first: number; last: number }, void, void> {
  for (let first = 0; first < kept.length; ) {
    let last = first;
    while (last + 1 < kept.length && kept[last + 1]! - kept[last]! <= gap) last += 1;
    yield { first, last };
    first = last + 1;
  }
}

/** target / total of each kept cell; an empty cell stays empty whatever its factor. */
function factorsOf(lognorm: Lognorm, axis: CellAxis, slice: CellSlice): Float64Array {
  const { rowOffset } = axis.plates[slice.plate]!;
  const totals = readFloat64(lognorm.totals, rowOffset + slice.rowStart, rowOffset + slice.rowEnd);
  const target = lognorm.targets[slice.plate]!;
  return Float64Array.from(slice.kept, (row) => (totals[row]! > 0 ? target / totals[row]! : 1));
}

/** Brings entries [from, to) into ascending gene order; most rows are already. */
function sortRow(indices: Int32Array, values: Float32Array, from: number, to: number): void {
  if (ascends(indices, from, to)) return;
  const n = to - from;
  // Gene and place in one number, so that the typed array's own sort can be used.
  const keys = Float64Array.from({ length: n }, (_, i) => indices[from + i]! * n + i).sort();
  const old = values.slice(from, to);
  keys.forEach((key, i) => {
    indices[from + i] = Math.floor(key / n);
    values[from + i] = old[key % n]!;
  });
}

function ascends(indices: Int32Array, from: number, to: number): boolean {
  for (let i = from + 1; i < to; i++) if (indices[i]! <= indices[i - 1]!) return false;
  return true;
}
