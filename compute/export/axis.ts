/**
 * The cells of an export: those the filter kept, plate after plate. Knows which of three sets of cells a result array is
 * about (all, kept, or the embedded sample) and brings its rows to the kept cells, a slice at a time.
 */
import { failure } from '../../protocol/errors.ts';
import { obsSliceRows } from '../../steps/writing.ts';
import { openStored, type StoredArray } from '../results/array.ts';
import type { FoundSlots } from '../results/slots.ts';

export interface AxisPlate {
  readonly name: string;
  readonly path: string;
  /** First row among all rows of all plates. */
  readonly rowOffset: number;
  readonly nObs: number;
}

/** Consecutive rows of one plate and which of them are kept. */
export interface CellSlice {
  readonly plate: number;
  /** Rows inside the plate, end exclusive. */
  readonly rowStart: number;
  readonly rowEnd: number;
  /** Kept rows, relative to rowStart, ascending. */
  readonly kept: Int32Array;
  /** Position of the first of them among all kept cells. */
  readonly keptStart: number;
}

export type ArrayNumbers = Float32Array | Float64Array | Int32Array | Uint8Array | Uint32Array;

export interface CellAxis {
  readonly plates: readonly AxisPlate[];
  readonly nObs: number;
  readonly kept: number;
  /** Positions of the embedded cells among the kept ones, ascending; null when there is no sample or it is everything. */
  readonly subset: Uint32Array | null;
  slices(plate: number): Generator<CellSlice, void, void>;
  /** Which cells the rows of an array are. @throws corrupt-result when its length fits none. */
  rowsOf(array: StoredArray): 'all' | 'kept' | 'subset';
  /** Rows of the kept cells of a slice, row-major. Cells without a row get `missing` in an array that can hold it. */
  read(array: StoredArray, slice: CellSlice, missing?: number): ArrayNumbers;
}

export function openAxis(plates: readonly { name: string; path: string; nObs: number }[], slots: FoundSlots): CellAxis {
  let nObs = 0;
  const placed = plates.map(({ name, path, nObs: rows }): AxisPlate => {
    nObs += rows;
    return { name, path, nObs: rows, rowOffset: nObs - rows };
  });
  const keepPath = slots.path('rows/keep');
  const keep = keepPath === undefined ? null : openStored(keepPath);
  if (keep !== null && keep.shape[0] !== nObs) throw failure('corrupt-result', { path: keep.path, reason: `it is about ${keep.shape[0]} cells, not ${nObs}` });
  const keptPerPlate = placed.map((plate) => countKept(keep, plate));
  const keptStarts = keptPerPlate.map((_, plate) => keptPerPlate.slice(0, plate).reduce((a, b) => a + b, 0));
  const kept = keptPerPlate.reduce((a, b) => a + b, 0);
  const subset = readSubset(slots, kept);

  const rowsOf = (array: StoredArray): 'all' | 'kept' | 'subset' => {
    const rows = array.shape[0];
    if (rows === kept) return 'kept';
    if (rows === nObs) return 'all';
    if (subset !== null && rows === subset.length) return 'subset';
    throw failure('corrupt-result', { path: array.path, reason: `it has ${rows} rows where ${kept} cells are kept of ${nObs}` });
  };
  return {
    plates: placed, nObs, kept, subset, rowsOf,
    *slices(plate) {
      const { rowOffset, nObs: rows } = placed[plate]!;
      let keptStart = keptStarts[plate]!;
      for (let rowStart = 0; rowStart < rows; rowStart += obsSliceRows) {
        const rowEnd = Math.min(rows, rowStart + obsSliceRows);
        const positions = positionsKept(keep?.read(rowOffset + rowStart, rowOffset + rowEnd) ?? null, rowEnd - rowStart);
        yield { plate, rowStart, rowEnd, kept: positions, keptStart };
        keptStart += positions.length;
      }
    },
    read(array, slice, missing = Number.NaN) {
      const width = array.shape[1] ?? 1;
      const rows = slice.kept.length;
      const about = rowsOf(array);
      if (about === 'kept') return array.read(slice.keptStart, slice.keptStart + rows);
      if (about === 'all') {
        const { rowOffset } = placed[slice.plate]!;
        const all = array.read(rowOffset + slice.rowStart, rowOffset + slice.rowEnd);
        if (rows === slice.rowEnd - slice.rowStart) return all;
        return gatherRows(all, slice.kept, width);
      }
      const from = lowerBound(subset!, slice.keptStart);
      const to = lowerBound(subset!, slice.keptStart + rows);
      const values = array.read(from, to);
      const out = makeFilled(values, rows * width, missing);
      for (let i = from; i < to; i++) {
        const row = subset![i]! - slice.keptStart;
        for (let c = 0; c < width; c++) out[row * width + c] = values[(i - from) * width + c]!;
      }
      return out;
    },
  };
}

/** First position whose value is not below `value`. */
export function lowerBound(sorted: Uint32Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function countKept(keep: StoredArray | null, plate: AxisPlate): number {
  if (keep === null) return plate.nObs;
  let kept = 0;
  for (let row = 0; row < plate.nObs; row += obsSliceRows) {
    const flags = keep.read(plate.rowOffset + row, plate.rowOffset + Math.min(plate.nObs, row + obsSliceRows));
    for (let i = 0; i < flags.length; i++) kept += flags[i]!;
  }
  return kept;
}

function positionsKept(flags: ArrayNumbers | null, rows: number): Int32Array {
  const positions = new Int32Array(rows);
  let kept = 0;
  for (let row = 0; row < rows; row++) if (flags === null || flags[row] !== 0) positions[kept++] = row;
  return positions.subarray(0, kept);
}

function readSubset(slots: FoundSlots, kept: number): Uint32Array | null {
  const path = slots.path('rows/subset');
  if (path === undefined) return null;
  const array = openStored(path);
  if (array.shape[0] === kept) return null;
  const positions = Uint32Array.from(array.read());
  positions.forEach((position, i) => {
    if (position >= kept || (i > 0 && position <= positions[i - 1]!)) throw failure('corrupt-result', { path, reason: 'the sampled cells are not in order' });
  });
  return positions;
}

function gatherRows(all: ArrayNumbers, kept: Int32Array, width: number): ArrayNumbers {
  const out = makeFilled(all, kept.length * width, null);
  kept.forEach((row, i) => {
    for (let c = 0; c < width; c++) out[i * width + c] = all[row * width + c]!;
  });
  return out;
}

/** An array like `values`; whole-number kinds become float64 when NaN has to be held. */
function makeFilled(values: ArrayNumbers, length: number, fill: number | null): ArrayNumbers {
  if (values instanceof Float32Array) return fill === null ? new Float32Array(length) : new Float32Array(length).fill(fill);
  if (values instanceof Float64Array || Number.isNaN(fill)) return new Float64Array(length).fill(fill ?? 0);
  if (values instanceof Int32Array) return new Int32Array(length).fill(fill ?? 0);
  if (values instanceof Uint32Array) return new Uint32Array(length).fill(fill ?? 0);
  return new Uint8Array(length).fill(fill ?? 0);
}
