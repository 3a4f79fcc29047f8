/** `truckee catalog import`: finds the tables in a folder, reads them, and replaces the catalog's in one transaction. */
import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { failure, systemFailure, toErrorData, type ErrorData } from '../../protocol/errors.ts';
import { isControl } from '../../protocol/labels.ts';
import type { Catalog } from '../catalog/schema.ts';
import { forgetImport, recordImport, replaceConditions, replaceDrugs, replaceGenes, replaceLines, replaceSamples, settleConditions } from '../catalog/write-atlas.ts';
import { conditionRow, drugRow, geneRow, labelFinding, lineRows, sampleRow, type LabelFinding } from './atlas-rows.ts';
import { cellColumns, foldCells, type NamedColumns } from './cell-tables.ts';
import type { TableFile, TableRow } from './tables/contract.ts';
import { importOrder, kindOf, type TableKind } from './tables/kinds.ts';
import { isTableName, openTable } from './tables/open.ts';

export interface ImportedTable { readonly kind: TableKind | 'cells'; readonly file: string; readonly rows: number }

export interface ImportReport {
  readonly imported: readonly ImportedTable[];
  /** Files that were left alone, with the reason. */
  readonly skipped: readonly { readonly file: string; readonly reason: string }[];
  /** Labels with blanks at their ends and the like: matched by their key, kept as they are. */
  readonly labels: readonly LabelFinding[];
  /** Treatments that could not be read. */
  readonly flaws: readonly { readonly sample: string; readonly reason: string }[];
  /** Drug labels joined with the drug table: how many have metadata, and which have none. */
  readonly join: { readonly drugs: number; readonly controls: number; readonly matched: number; readonly unmatched: readonly string[] };
}

/** Rows of one kind at most: the catalog holds conditions, never cells. */
const mostRows = 500_000;

export interface ImportOptions {
  readonly signal?: AbortSignal;
  /** What columns of a table of cells mean, where their names do not say it. */
  readonly columns?: NamedColumns;
}

/** @throws file-not-found, bad-table, no-tables when a folder has none of them */
export async function importAtlas(catalog: Catalog, folder: string, { signal, columns = {} }: ImportOptions = {}): Promise<ImportReport> {
  const root = resolve(folder);
  const skipped: { file: string; reason: string }[] = [];
  const { found, cells } = await findTables(root, skipped, columns);
  if (found.size === 0 && cells === null) throw failure('no-tables', { path: root, reason: skipped.slice(0, 3).map(({ file, reason }) => `${file}: ${reason}`).join('; ') });
  const rows = new Map<TableKind, TableRow[]>();
  const digests = new Map<TableKind, string>();
  for (const [kind, table] of found) {
    rows.set(kind, await readAll(table, signal));
    digests.set(kind, await digestOf(table.path));
  }
  const folded = cells === null ? null : await foldCells(cells.table, cells.columns, lineNames(catalog, rows.get('cell_lines')), signal);
  const labels = new Map<string, LabelFinding>(folded?.labels.map((one) => [one.label, one]));
  for (const list of rows.values()) {
    for (const row of list) {
      for (const column of ['drug', 'cell_name', 'plate']) {
        const finding = labelFinding(row, column);
        if (finding) labels.set(finding.label, finding);
      }
    }
  }
  const cellsDigest = cells === null ? null : await digestOf(cells.table.path);
  const imported: ImportedTable[] = [];
  // One transaction: a reader never sees drugs of one release with counts of another, and a failure changes nothing.
  catalog.transaction(() => {
    for (const kind of importOrder) {
      const table = found.get(kind);
      if (!table) continue;
      const written = writeKind(catalog, kind, rows.get(kind)!, table.path);
      imported.push({ kind, file: basename(table.path), rows: written });
      recordImport(catalog, { kind, file: basename(table.path), digest: digests.get(kind)!, rows: written, importedAt: new Date().toISOString() });
    }
    if (cells !== null && folded !== null) {
      // A table of conditions or samples says the same with authority.
      if (!found.has('conditions')) {
        replaceConditions(catalog, folded.conditions);
        forgetImport(catalog, 'conditions');
      }
      if (!found.has('samples') && folded.samples.length > 0) replaceSamples(catalog, folded.samples);
      const file = basename(cells.table.path);
      imported.push({ kind: 'cells', file, rows: folded.cells });
      recordImport(catalog, { kind: 'cells', file, digest: cellsDigest!, rows: folded.cells, importedAt: new Date().toISOString() });
    }
    settleConditions(catalog);
  }).immediate();
  return { imported, skipped, labels: [...labels.values()], flaws: flawsOf(catalog), join: joinReport(catalog) };
}

interface FoundTables { readonly found: Map<TableKind, TableFile>; readonly cells: { readonly table: TableFile; readonly columns: NamedColumns } | null }

async function findTables(root: string, skipped: { file: string; reason: string }[], named: NamedColumns): Promise<FoundTables> {
  let names: string[];
  try {
    names = statSync(root).isDirectory() ? readdirSync(root).sort() : [''];
  } catch (cause) {
    throw systemFailure(cause, root) ?? cause;
  }
  const found = new Map<TableKind, TableFile>();
  let cells: FoundTables['cells'] = null;
  // Parquet first: it keeps types that CSV loses, and the same table often lies there in both forms.
  for (const name of names.sort((a, b) => Number(b.endsWith('.parquet')) - Number(a.endsWith('.parquet')))) {
    const path = name === '' ? root : join(root, name);
    if (!isTableName(path)) continue;
    let table: TableFile;
    try {
      table = await openTable(path);
    } catch (thrown) {
      skipped.push({ file: name, reason: wordsOf(toErrorData(thrown)) });
      continue;
    }
    const kind = kindOf(table.columns);
    const columns = kind === null ? cellColumns(table.columns, named) : null;
    if (columns !== null && cells === null) cells = { table, columns };
    else if (columns !== null) skipped.push({ file: name, reason: `cells are taken from ${basename(cells!.table.path)}` });
    else if (kind === null) skipped.push({ file: name, reason: `no table known here (its columns: ${table.columns.slice(0, 6).join(', ')}); a table of cells needs a column of drugs: --column drug=NAME` });
    else if (found.has(kind)) skipped.push({ file: name, reason: `${kind} are taken from ${basename(found.get(kind)!.path)}` });
    else found.set(kind, table);
  }
  return { found, cells };
}

const wordsOf = (error: ErrorData): string => error.message;

async function readAll(table: TableFile, signal?: AbortSignal): Promise<TableRow[]> {
  const rows: TableRow[] = [];
  for await (const portion of table.portions()) {
    if (signal?.aborted) throw failure('cancelled', { step: 'catalog import' });
    for (const row of portion) rows.push(row);
    if (rows.length > mostRows) throw failure('bad-table', { path: table.path, row: mostRows, reason: `it has more than ${mostRows} rows, too many for a table of conditions` });
  }
  return rows;
}

function writeKind(catalog: Catalog, kind: TableKind, rows: readonly TableRow[], path: string): number {
  switch (kind) {
    case 'drugs':
      return replaceDrugs(catalog, rows.map((row, i) => drugRow(row, path, i)));
    case 'cell_lines':
      return replaceLines(catalog, lineRows(rows, path));
    case 'genes':
      return replaceGenes(catalog, rows.map((row, i) => geneRow(row, path, i)));
    case 'samples':
      return replaceSamples(catalog, rows.map((row, i) => sampleRow(row, path, i)));
    case 'conditions': {
      const lineOf = lineNames(catalog);
      return replaceConditions(catalog, rows.map((row, i) => conditionRow(row, path, i, lineOf)));
    }
    default:
      return kind satisfies never;
  }
}

/** From the name of a line to its id: of the rows that are being imported, else of the catalog; a name nobody knows stays. */
function lineNames(catalog: Catalog, rows?: readonly TableRow[]): (name: string) => string {
  const known = rows ? lineRows(rows, '') : catalog.prepare<[], { name: string; line: string }>('SELECT name, line FROM cell_lines').all();
  const ids = new Map(known.map(({ name, line }) => [name, line]));
  return (name) => ids.get(name) ?? name;
}

function flawsOf(catalog: Catalog): { sample: string; reason: string }[] {
  return catalog.prepare<[], { sample: string; reason: string }>('SELECT sample, flaw AS reason FROM samples WHERE flaw IS NOT NULL ORDER BY sample').all();
}

function joinReport(catalog: Catalog): ImportReport['join'] {
  const used = catalog.prepare<[], { drug: string; known: number }>(
    `SELECT u.drug, d.drug IS NOT NULL AS known FROM (SELECT drug FROM samples UNION SELECT drug FROM conditions) u LEFT JOIN drugs d ON d.drug = u.drug ORDER BY u.drug`,
  ).all();
  const controls = used.filter(({ drug }) => isControl(drug)).length;
  const unmatched = used.filter(({ drug, known }) => known === 0 && !isControl(drug)).map(({ drug }) => drug);
  return { drugs: used.length, controls, matched: used.filter(({ known }) => known === 1).length, unmatched };
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path)) hash.update(piece as Buffer);
  return hash.digest('hex');
}
