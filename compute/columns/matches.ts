/**
 * Counts the cells for which an expression holds: from column files and row pointers alone, a slice of rows at a time, so
 * that a plate of any size is asked without reading X and in bounded memory.
 */
import type { PlateMatches } from '../../protocol/jobs.ts';
import type { Where } from '../../protocol/where.ts';
import { readColumnFile, type ColumnRef, type ColumnValues } from './file.ts';
import type { RowPlaces } from './row-places.ts';
import { evaluateWhere } from './where.ts';

export interface MatchRequest {
  readonly rows: number;
  /** Every column that `where` reads and that `by` names. */
  readonly columns: ReadonlyMap<string, ColumnRef>;
  readonly where: Where | null;
  /** Columns of labels; numbers cannot be counted by. */
  readonly by: readonly string[];
  readonly places: RowPlaces;
  stopIfCancelled(): void;
}

/** Rows at a time: some 10 MB for each column of the expression. */
const sliceRows = 1_048_576;

export function countMatches(request: MatchRequest): PlateMatches {
  const by = request.by.filter((name) => request.columns.get(name)?.kind === 'codes');
  const groups = new Map<number | string, { key: readonly number[]; cells: number; stored: number }>();
  const sizes = by.map((name) => labelsOf(request.columns.get(name)!).length + 1);
  const fits = sizes.reduce((product, size) => product * size, 1) <= Number.MAX_SAFE_INTEGER;
  let cells = 0;
  let stored = 0;
  for (let start = 0; start < request.rows; start += sliceRows) {
    request.stopIfCancelled();
    const end = Math.min(request.rows, start + sliceRows);
    const read = new Map<string, ColumnValues>();
    const column = (name: string): ColumnValues => {
      const values = read.get(name) ?? readColumnFile(request.columns.get(name)!, start, end);
      read.set(name, values);
      return values;
    };
    const keep = request.where === null ? null : evaluateWhere(request.where, end - start, column);
    if (keep !== null && !keep.includes(1)) continue;
    const lengths = request.places.take(start, end, keep);
    const codes = by.map((name) => codesOf(column(name)));
    for (let row = 0; row < end - start; row++) {
      if (keep !== null && keep[row] === 0) continue;
      cells += 1;
      stored += lengths[row]!;
      // Codes of all columns in one number; -1, a missing label, becomes 0.
      let key: number | string = 0;
      if (fits) for (let i = 0; i < codes.length; i++) key = (key as number) * sizes[i]! + codes[i]![row]! + 1;
      else key = codes.map((list) => list[row]!).join();
      const group = groups.get(key);
      if (group) {
        group.cells += 1;
        group.stored += lengths[row]!;
      } else {
        groups.set(key, { key: codes.map((list) => list[row]!), cells: 1, stored: lengths[row]! });
      }
    }
  }
  const { bytes, touchedCells } = request.places.touched();
  return {
    cells, stored, bytes, touchedCells,
    groups: [...groups.values()].map((group) => ({
      labels: Object.fromEntries(by.map((name, i) => [name, labelsOf(request.columns.get(name)!)[group.key[i]!] ?? null])), cells: group.cells, stored: group.stored,
    })),
  };
}

const codesOf = (values: ColumnValues): Int32Array => (values.kind === 'codes' ? values.codes : new Int32Array(values.values.length).fill(-1));
const labelsOf = (ref: ColumnRef): readonly string[] => (ref.kind === 'codes' ? ref.categories : []);
