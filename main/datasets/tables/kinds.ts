/** What a table is about is told by its columns, never by its name: the atlas has been published under several. */

export type TableKind = 'samples' | 'drugs' | 'cell_lines' | 'genes' | 'conditions';

/** Columns that make a table one of a kind; the first kind whose columns are all there. */
const marks: readonly (readonly [TableKind, readonly string[]])[] = [
  ['conditions', ['drug', 'cell_name', 'plate', 'conc', 'n_cells']],
  ['samples', ['sample', 'plate', 'drug', 'drugname_drugconc']],
  ['drugs', ['drug', 'targets']],
  ['cell_lines', ['cell_name', 'Cell_ID_Cellosaur']],
  ['genes', ['gene_symbol', 'ensembl_id']],
];

export function kindOf(columns: readonly string[]): TableKind | null {
  // A table of cells has a sample and a treatment per row too, but it is not a table of samples.
  if (columns.includes('BARCODE_SUB_LIB_ID')) return null;
  return marks.find(([, needed]) => needed.every((name) => columns.includes(name)))?.[0] ?? null;
}

/** The order in which kinds are written: later ones look at earlier ones. */
export const importOrder: readonly TableKind[] = ['drugs', 'cell_lines', 'genes', 'samples', 'conditions'];
