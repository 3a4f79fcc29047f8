/**
 * Answers a query from the condition table alone: no file is opened. Counts are exact for the released files; nonzeros come
 * from the samples' mean genes per cell, bytes and seconds from figures of the published files.
 */
import { failure } from '../../protocol/errors.ts';
import type { Query, QueryAnswer, QueryCondition, QueryPlate, QuerySample } from '../../protocol/query.ts';
import { parseWhere } from '../../protocol/where.ts';
import { comparePlates } from './atlas.ts';
import { resolveQuery, type ResolvedQuery } from './resolve-query.ts';
import type { Catalog } from './schema.ts';
import { cellColumnsOf, whereSql } from './where-sql.ts';

/** 314 GB of released h5ad files over some 1.456e11 stored values. */
const fileBytesPerNonzero = 2.157;
/** Cells that share a chunk of X in the released files (40 to 110). */
const cellsPerChunk = 75;
/** Cells of gzip h5ad that one core reads per second. */
export const cellsPerCoreSecond = 55_000;

interface Found extends QueryCondition { readonly sample_share: number }

/** @throws needs-plates, no-catalog, not-found, bad-expression */
export function queryConditions(db: Catalog, query: Query, workspace: string, cores: number): QueryAnswer {
  const needed = [...(query.phase ? ['phase'] : []), ...(query.level ? ['pass_filter'] : []), ...(query.where ? cellColumnsOf(parseWhere(query.where)) : [])];
  if (needed.length > 0) throw failure('needs-plates', { columns: [...new Set(needed)] });
  if (db.prepare('SELECT 1 FROM conditions LIMIT 1').get() === undefined) throw failure('no-catalog', { workspace });
  const resolved = resolveQuery(db, query);
  const conditions = findConditions(db, query, resolved);
  const plates = platesOf(db, conditions);
  const notes = [...resolved.notes];
  if (conditions.length === 0) notes.push('no condition fits all of this together');
  if (resolved.samples) notes.push('where several samples share a treatment, its cells are taken as evenly divided between them');
  const touched = plates.reduce((n, plate) => n + plate.touchedCells, 0);
  return {
    ok: true, definition: definitionOf(db), estimated: true,
    cells: sum(conditions, (row) => row.cells), nonzeros: sum(conditions, (row) => row.nonzeros), bytes: sum(plates, (row) => row.bytes), file_bytes: sum(plates, (row) => row.file_bytes),
    seconds: touched / (cellsPerCoreSecond * Math.max(1, cores)),
    plates: plates.map(({ plate, dataset, cells, nonzeros, bytes, file_bytes }) => ({ plate, dataset, cells, nonzeros, bytes, file_bytes })),
    samples: samplesOf(db, conditions, resolved),
    conditions: conditions.map(({ plate, drug, dose, line, line_name, cells, nonzeros }) => ({ plate, drug, dose, line, line_name, cells, nonzeros })),
    notes,
  };
}

/** What the condition table counts: the released cells of the atlas, or those of a table of cells that was imported. */
function definitionOf(db: Catalog): QueryAnswer['definition'] {
  const from = db.prepare<[], { kind: string; file: string }>("SELECT kind, file FROM imports WHERE kind IN ('conditions', 'cells') ORDER BY kind = 'cells'").get();
  return from?.kind === 'cells' ? `cells listed in ${from.file}` : 'released';
}

function findConditions(db: Catalog, query: Query, resolved: ResolvedQuery): Found[] {
  const clauses: string[] = [];
  const values: (string | number)[] = [];
  const among = (column: string, list: readonly (string | number)[] | null): void => {
    if (list === null) return;
    clauses.push(`${column} IN (SELECT value FROM json_each(?))`);
    values.push(JSON.stringify(list));
  };
  among('c.drug', resolved.drugs);
  among('c.line', resolved.lines);
  among('c.plate', resolved.plates);
  among('c.dose', resolved.doses);
  let share = '1.0';
  if (resolved.samples) {
    // The chosen samples' part of all samples with the same treatment on the same plate.
    share = `(SELECT 1.0 * sum(s.sample IN (SELECT value FROM json_each(?))) / count(*) FROM samples s WHERE s.plate = c.plate AND s.drug = c.drug AND s.dose = c.dose)`;
    values.unshift(JSON.stringify(resolved.samples));
    clauses.push(`EXISTS (SELECT 1 FROM samples s WHERE s.plate = c.plate AND s.drug = c.drug AND s.dose = c.dose AND s.sample IN (SELECT value FROM json_each(?)))`);
    values.push(JSON.stringify(resolved.samples));
  }
  if (query.where !== undefined) {
    const where = whereSql(parseWhere(query.where));
    clauses.push(where.sql);
    values.push(...where.values);
  }
  const rows = db.prepare<unknown[], Found>(
    `SELECT c.plate, c.drug, c.dose, c.line, coalesce(l.name, c.line) AS line_name, c.cells, c.nonzeros, ${share} AS sample_share
     FROM conditions c LEFT JOIN cell_lines l ON l.line = c.line ${clauses.length > 0 ? `WHERE ${clauses.join(' AND ')}` : ''}`,
  ).all(...values);
  return rows
    .map((row) => ({ ...row, cells: Math.round(row.cells * row.sample_share), nonzeros: Math.round(row.nonzeros * row.sample_share) }))
    .sort((a, b) => comparePlates(a.plate, b.plate) || order(a.drug, b.drug) || a.dose! - b.dose! || order(a.line_name, b.line_name));
}

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function platesOf(db: Catalog, conditions: readonly Found[]): (QueryPlate & { readonly touchedCells: number })[] {
  const totals = new Map(
    db.prepare<[], { plate: string; cells: number; nonzeros: number }>("SELECT name AS plate, cells, nonzeros FROM condition_totals WHERE axis = 'plate'").all().map((row) => [row.plate, row]),
  );
  return [...Map.groupBy(conditions, (row) => row.plate)].map(([plate, rows]) => {
    const total = totals.get(plate)!;
    const cells = sum(rows, (row) => row.cells);
    const fileBytes = Math.round(total.nonzeros * fileBytesPerNonzero);
    // A chunk is read when any of its cells is wanted; samples recur all over the plate.
    const touched = 1 - (1 - Math.min(1, cells / total.cells)) ** cellsPerChunk;
    return {
      plate, dataset: null, cells, nonzeros: sum(rows, (row) => row.nonzeros), bytes: Math.round(fileBytes * touched), file_bytes: fileBytes, touchedCells: total.cells * touched,
    };
  });
}

function samplesOf(db: Catalog, conditions: readonly Found[], resolved: ResolvedQuery): QuerySample[] {
  const find = db.prepare<[string, string, number | null], Omit<QuerySample, 'cells'>>(
    'SELECT sample, plate, drug, dose, unit FROM samples WHERE plate = ? AND drug = ? AND dose = ? ORDER BY sample',
  );
  return [...Map.groupBy(conditions, (row) => `${row.plate}\t${row.drug}\t${row.dose}`).values()].flatMap((rows) => {
    const { plate, drug, dose } = rows[0]!;
    const all = find.all(plate, drug, dose);
    const chosen = resolved.samples ? all.filter(({ sample }) => resolved.samples!.includes(sample)) : all;
    return chosen.map((sample) => ({ ...sample, cells: all.length === 1 ? sum(rows, (row) => row.cells) : null }));
  });
}

function sum<T>(rows: readonly T[], of: (row: T) => number): number {
  return rows.reduce((total, row) => total + of(row), 0);
}
