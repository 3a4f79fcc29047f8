/** The values of planned obs columns for the kept cells, a slice of one plate at a time. */
import { failure } from '../../protocol/errors.ts';
import type { Column, PlateFile } from '../stores/contract.ts';
import { openPlate } from '../stores/index.ts';
import { labelsOf } from '../stores/tables/frame.ts';
import type { CellAxis, CellSlice } from './axis.ts';
import type { ObsColumn } from './obs-plan.ts';

export type ObsValues = Int32Array | Float64Array | Float32Array | Uint8Array | Uint32Array | string[];

export interface ObsBatch {
  readonly slice: CellSlice;
  /** Index of obs, unique over all plates; empty when names were not asked for. */
  readonly names: string[];
  /** One entry per column of the plan: int32 codes, numbers, or texts. */
  readonly values: readonly ObsValues[];
}

/** Slices without a kept cell are passed over. Errors: those of reading a plate. */
export async function* obsRows(axis: CellAxis, columns: readonly ObsColumn[], withNames: boolean): AsyncGenerator<ObsBatch, void, void> {
  const prefixed = axis.plates.length > 1;
  const fromFile = withNames || columns.some((column) => column.source.kind === 'stored');
  for (const [index, plate] of axis.plates.entries()) {
    const file = fromFile ? await openPlate(plate.path) : null;
    try {
      if (file !== null && file.nObs !== plate.nObs) throw failure('dataset-changed', { name: plate.name, path: plate.path });
      for (const slice of axis.slices(index)) {
        if (slice.kept.length === 0) continue;
        const pieces = piecesOf(slice);
        const values = columns.map((column) => {
          if (column.kind === 'text' && column.source.kind === 'stored') return pieces.flatMap((piece) => valuesOf(column, axis, piece, file) as string[]);
          return valuesOf(column, axis, slice, file);
        });
        yield { slice, values, names: withNames ? pieces.flatMap((piece) => namesOf(file!, piece, prefixed ? `${plate.name}-` : '')) : [] };
      }
    } finally {
      file?.close();
    }
  }
}

/** Rows without a kept cell whose texts are worth skipping, and pieces of one slice at most: each is read on its own. */
const leastGap = 2048;
const mostPieces = 8;

/** The parts of a slice that hold kept cells: the cells of one well lie together, and texts of all others are dear to read. */
function piecesOf(slice: CellSlice): CellSlice[] {
  const { kept } = slice;
  const gaps = Array.from(kept, (row, i) => [i, i === 0 ? Infinity : row - kept[i - 1]!] as const).filter(([, gap]) => gap > leastGap);
  // Of too many, the widest gaps are skipped.
  const starts = gaps.sort(([, a], [, b]) => b - a).slice(0, mostPieces).map(([i]) => i).sort((a, b) => a - b);
  return starts.map((from, n) => {
    const to = starts[n + 1] ?? kept.length;
    const first = kept[from]!;
    return {
      ...slice, rowStart: slice.rowStart + first, rowEnd: slice.rowStart + kept[to - 1]! + 1, keptStart: slice.keptStart + from,
      kept: kept.subarray(from, to).map((row) => row - first),
    };
  });
}

function namesOf(file: PlateFile, slice: CellSlice, prefix: string): string[] {
  const all = file.obsNames(slice.rowStart, slice.rowEnd);
  return Array.from(slice.kept, (row) => prefix + all[row]!);
}

function valuesOf(column: ObsColumn, axis: CellAxis, slice: CellSlice, file: PlateFile | null): ObsValues {
  const { source } = column;
  switch (source.kind) {
    case 'plate':
      return new Int32Array(slice.kept.length).fill(slice.plate);
    case 'computed':
      return axis.read(source.array, slice, column.kind === 'categorical' ? -1 : Number.NaN);
    case 'stored': {
      const stored = file!.obsColumn(source.name, slice.rowStart, slice.rowEnd);
      return storedValues(column, stored, slice, source.recode[slice.plate]!);
    }
    default:
      return source satisfies never;
  }
}

function storedValues(column: ObsColumn, stored: Column, { kept }: CellSlice, recode: Int32Array | null): ObsValues {
  if (column.kind === 'text') {
    const labels = labelsOf(stored);
    return Array.from(kept, (row) => labels[row] ?? '');
  }
  if (stored.kind === 'categorical' && column.kind === 'categorical') {
    return Int32Array.from(kept, (row) => (stored.codes[row]! < 0 ? -1 : recode![stored.codes[row]!]!));
  }
  if (stored.kind === 'boolean' && column.kind === 'categorical') {
    return Int32Array.from(kept, (row) => (stored.missing?.[row] ? -1 : stored.values[row]!));
  }
  if (stored.kind === 'boolean') return Uint8Array.from(kept, (row) => stored.values[row]!);
  if (stored.kind === 'number') return Float64Array.from(kept, (row) => stored.values[row]!);
  throw failure('internal', { detail: `obs column ${column.name} changed its kind while it was read` });
}
