/** What is known of the cells of registered files without opening them: labels of obs columns, cells per condition. */
import { doseKey, isControl, labelKey } from '../../protocol/labels.ts';
import type { CellGroup, PlateIndex } from '../../protocol/jobs.ts';
import { parseTreatment } from '../../protocol/treatment.ts';
import type { Catalog } from './schema.ts';
import { storedLabels } from './stored-json.ts';

/** Replaces what was known of a dataset. */
export function saveIndex(db: Catalog, dataset: string, index: PlateIndex): void {
  db.prepare('DELETE FROM dataset_columns WHERE dataset = ?').run(dataset);
  db.prepare('DELETE FROM dataset_groups WHERE dataset = ?').run(dataset);
  const column = db.prepare('INSERT OR REPLACE INTO dataset_columns (dataset, name, kind, labels) VALUES (?, ?, ?, ?)');
  for (const { name, kind, labels } of index.columns) column.run(dataset, name, kind, labels === null ? null : JSON.stringify(labels));
  // A file with both names and ids of its lines teaches the catalog lines that no imported table has.
  const line = db.prepare('INSERT OR IGNORE INTO cell_lines (line, name) VALUES (?, ?)');
  for (const { labels } of index.groups) if (labels['cell_line'] && labels['cell_name']) line.run(labelKey(labels['cell_line']), labelKey(labels['cell_name']));
  const lines = lineIds(db);
  const group = db.prepare(`INSERT INTO dataset_groups (dataset, plate, sample, drug, dose, unit, line, cells, full_cells, stored)
    VALUES (@dataset, @plate, @sample, @drug, @dose, @unit, @line, @cells, @fullCells, @stored)`);
  for (const row of conditionsOf(index.groups, dataset, lines)) group.run({ dataset, ...row });
}

export interface GroupRow {
  readonly plate: string;
  readonly sample: string;
  readonly drug: string;
  readonly dose: number | null;
  readonly unit: string | null;
  readonly line: string;
  readonly cells: number;
  /** Cells of the strict filter level; null where the file has none. */
  readonly fullCells: number | null;
  readonly stored: number;
}

/** Filter levels brought together, labels turned into keys; `dataset` stands in for a missing plate. */
export function conditionsOf(groups: readonly CellGroup[], dataset: string, lines: ReadonlyMap<string, string>): GroupRow[] {
  const found = new Map<string, GroupRow & { cells: number; fullCells: number | null; stored: number }>();
  for (const { labels, cells, stored } of groups) {
    const treatment = parseTreatment(labels['drugname_drugconc'] ?? '');
    const single = treatment?.length === 1 ? treatment[0]! : null;
    const drug = labelKey(labels['drug'] ?? single?.drug ?? '');
    const lineLabel = labelKey(labels['cell_line'] ?? labels['cell_name'] ?? '');
    const row = {
      plate: labelKey(labels['plate'] ?? dataset), sample: labels['sample'] ?? '', drug, dose: single ? doseKey(single.dose) : isControl(drug) ? 0 : null,
      unit: single?.unit ?? null, line: lines.get(lineLabel) ?? lineLabel,
    };
    const full = labels['pass_filter'] === undefined ? null : labels['pass_filter'] === 'full' ? cells : 0;
    const key = JSON.stringify(row);
    const known = found.get(key);
    if (known) {
      known.cells += cells;
      known.stored += stored;
      if (full !== null) known.fullCells = (known.fullCells ?? 0) + full;
    } else {
      found.set(key, { ...row, cells, stored, fullCells: full });
    }
  }
  return [...found.values()];
}

/** Names and ids of lines -> Cellosaurus id. */
export function lineIds(db: Catalog): Map<string, string> {
  const rows = db.prepare<[], { line: string; name: string }>('SELECT line, name FROM cell_lines').all();
  return new Map(rows.flatMap(({ line, name }) => [[line, line], [name, line]] as [string, string][]));
}

/** Column name -> its labels; null for a column without a list of labels. */
export function datasetColumns(db: Catalog, dataset: string): Map<string, readonly string[] | null> {
  const rows = db.prepare<[string], { name: string; labels: string | null }>('SELECT name, labels FROM dataset_columns WHERE dataset = ?').all(dataset);
  return new Map(rows.map(({ name, labels }) => [name, labels === null ? null : storedLabels(db, labels)]));
}

/** Conditions counted in a registered file, as splits and comparisons need them. */
export function datasetGroups(db: Catalog, dataset: string): GroupRow[] {
  return db.prepare<[string], GroupRow>(
    'SELECT plate, sample, drug, dose, unit, line, cells, full_cells AS fullCells, stored FROM dataset_groups WHERE dataset = ? ORDER BY rowid',
  ).all(dataset);
}
