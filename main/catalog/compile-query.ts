/**
 * A query as one where-expression over obs columns: names become the labels that files really hold (blanks included), so
 * that the same expression filters cells, stands in a recipe, and reads the same in an exported notebook.
 */
import { doseKey, labelKey } from '../../protocol/labels.ts';
import type { Query } from '../../protocol/query.ts';
import { parseTreatment } from '../../protocol/treatment.ts';
import { columnsOf, parseWhere } from '../../protocol/where.ts';
import { datasetColumns, lineIds } from './dataset-index.ts';
import type { ResolvedQuery } from './resolve-query.ts';
import type { Catalog } from './schema.ts';

export interface CompiledQuery {
  /** Null: every cell of the chosen datasets. */
  readonly where: string | null;
  /** Datasets that can hold a fitting cell, in the order given. */
  readonly datasets: readonly string[];
  /** Datasets left out, with the reason. */
  readonly left: readonly { readonly dataset: string; readonly reason: string }[];
}

interface Choice {
  readonly column: string;
  readonly labels: readonly string[];
}

export function compileQuery(db: Catalog, query: Query, resolved: ResolvedQuery, datasets: readonly string[]): CompiledQuery {
  const lines = lineIds(db);
  const union = new Map<string, Set<string>>();
  const kept: string[] = [];
  const left: { dataset: string; reason: string }[] = [];
  for (const dataset of datasets) {
    const choices = choicesIn(datasetColumns(db, dataset), dataset, query, resolved, lines);
    if (typeof choices === 'string') {
      left.push({ dataset, reason: choices });
      continue;
    }
    kept.push(dataset);
    for (const { column, labels } of choices) {
      const all = union.get(column) ?? new Set<string>();
      union.set(column, all);
      for (const label of labels) all.add(label);
    }
  }
  const parts = [...union].map(([column, labels]) => inList(column, [...labels]));
  if (query.where !== undefined) parts.push(parts.length > 0 ? `(${query.where})` : query.where);
  return { where: parts.length > 0 ? parts.join(' and ') : null, datasets: kept, left };
}

/** The labels to look for in each column of one dataset, or why none of its cells can fit. */
function choicesIn(columns: ReadonlyMap<string, readonly string[] | null>, dataset: string, query: Query, resolved: ResolvedQuery, lines: ReadonlyMap<string, string>): Choice[] | string {
  const choices: Choice[] = [];
  const choose = (column: string, fits: (label: string) => boolean): string | null => {
    const labels = columns.get(column);
    if (!labels) return `it has no obs column '${column}' with labels`;
    const found = labels.filter(fits);
    if (found.length === 0) return `nothing in its column '${column}' fits`;
    choices.push({ column, labels: found });
    return null;
  };
  const among = (column: string, wanted: readonly string[] | null): string | null => {
    if (!wanted) return null;
    const keys = new Set(wanted.map(labelKey));
    return choose(column, (label) => keys.has(labelKey(label)));
  };
  const drugs = resolved.drugs === null ? null : new Set(resolved.drugs);
  const doses = resolved.doses === null ? null : new Set(resolved.doses);
  const reasons = [
    among('drug', resolved.drugs),
    doses === null ? null : choose('drugname_drugconc', (label) => (parseTreatment(label) ?? []).some(({ drug, dose }) => doses.has(doseKey(dose)) && (drugs?.has(labelKey(drug)) ?? true))),
    lineReason(columns, resolved, lines, choose),
    resolved.plates !== null && !columns.get('plate') && resolved.plates.includes(dataset) ? null : among('plate', resolved.plates),
    among('sample', resolved.samples), among('phase', resolved.phases), among('pass_filter', resolved.levels),
  ];
  const unknown = query.where === undefined ? [] : columnsOf(parseWhere(query.where)).filter((name) => !columns.has(name));
  if (unknown.length > 0) reasons.push(`it has no obs column '${unknown[0]!}'`);
  return reasons.find((reason) => reason !== null) ?? choices;
}

function lineReason(columns: ReadonlyMap<string, readonly string[] | null>, resolved: ResolvedQuery, lines: ReadonlyMap<string, string>, choose: (column: string, fits: (label: string) => boolean) => string | null): string | null {
  if (resolved.lines === null) return null;
  const wanted = new Set(resolved.lines);
  const column = columns.get('cell_line') ? 'cell_line' : 'cell_name';
  return choose(column, (label) => wanted.has(lines.get(labelKey(label)) ?? labelKey(label)));
}

const plainName = /^[\p{L}_][\p{L}\p{N}_.]*$/u;

function inList(column: string, labels: readonly string[]): string {
  const name = plainName.test(column) ? column : `\`${column.replaceAll(/[`\\]/g, String.raw`\$&`)}\``;
  return `${name} in [${labels.map((label) => `'${label.replaceAll(/['\\]/g, String.raw`\$&`)}'`).join(', ')}]`;
}
