/** Opens an SCDL folder as a collection of cells. Old ones hold X only; newer ones have obs in a table beside it. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { failure } from '../../../protocol/errors.ts';
import { evenUnits, type CellCollection } from '../collection.ts';
import { columnFromTable, openTable, textOf } from '../parquet/table.ts';
import { packPointers } from '../rows/pointers.ts';
import { scdlFiles } from './contract.ts';
import { scdlTypes } from './header.ts';
import { openBare } from './read.ts';

/** Rows of a unit: storage has no pieces of its own. */
const unitRows = 64;
/** Columns of the table of genes that may hold their names, the best first. */
const nameColumns = ['gene_name', 'feature_name', 'gene_symbol', 'var_feature_id', 'feature_id', 'index', '__index_level_0__', 'ensembl_id'];

/** Errors: corrupt-file, truncated-file, unsupported-encoding for several lists of genes in one folder. */
export async function openScdl(folder: string): Promise<CellCollection> {
  const types = scdlTypes(folder);
  const rows = openBare(join(folder, scdlFiles.pointers), types.pointers);
  const values = openBare(join(folder, scdlFiles.values), types.values);
  try {
    const nObs = rows.length - 1;
    const stored = values.length;
    const genes = await geneNames(folder);
    const source = { path: folder, element: 'X', nObs, nVars: genes.length, stored };
    const pointers = await packPointers(source, (first, last) => {
      const out = new Float64Array(last - first + 1);
      rows.read(first, last + 1, out);
      return out;
    });
    const obs = tablesIn(join(folder, 'obs_features'));
    const table = obs.length === 1 ? await openTable(obs[0]!) : null;
    if (table !== null && table.rows !== nObs) throw failure('corrupt-file', { path: obs[0]!, element: 'obs', reason: `it has ${table.rows} rows for ${nObs} cells` });
    return {
      path: folder, format: 'scdl', cells: nObs, genes, columns: table?.columns ?? [], ends: [], stored, units: evenUnits(nObs, unitRows), watched: join(folder, scdlFiles.values),
      column: async (name) => columnFromTable([table!], name),
      store: { kind: 'scdl', folder, values: types.values, ids: types.ids, nObs, nVars: genes.length, stored, pointers },
      close: () => undefined,
    };
  } finally {
    rows.close();
    values.close();
  }
}

function tablesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.parquet')).sort().map((name) => join(folder, name)) : [];
}

async function geneNames(folder: string): Promise<string[]> {
  const tables = [...tablesIn(join(folder, 'var_features')), ...tablesIn(join(folder, 'features'))];
  if (tables.length === 0) throw failure('corrupt-file', { path: folder, element: 'var_features', reason: 'there is no list of genes' });
  if (tables.length > 1) throw failure('unsupported-encoding', { path: folder, element: 'var_features', encoding: `${tables.length} lists of genes in one folder; write each data set into a folder of its own` });
  const table = await openTable(tables[0]!);
  const name = nameColumns.find((wanted) => table.columns.includes(wanted)) ?? table.columns[0];
  if (name === undefined) throw failure('corrupt-file', { path: tables[0]!, element: 'var_features', reason: 'the list of genes has no column' });
  return textOf(await columnFromTable([table], name));
}
