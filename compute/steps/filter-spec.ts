/** The filter step's parameters as rules that can be applied to a run of cells anywhere. */
import { columnsOf, parseWhere } from '../../protocol/where.ts';
import { filterRules, levelColumn, limitColumn, type FilterRule } from '../../steps/filter.rules.ts';
import type { FilterParams } from '../../steps/filter.ts';
import type { FilterSpec } from '../columns/row-filter.ts';

/** Null parameters mean a recipe without a filter step: everything is kept. */
export function filterSpecOf(params: FilterParams | null): FilterSpec {
  if (!params) return { level: null, where: null, limits: {} };
  const limits: Partial<Record<FilterRule, number>> = {};
  for (const rule of filterRules) {
    if (rule === 'level' || rule === 'where') continue;
    const value = params[rule];
    if (value !== null) limits[rule] = value;
  }
  return {
    level: params.level === null ? null : { column: levelColumn, value: params.level },
    where: params.where === null ? null : parseWhere(params.where),
    limits,
  };
}

/** Every obs column the rules read. */
export function columnsRead(params: FilterParams): string[] {
  const names = new Set<string>();
  if (params.level !== null) names.add(levelColumn);
  if (params.where !== null) for (const name of columnsOf(parseWhere(params.where))) names.add(name);
  for (const [rule, column] of Object.entries(limitColumn)) {
    if (params[rule as keyof typeof limitColumn] !== null) names.add(column);
  }
  return [...names];
}

/** Those of them that come from the files, not from a computed metric. */
export function storedColumnsOf(params: FilterParams, computed: readonly string[]): string[] {
  return columnsRead(params).filter((name) => !computed.includes(name));
}
