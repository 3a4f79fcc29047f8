/** Cells as a loader sees them, whatever holds them: names, columns, where storage is cut, and how workers read rows. */
import { basename } from 'node:path';
import type { Column, MatrixSpec } from './contract.ts';
import type { RowStoreSpec } from './rows/contract.ts';

export interface CellCollection {
  readonly path: string;
  readonly format: CollectionFormat;
  readonly cells: number;
  readonly genes: readonly string[];
  /** obs columns; none in formats that hold X only. */
  readonly columns: readonly string[];
  column(name: string): Column | Promise<Column>;
  /** Names of the first and the last cell; empty where cells have none. */
  readonly ends: readonly string[];
  readonly store: RowStoreSpec;
  /** The matrix that is read where none is known to hold counts, as a sample of the values looks. */
  readonly notCounts?: string;
  /** Entries of all rows; for dense matrices cells x genes. */
  readonly stored: number;
  /** First rows of the pieces that storage is decoded by, the number of rows last. */
  readonly units: Uint32Array;
  /** A file (or a Zarr store) that changes when the collection does. */
  readonly watched: string;
  close(): void;
}

/** As the formats are called; 10x files are read as h5ad. Those with X only have no obs: plates, drugs and lines of their cells are not known. */
export type CollectionFormat = 'h5ad' | 'zarr' | 'parquet' | 'scdl';

/** What turns a matrix that lists genes first, which cannot be read cell by cell. */
export function rowOrderHint(path: string, { facts: { slot }, source }: MatrixSpec & { kind: 'columns' }): string {
  const name = basename(path).replaceAll(/['\\]/g, '\\$&');
  const layer = /^layers\/(.*)$/.exec(slot)?.[1]?.replaceAll(/['\\]/g, '\\$&');
  const read = source.kind === 'csc' ? `import anndata; a = anndata.read_h5ad('${name}')` : `import scanpy; a = scanpy.read_10x_mtx('${name}')`;
  const matrix = layer === undefined ? 'a.X' : `a.layers['${layer}']`;
  return `Write it in row order in Python: ${read}${slot === 'raw/X' ? '; a = a.raw.to_adata()' : ''}; ${matrix} = ${matrix}.tocsr(); a.write_h5ad('plate.h5ad')`;
}

/** Units of so many rows. */
export function evenUnits(rows: number, unitRows: number): Uint32Array {
  const units = Math.ceil(rows / unitRows);
  return Uint32Array.from({ length: units + 1 }, (_, unit) => Math.min(rows, unit * unitRows));
}
