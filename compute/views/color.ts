/** One obs column as the colour of drawn cells, with counts over every kept cell for the legend. */
import { failure } from '../../protocol/errors.ts';
import { nearNames } from '../../protocol/format.ts';
import type { ViewColor } from '../../protocol/view-file.ts';
import type { CellAxis } from '../export/axis.ts';
import { lowerBound } from '../export/axis.ts';
import { planObs, type ObsColumn } from '../export/obs-plan.ts';
import { obsRows, type ObsValues } from '../export/obs-rows.ts';
import type { FoundSlots } from '../results/slots.ts';

/** More labels than this are names, not groups. */
const mostCategories = 4096;

export interface PointColors {
  readonly color: ViewColor;
  readonly codes: Int32Array | null;
  readonly values: Float32Array | null;
}

/** `positions`: drawn cells among the kept ones, ascending. @throws unknown-column, invalid-parameter, cancelled. */
export async function colorOf(axis: CellAxis, slots: FoundSlots, name: string, positions: Uint32Array, signal: AbortSignal): Promise<PointColors> {
  const column = await findColumn(axis, slots, name);
  const sink = column.kind === 'number' && column.dtype !== 'bool' ? numbersSink(name, positions.length) : labelsSink(column, positions.length);
  for await (const { slice, values } of obsRows(axis, [column], false)) {
    if (signal.aborted) throw failure('cancelled', { step: 'figure' });
    const from = lowerBound(positions, slice.keptStart);
    const to = lowerBound(positions, slice.keptStart + slice.kept.length);
    sink.count(values[0]!);
    for (let point = from; point < to; point++) sink.point(point, positions[point]! - slice.keptStart, values[0]!);
  }
  return sink.finish();
}

async function findColumn(axis: CellAxis, slots: FoundSlots, name: string): Promise<ObsColumn> {
  const plan = await planObs(axis, slots, [name]);
  const found = plan.columns.find((column) => column.name === name);
  if (found) return found;
  const all = (await planObs(axis, slots)).columns.map((column) => column.name);
  throw failure('unknown-column', { column: name, near: nearNames(name, all), where: 'the cells of this run' });
}

interface Sink {
  count(values: ObsValues): void;
  point(point: number, row: number, values: ObsValues): void;
  finish(): PointColors;
}

function numbersSink(column: string, n: number): Sink {
  const drawn = new Float32Array(n);
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let missing = 0;
  return {
    count(values) {
      for (const value of values as Float64Array) {
        if (Number.isNaN(value)) missing += 1;
        else if (Number.isFinite(value)) {
          min = Math.min(min, value);
          max = Math.max(max, value);
        }
      }
    },
    point: (point, row, values) => void (drawn[point] = Number(values[row])),
    finish: () => ({
      color: { kind: 'numbers', column, min: min <= max ? min : null, max: min <= max ? max : null, missing }, codes: null, values: drawn,
    }),
  };
}

/** Categories, flags and texts; texts become categories in order of first appearance. */
function labelsSink(column: ObsColumn, n: number): Sink {
  const categories: string[] = column.kind === 'categorical' ? [...column.categories] : column.kind === 'number' ? ['False', 'True'] : [];
  const known = new Map(categories.map((label, code) => [label, code]));
  const counts = categories.map(() => 0);
  const drawn = new Int32Array(n);
  let missing = 0;
  const codeOf = (value: string | number): number => {
    if (typeof value === 'number') return value;
    if (value === '') return -1;
    const code = known.get(value);
    if (code !== undefined) return code;
    known.set(value, categories.length);
    counts.push(0);
    if (categories.length >= mostCategories) {
      throw failure('invalid-parameter', { step: 'figure', parameter: 'color', value: column.name, reason: `it has more than ${mostCategories} different labels` });
    }
    return categories.push(value) - 1;
  };
  return {
    count(values) {
      for (const value of values) {
        const code = codeOf(value);
        if (code < 0) missing += 1;
        else counts[code]! += 1;
      }
    },
    point: (point, row, values) => void (drawn[point] = codeOf(values[row]!)),
    finish: () => ({ color: { kind: 'categories', column: column.name, categories, counts, missing }, codes: drawn, values: null }),
  };
}
