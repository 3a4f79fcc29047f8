/**
 * The filter step's rules for one run of cells. The same code decides inside the first streamed pass (where metrics have
 * just been computed) and later from stored columns, so both always agree.
 */
import type { Where } from '../../protocol/where.ts';
import { filterRules, limitColumn, type FilterRule } from '../../steps/filter.rules.ts';
import type { ColumnValues } from './file.ts';
import { evaluateWhere, type ColumnLookup } from './where.ts';

/** Structured-cloneable: limits that are set, and the columns that expressions read. */
export interface FilterSpec {
  readonly level: { readonly column: string; readonly value: string } | null;
  readonly where: Where | null;
  readonly limits: Readonly<Partial<Record<FilterRule, number>>>;
}

export interface FilterOutcome {
  /** One byte per row. */
  readonly keep: Uint8Array;
  /** Cells removed by each rule, in the order of filterRules; a cell counts under the first rule that removes it. */
  readonly removed: Int32Array;
}

export function applyFilter(spec: FilterSpec, rows: number, column: ColumnLookup): FilterOutcome {
  const keep = new Uint8Array(rows).fill(1);
  const removed = new Int32Array(filterRules.length);
  filterRules.forEach((rule, at) => {
    const passes = ruleTest(spec, rule, rows, column);
    if (!passes) return;
    for (let i = 0; i < rows; i++) {
      if (keep[i] === 1 && !passes(i)) {
        keep[i] = 0;
        removed[at]! += 1;
      }
    }
  });
  return { keep, removed };
}

function ruleTest(spec: FilterSpec, rule: FilterRule, rows: number, column: ColumnLookup): ((row: number) => boolean) | null {
  if (rule === 'level') {
    if (!spec.level) return null;
    const mask = evaluateWhere({ kind: 'compare', column: spec.level.column, op: '==', value: spec.level.value }, rows, column);
    return (row) => mask[row] === 1;
  }
  if (rule === 'where') {
    if (!spec.where) return null;
    const mask = evaluateWhere(spec.where, rows, column);
    return (row) => mask[row] === 1;
  }
  const limit = spec.limits[rule];
  if (limit === undefined) return null;
  const values = numbers(column(limitColumn[rule]));
  // Shares are stored in single precision: a limit of 15.1 must not drop a cell of exactly 15.1 %.
  const share = values instanceof Float32Array ? Math.fround(limit) : limit;
  switch (rule) {
    case 'min_counts':
    case 'min_genes':
      return (row) => values[row]! >= limit;
    case 'max_counts':
    case 'max_genes':
      return (row) => values[row]! <= limit;
    case 'max_pct_mt':
      // An empty cell has no share at all (NaN) and is removed, as obs['pct_counts_mt'] <= limit does in pandas.
      return (row) => values[row]! <= share;
    default:
      return rule satisfies never;
  }
}

function numbers(column: ColumnValues): Float64Array | Float32Array | Int32Array {
  if (column.kind === 'number') return column.values;
  return Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : Number(column.categories[code])));
}
