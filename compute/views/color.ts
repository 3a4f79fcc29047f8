/** One obs column as the colour of drawn cells, with counts over every kept cell for the legend. */
import { failure } from '../../protocol/errors.ts';
import type { ViewColor } from '../../protocol/view-file.ts';
import { lowerBound, type CellSlice } from '../export/axis.ts';
import { openColumns, type CellColumn, type ColumnsRequest } from './columns.ts';

/** More labels than this are names, not groups. */
const mostCategories = 4096;

export interface PointColors {
  readonly color: ViewColor;
  readonly codes: Int32Array | null;
  readonly values: Float32Array | null;
}

/** `positions`: drawn cells among the kept ones, ascending. @throws unknown-column, invalid-parameter, cancelled. */
export async function colorOf(request: ColumnsRequest & { readonly signal: AbortSignal }, name: string, positions: Uint32Array): Promise<PointColors> {
  const { axis, signal } = request;
  const column = (await openColumns(request, [name]))[0]!;
  const sink = column.kind === 'labels' ? labelsSink(column, positions.length) : numbersSink(column, positions.length);
  for (let plate = 0; plate < axis.plates.length; plate++) {
    for (const slice of axis.slices(plate)) {
      if (signal.aborted) throw failure('cancelled', { step: 'figure' });
      sink.take(slice, positions, lowerBound(positions, slice.keptStart), lowerBound(positions, slice.keptStart + slice.kept.length));
    }
  }
  return sink.finish();
}

interface Sink {
  /** Drawn cells [from, to) lie in this slice. */
  take(slice: CellSlice, positions: Uint32Array, from: number, to: number): void;
  finish(): PointColors;
}

function numbersSink(column: CellColumn & { readonly kind: 'numbers' }, n: number): Sink {
  const drawn = new Float32Array(n);
  let [min, max, missing] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  return {
    take(slice, positions, from, to) {
      const values = column.read(slice);
      for (let i = 0; i < slice.kept.length; i++) {
        const value = values[i]!;
        if (Number.isNaN(value)) missing += 1;
        else if (Number.isFinite(value)) {
          if (value < min) min = value;
          if (value > max) max = value;
        }
      }
      for (let point = from; point < to; point++) drawn[point] = values[positions[point]! - slice.keptStart]!;
    },
    finish: () => ({
      color: { kind: 'numbers', column: column.name, min: min <= max ? min : null, max: min <= max ? max : null, missing }, codes: null, values: drawn,
    }),
  };
}

/** Of texts only those that kept cells say become categories, in order of first appearance. */
function labelsSink(column: CellColumn & { readonly kind: 'labels' }, n: number): Sink {
  const counts = new Float64Array(column.categories.length);
  const drawn = new Int32Array(n);
  const seen: number[] = [];
  let missing = 0;
  return {
    take(slice, positions, from, to) {
      const codes = column.read(slice);
      for (const code of codes) {
        if (code < 0) missing += 1;
        else if (counts[code]!++ === 0) seen.push(code);
      }
      for (let point = from; point < to; point++) drawn[point] = codes[positions[point]! - slice.keptStart]!;
    },
    finish() {
      const order = column.texts ? seen : column.categories.map((_, code) => code);
      if (order.length > mostCategories) {
        throw failure('invalid-parameter', { step: 'figure', parameter: 'color', value: column.name, reason: `it has more than ${mostCategories} different labels` });
      }
      const places = new Map(order.map((code, place) => [code, place]));
      const codes = column.texts ? drawn.map((code) => (code < 0 ? -1 : places.get(code)!)) : drawn;
      return {
        color: { kind: 'categories', column: column.name, categories: order.map((code) => column.categories[code]!), counts: order.map((code) => counts[code]!), missing }, codes, values: null,
      };
    },
  };
}
