import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseWhere } from '../../protocol/where.ts';
import { filterRules } from '../../steps/filter.rules.ts';
import type { ColumnValues } from './file.ts';
import { applyFilter, type FilterSpec } from './row-filter.ts';

interface Cell {
  readonly level: string | null;
  readonly counts: number;
  readonly genes: number;
  readonly pct: number;
}

const levels = ['full', 'minimal'];
const cell = fc.record({
  level: fc.option(fc.constantFrom(...levels)), counts: fc.integer({ min: 0, max: 30 }), genes: fc.integer({ min: 0, max: 10 }),
  pct: fc.oneof(fc.constant(NaN), fc.integer({ min: 0, max: 1000 }).map((n) => Math.fround(n / 10))),
});
const limits = fc.record({
  min_counts: fc.integer({ min: 0, max: 15 }), max_counts: fc.integer({ min: 10, max: 30 }), min_genes: fc.integer({ min: 0, max: 5 }),
  max_genes: fc.integer({ min: 3, max: 10 }), max_pct_mt: fc.integer({ min: 0, max: 1000 }).map((n) => n / 10),
}, { requiredKeys: [] });
const spec = fc.record({
  level: fc.option(fc.constant({ column: 'pass_filter', value: 'full' })), where: fc.option(fc.constant(parseWhere('total_counts != 7'))), limits,
});

function columnsOf(cells: readonly Cell[]): Readonly<Record<string, ColumnValues>> {
  return {
    pass_filter: { kind: 'codes', codes: Int32Array.from(cells, (c) => (c.level === null ? -1 : levels.indexOf(c.level))), categories: levels },
    total_counts: { kind: 'number', values: Float64Array.from(cells, (c) => c.counts) },
    n_genes_by_counts: { kind: 'number', values: Int32Array.from(cells, (c) => c.genes) },
    pct_counts_mt: { kind: 'number', values: Float32Array.from(cells, (c) => c.pct) },
  };
}

/** The rules in their order, in plain words. */
function firstFailure(c: Cell, { level, where, limits: l }: FilterSpec): string | null {
  if (level && c.level !== level.value) return 'level';
  if (where && c.counts === 7) return 'where';
  if (l.min_counts !== undefined && c.counts < l.min_counts) return 'min_counts';
  if (l.max_counts !== undefined && c.counts > l.max_counts) return 'max_counts';
  if (l.min_genes !== undefined && c.genes < l.min_genes) return 'min_genes';
  if (l.max_genes !== undefined && c.genes > l.max_genes) return 'max_genes';
  if (l.max_pct_mt !== undefined && !(c.pct <= Math.fround(l.max_pct_mt))) return 'max_pct_mt';
  return null;
}

test('each cell falls to the first rule it breaks, and none else is kept', () => {
  fc.assert(fc.property(fc.array(cell, { maxLength: 40 }), spec, (cells, rules) => {
    const columns = columnsOf(cells);
    const { keep, removed } = applyFilter(rules, cells.length, (name) => columns[name]!);
    const failures = cells.map((c) => firstFailure(c, rules));
    expect([...keep]).toEqual(failures.map((failure) => Number(failure === null)));
    expect([...removed]).toEqual(filterRules.map((rule) => failures.filter((failure) => failure === rule).length));
  }));
});

test('columns that no rule reads are not asked for', () => {
  const asked: string[] = [];
  const lookup = (name: string): ColumnValues => {
    asked.push(name);
    return { kind: 'number', values: Float64Array.of(1, 2) };
  };
  applyFilter({ level: null, where: null, limits: { min_genes: 1 } }, 2, lookup);
  expect(asked).toEqual(['n_genes_by_counts']);
});
