/** Cells as a loader sees them, whatever holds them: names, columns, where storage is cut, and how workers read rows. */
import type { Column } from './contract.ts';
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
  /** Entries of all rows; for dense matrices cells x genes. */
  readonly stored: number;
  /** First rows of the pieces that storage is decoded by, the number of rows last. */
  readonly units: Uint32Array;
  /** A file (or a Zarr store) that changes when the collection does. */
  readonly watched: string;
  close(): void;
}

/** As the formats are called. Those with X only have no obs: plates, drugs and lines of their cells are not known. */
export type CollectionFormat = 'h5ad' | '10x' | 'zarr' | 'parquet' | 'scdl';

/** Units of so many rows. */
export function evenUnits(rows: number, unitRows: number): Uint32Array {
  const units = Math.ceil(rows / unitRows);
  return Uint32Array.from({ length: units + 1 }, (_, unit) => Math.min(rows, unit * unitRows));
}
