/** Opens Parquet files in the Hugging Face layout of Tahoe-100M as one collection of cells. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failure } from '../../../protocol/errors.ts';
import type { CellCollection } from '../collection.ts';
import { columnFromTable, openTable, textOf, type ParquetTable } from './table.ts';

const geneTable = 'gene_metadata.parquet';

/** Errors: corrupt-file, unsupported-format for other tables, not-found for the list of genes. */
export async function openTahoe(path: string, files: readonly string[]): Promise<CellCollection> {
  const tables: ParquetTable[] = [];
  for (const file of files) tables.push(await openTable(file));
  for (const { path: own, metadata } of tables) {
    const names = metadata.schema.map(({ name }) => name);
    if (names.includes('genes') && names.includes('expressions')) continue;
    throw failure('unsupported-format', { path: own, format: 'Parquet', hint: 'Of Parquet files, those with a list of genes and one of expressions in every row are read (the layout of Tahoe-100M on Hugging Face). Write other tables as h5ad.' });
  }
  const { names, places } = await genesBeside(path, files[0]!);
  const starts: number[] = [];
  const units: number[] = [];
  let cells = 0;
  let stored = 0;
  for (const { metadata } of tables) {
    starts.push(cells);
    for (const { num_rows, columns } of metadata.row_groups) {
      units.push(cells);
      cells += Number(num_rows);
      stored += Number(columns.find(({ meta_data }) => meta_data?.path_in_schema[0] === 'genes')?.meta_data?.num_values ?? 0);
    }
  }
  const plain = tables[0]!.columns.filter((name) => tables.every(({ columns }) => columns.includes(name)));
  // The same identifiers have this name in the h5ad files.
  const line = plain.includes('cell_line_id') && !plain.includes('cell_line') ? ['cell_line'] : [];
  const stored0 = (name: string): string => (name === 'cell_line' && line.length > 0 ? 'cell_line_id' : name);
  const ends = plain.includes('BARCODE_SUB_LIB_ID') ? await endsOf(tables) : [];
  return {
    path, format: 'parquet', cells, genes: names, columns: [...plain, ...line], ends, stored, units: Uint32Array.from([...units, cells]), watched: files[0]!,
    column: (name) => columnFromTable(tables, stored0(name)),
    store: { kind: 'tahoe', files: tables.map((table, i) => ({ path: table.path, firstRow: starts[i]!, rows: table.rows })), nVars: names.length, genes: places },
    close: () => undefined,
  };
}

async function endsOf(tables: readonly ParquetTable[]): Promise<string[]> {
  const names = textOf(await columnFromTable([tables[0]!], 'BARCODE_SUB_LIB_ID'));
  return names.length === 0 ? [] : [names[0]!, names.at(-1)!];
}

/** Names in the order of their tokens, and token -> place. */
async function genesBeside(path: string, file: string): Promise<{ names: string[]; places: Int32Array }> {
  const folders = [path, dirname(file), dirname(dirname(file))].flatMap((folder) => [folder, join(folder, 'metadata')]);
  const found = folders.map((folder) => join(folder, geneTable)).find((candidate) => existsSync(candidate));
  if (found === undefined) throw failure('not-found', { what: 'list of genes beside the Parquet files (metadata/gene_metadata.parquet of the data set names the tokens)', name: geneTable, near: [] });
  const table = await openTable(found);
  const tokens = await columnFromTable([table], 'token_id');
  if (tokens.kind !== 'number') throw failure('corrupt-file', { path: found, element: 'token_id', reason: 'it holds no numbers' });
  const symbols = textOf(await columnFromTable([table], 'gene_symbol'));
  const order = Array.from(tokens.values, (token, row) => ({ token, row })).sort((a, b) => a.token - b.token);
  const places = new Int32Array(Math.max(0, ...tokens.values) + 1).fill(-1);
  order.forEach(({ token }, place) => (places[token] = place));
  return { names: order.map(({ row }) => symbols[row]!), places };
}
