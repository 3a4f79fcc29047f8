/** A matrix of a Zarr store as workers open it: by folder and name, structured-cloneable. */
import type { RowPointers } from '../rows/pointers.ts';

export type ZarrSpec =
  | { readonly kind: 'zarr'; readonly form: 'csr'; readonly folder: string; readonly name: string; readonly nObs: number; readonly nVars: number; readonly stored: number; readonly pointers: RowPointers }
  | { readonly kind: 'zarr'; readonly form: 'dense'; readonly folder: string; readonly name: string; readonly nObs: number; readonly nVars: number };
