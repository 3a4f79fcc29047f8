/** Where the Python loader finds the matrix of a file: by container and names inside it. */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import { rowOrderHint, scdlFiles, scdlTypes, type RowStoreSpec } from '../stores/index.ts';

/** `genes` are those of the file; `csr` names data, indices and indptr. */
export type PythonMatrix = { readonly container: 'hdf5' | 'zarr' | 'scdl'; readonly genes: number; readonly types?: Readonly<Record<string, string>> } & ({ readonly csr: readonly [string, string, string] } | { readonly dense: string });

/** Errors: unsupported-format, naming the way to convert. */
export function pythonMatrix(path: string, store: RowStoreSpec): PythonMatrix {
  const refuse: Refuse = (format, hint) => {
    throw failure('unsupported-format', { path, format: `${format} (for the Python loader that goes with an order)`, hint: `That loader reads h5ad and 10x HDF5 in row order, Zarr of version 2, and SCDL. ${hint}` });
  };
  switch (store.kind) {
    case 'csr': {
      const { data, indices, indptr, facts } = store.matrix;
      return { ...placed(path, data, refuse), genes: facts.nVars, csr: [inside(data), inside(indices), inside(indptr)] };
    }
    case 'dense':
      return { ...placed(path, store.matrix.values, refuse), genes: store.matrix.facts.nVars, dense: inside(store.matrix.values) };
    case 'scdl': {
      const { values, ids, pointers } = scdlFiles;
      const types = scdlTypes(store.folder);
      return { container: 'scdl', genes: store.nVars, csr: [values, ids, pointers], types: { [values]: types.values, [ids]: types.ids, [pointers]: types.pointers } };
    }
    case 'tahoe':
      return refuse('Parquet', "Make an AnnData object of its rows in Python (scipy.sparse.csr_matrix, anndata.AnnData) and write it with write_h5ad('plate.h5ad').");
    case 'spool':
      return refuse('column-order', rowOrderHint(path, store.matrix));
    case 'pack':
    case 'memory':
      throw failure('internal', { detail: `${path} is no file of its own` });
    default:
      return store satisfies never;
  }
}

type Refuse = (format: string, hint: string) => never;
type Part = (RowStoreSpec & { kind: 'dense' })['matrix']['values'];

const inZarr = ({ layout }: Part): boolean => layout.kind === 'chunked' && layout.files !== undefined;

function placed(path: string, part: Part, refuse: Refuse): { readonly container: 'hdf5' | 'zarr' } {
  if (!inZarr(part)) return { container: 'hdf5' };
  const newer = [path, join(path, part.name)].some((at) => existsSync(join(at, 'zarr.json')));
  return newer ? refuse('Zarr v3', `Write it again in Python: import anndata; anndata.read_zarr('${basename(path)}').write_h5ad('plate.h5ad')`) : { container: 'zarr' };
}

/** Name in the file; zarr takes none that begins with a slash. */
const inside = (part: Part): string => (inZarr(part) ? part.name.slice(1) : part.name);
