/** X of the kept cells as blocks in common gene order: counts as stored, or normalised and log1p'd as the run did. */
import { failure } from '../../protocol/errors.ts';
import { plainArena, type CsrBlock } from '../kernels/block.ts';
import type { Plate } from '../matrix/plates.ts';
import { openStored, readFloat64, type StoredArray } from '../results/array.ts';
import type { CsrRows } from '../results/h5ad/index.ts';
import { openMatrix, type ReadSpec } from '../stores/index.ts';
import type { CellAxis, CellSlice } from './axis.ts';
import type { FoundSlots } from '../results/slots.ts';

/** Limits of one block: rows and stored entries. Small, so that what is read is packed soon while the next is read. */
const blockRows = 4096;
const blockStored = 1 << 18;

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

/** Blocks of consecutive kept cells, from the kept cell `from` on, each valid until the next is asked for. Genes ascend within each row. */
export async function* keptRows(plates: readonly Plate[], axis: CellAxis, lognorm: Lognorm | null, signal: AbortSignal, from = 0): AsyncGenerator<CsrRows, void, void> {
  const out: Copy = { rows: 0, indptr: new Int32Array(blockRows + 1), indices: new Int32Array(0), values: new Float32Array(0) };
  for (const [index, plate] of plates.entries()) {
    const reader = openMatrix(plate.spec, plainArena);
    try {
      for (const whole of axis.slices(index)) {
        const slice = keptFrom(whole, from);
        if (slice.kept.length === 0) continue;
        const factors = lognorm === null ? null : factorsOf(lognorm, axis, slice);
        for (const run of runsOf(slice.kept, rowsPerChunk(plate.spec))) {
          let next = run.first;
          const range = { rowStart: slice.rowStart + slice.kept[run.first]!, rowEnd: slice.rowStart + slice.kept[run.last]! + 1, maxRows: blockRows, maxStored: blockStored, signal };
          for await (const block of reader.blocks(range)) {
            const first = next;
            const blockStart = block.rowStart - slice.rowStart;
            while (next <= run.last && slice.kept[next]! < blockStart + block.rows) next += 1;
            if (next === first) continue;
            const rows = slice.kept.subarray(first, next).map((row) => row - blockStart);
            const asTheyAre = factors === null && plate.toCommon === null;
            yield (asTheyAre ? stretchOf(block, rows) : null) ?? copied(block, rows, out, plate.toCommon, factors && { of: factors.subarray(first, next), scale: lognorm!.logScale });
          }
        }
      }
    } finally {
      reader.close();
    }
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
