/** How formats of storage compare on one's own disk: what is asked of the engine, and what it answers. Rates are cells a second. */
import type { JobId } from './ids.ts';

export interface StorageJob {
  readonly kind: 'storage';
  readonly id: JobId;
  /** The first cells of these are copied into every format. */
  readonly files: readonly string[];
  readonly cells: number;
  /** Copies lie in a new folder in there, and are deleted in the end. */
  readonly folder: string;
  /** Epochs of each format and each way of reading; at least 5. */
  readonly epochs: number;
  /** The page cache is emptied of the copies before every epoch. */
  readonly cold: boolean;
}

export const storageFormats = ['HDF5, gzip', 'HDF5, uncompressed', 'Zarr', 'Parquet', 'SCDL', 'pack'] as const;
export type StorageFormat = (typeof storageFormats)[number];

/** Over the epochs: the middle, the quarters beside it, and the ends. */
export interface RateSpread {
  readonly n: number;
  readonly median: number;
  readonly q25: number;
  readonly q75: number;
  readonly least: number;
  readonly most: number;
}

export interface StorageFigures {
  readonly format: StorageFormat;
  readonly bytes: number;
  readonly bytes_per_cell: number;
  readonly write_seconds: number;
  /** Ascending, as for inference. */
  readonly sequential: RateSpread;
  /** Truly random single cells, 4,096 a fetch, as for training. */
  readonly random: RateSpread;
}

export interface StorageAnswer {
  readonly cells: number;
  readonly genes: number;
  readonly entries_per_cell: number;
  readonly folder: string;
  readonly cache: 'warm' | 'cold';
  readonly formats: readonly StorageFigures[];
  /** What the figures say, in words. */
  readonly words: readonly string[];
}
