/** A memory-mapped folder as BioNeMo's SCDL writes it: three bare arrays of one CSR matrix. */
import type { RowPointers } from '../rows/pointers.ts';

export type ScdlType = 'uint8' | 'uint16' | 'uint32' | 'uint64' | 'float16' | 'float32' | 'float64';

export interface ScdlSpec {
  readonly kind: 'scdl';
  readonly folder: string;
  /** Element types of values and gene ids. */
  readonly values: ScdlType;
  readonly ids: ScdlType;
  readonly nObs: number;
  readonly nVars: number;
  readonly stored: number;
  readonly pointers: RowPointers;
}

/** File names of the layout. */
export const scdlFiles = { values: 'data.npy', ids: 'col_ptr.npy', pointers: 'row_ptr.npy', header: 'header.sch' } as const;

export const scdlBytes: Readonly<Record<ScdlType, number>> = { uint8: 1, uint16: 2, uint32: 4, uint64: 8, float16: 2, float32: 4, float64: 8 };
