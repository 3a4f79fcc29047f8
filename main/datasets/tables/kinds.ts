/** What a table is about is told by its columns, never by its name: the atlas has been published under several. */

export type TableKind = 'samples' | 'drugs' | 'cell_lines' | 'genes' | 'conditions';

/** Columns that make a table one of a kind; the first kind whose columns are all there. */
const marks: readonly (readonly [TableKind, readonly string[]])[] = [
  ['conditions', ['drug', 'cell_name', 'plate', 'conc', 'n_cells']],
  ['samples', ['sample', 'plate', 'drug', 'drugname_drugconc']],
  ['drugs', ['drug', 'targets']],
  ['cell_lines', ['cell_name', 'Cell_ID_Cellosaur']],
];

/** Tables of genes (var) from elsewhere: a column of symbols and one of ids. */
export const symbolNames = ['gene_symbol', 'gene_name', 'feature_name', 'symbol', 'gene'] as const;
export const geneIdNames = ['ensembl_id', 'gene_id', 'gene_ids', 'feature_id'] as const;

/** Null for tables of cells too: they have a sample and a treatment per row, but are not tables of samples. */
export function kindOf(columns: readonly string[]): TableKind | null {
  if (columns.includes('BARCODE_SUB_LIB_ID')) return null;
  const known = marks.find(([, needed]) => needed.every((name) => columns.includes(name)))?.[0];
  const isGenes = [symbolNames, geneIdNames].every((names) => names.some((name) => columns.includes(name)));
  return known ?? (isGenes ? 'genes' : null);
}

/** The order in which kinds are written: later ones look at earlier ones. */
export const importOrder: readonly TableKind[] = ['drugs', 'cell_lines', 'genes', 'samples', 'conditions'];
