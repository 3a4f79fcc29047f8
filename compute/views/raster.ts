/**
 * Bins an embedding: counts of cells per square of a picture, of all and of the chosen ones, with the commonest label or the mean
 * of a column per square. One pass over positions and columns, a slice at a time; memory depends on the picture, not on the cells.
 */
import { everyCell, type CellChoice } from '../../protocol/cell-choice.ts';
import { failure } from '../../protocol/errors.ts';
import { nearNames } from '../../protocol/format.ts';
import type { Raster, RasterColor } from '../../protocol/raster-file.ts';
import { openStored, type StoredArray } from '../results/array.ts';
import type { CellSlice } from '../export/axis.ts';
import { openChoice } from './choice.ts';
import { openColumns, type CellColumn, type ColumnsRequest } from './columns.ts';
import { axisPrefix } from './points.ts';

export interface RasterRequest extends ColumnsRequest {
  readonly basis: string;
  readonly axes: readonly [number, number];
  readonly color: string | null;
  readonly width: number;
  readonly height: number;
  /** [x from, y from, x to, y to]; null covers all cells. */
  readonly region: readonly [number, number, number, number] | null;
  readonly choice?: CellChoice;
  readonly demo: boolean;
  readonly signal: AbortSignal;
}

/** Numbers in the table of labels per square; a picture with many labels is made in bands. */
const mostTallies = 32 * 2 ** 20;

/** @throws not-found, unknown-column, invalid-parameter, cancelled, corrupt-result. */
export async function rasterView(request: RasterRequest): Promise<Raster> {
  const { axis, slots, basis, axes, width, height } = request;
  const path = slots.path(`obsm/${basis}`);
  if (path === undefined) throw failure('not-found', { what: 'embedding', name: basis, near: nearNames(basis, slots.names('obsm')) });
  const embedding = openStored(path);
  const columns = embedding.shape[1] ?? 1;
  if (axes.some((column) => column >= columns)) {
    throw failure('invalid-parameter', { step: 'figure', parameter: 'axes', value: axes.map((column) => column + 1).join(', '), reason: `${basis} has ${columns} columns` });
  }
  const bounds = boundsOf(embedding, axes);
  const region = request.region ?? bounds;
  const color = request.color === null ? null : (await openColumns(request, [request.color]))[0]!;
  const choiceOf = await openChoice(request, request.choice ?? everyCell);
  const place = placer(region, width, height);
  const [all, chosen] = [new Uint32Array(width * height), choiceOf === null ? null : new Uint32Array(width * height)];
  const inside = new Int32Array(32_768);
  let chosenCells = 0;

  /** Calls back with the bins of the chosen cells that have a place: -1 outside the region. */
  const eachSlice = (visit: (slice: CellSlice, bins: Int32Array, flags: Uint8Array | null) => void): void => {
    for (let plate = 0; plate < axis.plates.length; plate++) {
      for (const slice of axis.slices(plate)) {
        if (request.signal.aborted) throw failure('cancelled', { step: 'figure' });
        if (slice.kept.length === 0) continue;
        const bins = slice.kept.length <= inside.length ? inside.subarray(0, slice.kept.length) : new Int32Array(slice.kept.length);
        place(axis.read(embedding, slice), columns, axes, bins);
        visit(slice, bins, choiceOf?.(slice) ?? null);
      }
    }
  };
  const shade = color === null ? null : color.kind === 'labels' ? labelShade(color, width * height) : numberShade(color, width * height);
  for (let pass = 0; pass < (shade?.passes ?? 1); pass++) {
    shade?.begin(pass);
    eachSlice((slice, bins, flags) => {
      if (pass === 0) chosenCells += countSlice(bins, flags, all, chosen);
      shade?.take(slice, bins, flags);
    });
    shade?.end();
  }
  const label = axisPrefix(basis);
  return {
    all, chosen: chosen ?? all, codes: shade?.codes ?? null, values: shade?.values ?? null,
    header: {
      truckeeRaster: 1, basis, axes: [`${label}${axes[0] + 1}`, `${label}${axes[1] + 1}`], width, height, region: [...region], bounds: [...bounds],
      placed: embedding.shape[0] ?? 0, chosen: chosenCells, cells: axis.kept, hasChoice: chosen !== null, color: shade?.color() ?? null, demo: request.demo,
    },
  };
}

/** Bin of a cell without a place, and of one whose place lies outside the picture. */
const noPlace = -2;
const outside = -1;

/** Counts a slice into the squares; returns how many of its chosen cells have a place. */
function countSlice(bins: Int32Array, flags: Uint8Array | null, all: Uint32Array, chosen: Uint32Array | null): number {
  let cells = 0;
  for (let i = 0; i < bins.length; i++) {
    const bin = bins[i]!;
    if (bin === noPlace) continue;
    if (bin >= 0) all[bin]!++;
    if (flags !== null && flags[i] === 0) continue;
    cells++;
    if (bin >= 0 && chosen !== null) chosen[bin]!++;
  }
  return cells;
}

/** Row 0 of the picture is its top. Cells on the far edges belong to the last bin. */
function placer([x0, y0, x1, y1]: readonly [number, number, number, number], width: number, height: number) {
  const [perX, perY] = [width / Math.max(x1 - x0, 1e-12), height / Math.max(y1 - y0, 1e-12)];
  return (values: ArrayLike<number>, columns: number, [a, b]: readonly [number, number], bins: Int32Array): void => {
    for (let i = 0, at = 0; i < bins.length; i++, at += columns) {
      const [x, y] = [values[at + a]!, values[at + b]!];
      if (x >= x0 && x <= x1 && y >= y0 && y <= y1) {
        const column = ((x - x0) * perX) | 0;
        const row = ((y1 - y) * perY) | 0;
        bins[i] = (row < height ? row : height - 1) * width + (column < width ? column : width - 1);
      } else bins[i] = x === x && y === y ? outside : noPlace;
    }
  };
}

interface Shade {
  readonly passes: number;
  readonly codes: Int32Array | null;
  readonly values: Float32Array | null;
  begin(pass: number): void;
  take(slice: CellSlice, bins: Int32Array, flags: Uint8Array | null): void;
  end(): void;
  color(): RasterColor;
}

function labelShade(column: CellColumn & { readonly kind: 'labels' }, squares: number): Shade {
  const labels = column.categories.length;
  const bandSquares = Math.max(1, Math.min(squares, Math.floor(mostTallies / Math.max(1, labels))));
  const codes = new Int32Array(squares).fill(-1);
  const tallies = new Uint32Array(bandSquares * labels);
  const counts = new Float64Array(labels);
  let missing = 0;
  let from = 0;
  return {
    passes: Math.max(1, Math.ceil(squares / bandSquares)), codes, values: null,
    begin(pass) {
      from = pass * bandSquares;
      tallies.fill(0);
    },
    take(slice, bins, flags) {
      const values = column.read(slice);
      const end = Math.min(squares, from + bandSquares);
      let unlabelled = 0;
      for (let i = 0; i < bins.length; i++) {
        const bin = bins[i]!;
        if (bin === noPlace || (flags !== null && flags[i] === 0)) continue;
        const code = values[i]!;
        if (code < 0) unlabelled++;
        else if (bin >= from && bin < end) tallies[(bin - from) * labels + code]!++;
        if (from === 0 && code >= 0) counts[code]!++;
      }
      if (from === 0) missing += unlabelled;
    },
    end() {
      for (let square = 0; square < bandSquares && from + square < squares; square++) {
        let most = 0;
        for (let code = 0; code < labels; code++) {
          const tally = tallies[square * labels + code]!;
          if (tally > most) [most, codes[from + square]] = [tally, code];
        }
      }
    },
    color: () => ({ kind: 'categories', column: column.name, categories: [...column.categories], counts: [...counts], missing }),
  };
}

function numberShade(column: CellColumn & { readonly kind: 'numbers' }, squares: number): Shade {
  const [sums, known, values] = [new Float64Array(squares), new Uint32Array(squares), new Float32Array(squares).fill(Number.NaN)];
  let [min, max, missing] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  return {
    passes: 1, codes: null, values,
    begin: () => undefined,
    take(slice, bins, flags) {
      const numbers = column.read(slice);
      for (let i = 0; i < bins.length; i++) {
        if (bins[i] === noPlace || (flags !== null && flags[i] === 0)) continue;
        const value = numbers[i]!;
        if (!Number.isFinite(value)) {
          missing += 1;
          continue;
        }
        if (value < min) min = value;
        if (value > max) max = value;
        const square = bins[i]!;
        if (square < 0) continue;
        sums[square]! += value;
        known[square]! += 1;
      }
    },
    end() {
      for (let square = 0; square < squares; square++) if (known[square]! > 0) values[square] = sums[square]! / known[square]!;
    },
    color: () => ({ kind: 'numbers', column: column.name, min: min <= max ? min : null, max: min <= max ? max : null, missing }),
  };
}

const boundsRows = 262_144;
/** Results never change: what was found once holds. */
const knownBounds = new Map<string, readonly [number, number, number, number]>();

function boundsOf(embedding: StoredArray, axes: readonly [number, number]): readonly [number, number, number, number] {
  const key = JSON.stringify([embedding.path, axes]);
  const bounds = knownBounds.get(key) ?? findBounds(embedding, axes);
  knownBounds.set(key, bounds);
  return bounds;
}

function findBounds(embedding: StoredArray, [a, b]: readonly [number, number]): [number, number, number, number] {
  const width = embedding.shape[1] ?? 1;
  let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let row = 0; row < (embedding.shape[0] ?? 0); row += boundsRows) {
    const values = embedding.read(row, row + boundsRows);
    for (let at = 0; at < values.length; at += width) {
      const [x, y] = [values[at + a]!, values[at + b]!];
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      if (x < x0) x0 = x;
      if (x > x1) x1 = x;
      if (y < y0) y0 = y;
      if (y > y1) y1 = y;
    }
  }
  return x0 <= x1 ? [x0, y0, x1, y1] : [-0.5, -0.5, 0.5, 0.5];
}
