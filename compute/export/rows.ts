/** X of the kept cells as blocks in common gene order: counts as stored, or normalised and log1p'd as the run did. */
import { failure } from '../../protocol/errors.ts';
import { plainArena } from '../kernels/block.ts';
import type { Plate } from '../matrix/plates.ts';
import { openStored, readFloat64, type StoredArray } from '../results/array.ts';
import type { CsrRows } from '../results/h5ad/index.ts';
import { openMatrix, type ReadSpec } from '../stores/index.ts';
import type { CellAxis, CellSlice } from './axis.ts';
import type { FoundSlots } from '../results/slots.ts';

/** Limits of one block: rows and stored entries. */
const blockRows = 4096;
const blockStored = 1_000_000;

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

/** Blocks of consecutive kept cells, from the kept cell `from` on; the arrays are reused. Genes ascend within each row. */
export async function* keptRows(plates: readonly Plate[], axis: CellAxis, lognorm: Lognorm | null, signal: AbortSignal, from = 0): AsyncGenerator<CsrRows, void, void> {
  const out = { rows: 0, indptr: new Int32Array(blockRows + 1), indices: new Int32Array(0), values: new Float32Array(0) };
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
            const stored = block.indptr[block.rows]!;
            if (out.indices.length < stored) {
              out.indices = new Int32Array(stored);
              out.values = new Float32Array(stored);
            }
            out.rows = 0;
            let at = 0;
            const blockStart = block.rowStart - slice.rowStart;
            for (; next <= run.last && slice.kept[next]! < blockStart + block.rows; next++) {
              const row = slice.kept[next]! - blockStart;
              const rowAt = at;
              for (let i = block.indptr[row]!; i < block.indptr[row + 1]!; i++) {
                const gene = plate.toCommon === null ? block.indices[i]! : plate.toCommon[block.indices[i]!]!;
                if (gene < 0) continue;
                out.indices[at] = gene;
                out.values[at] = factors === null ? block.values[i]! : Math.log1p(Math.fround(block.values[i]! * factors[next]!)) * lognorm!.logScale;
                at += 1;
              }
              sortRow(out.indices, out.values, rowAt, at);
              out.indptr[++out.rows] = at;
            }
            if (out.rows > 0) yield out;
          }
        }
      }
    } finally {
      reader.close();
    }
  }
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
  let ascending = true;
  for (let i = from + 1; i < to && ascending; i++) ascending = indices[i]! > indices[i - 1]!;
  if (ascending) return;
  const n = to - from;
  // Gene and place in one number, so that the typed array's own sort can be used.
  const keys = Float64Array.from({ length: n }, (_, i) => indices[from + i]! * n + i).sort();
  const old = values.slice(from, to);
  keys.forEach((key, i) => {
    indices[from + i] = Math.floor(key / n);
    values[from + i] = old[key % n]!;
  });
}
