/** What a path names, from its first bytes or the names in a folder, with a way out for what cannot be read here. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { isZarrRoot } from '../../io/stamp.ts';
import { failure, systemFailure } from '../../protocol/errors.ts';
import type { Structure } from '../hdf5/index.ts';
import { mtxFiles } from './tenx/mtx-folder.ts';

export type Detected =
  | { readonly kind: 'mtx'; readonly folder: string; readonly files: NonNullable<ReturnType<typeof mtxFiles>> }
  | { readonly kind: 'zarr'; readonly folder: string }
  /** HDF5 by its looks, or nothing known: the HDF5 reader says which. */
  | { readonly kind: 'file' };

const toH5ad = (call: string): string => `Convert it in Python: import anndata; ${call}.write_h5ad('plate.h5ad')`;

/** Errors: file-not-found, not-permitted, unsupported-format. */
export function detect(path: string): Detected {
  try {
    return statSync(path).isDirectory() ? detectFolder(path) : detectFile(path);
  } catch (thrown) {
    throw systemFailure(thrown, path) ?? thrown;
  }
}

function detectFolder(path: string): Detected {
  const files = mtxFiles(path);
  if (files !== null) return { kind: 'mtx', folder: path, files };
  const names = readdirSync(path);
  if (isZarrRoot(names)) return { kind: 'zarr', folder: path };
  if (names.some((name) => name.startsWith('__tiledb_'))) {
    const hint = `Write it as h5ad in Python: import tiledbsoma.io; tiledbsoma.io.to_h5ad(tiledbsoma.Experiment.open('${basename(path)}'), 'plate.h5ad', measurement_name='RNA')`;
    throw failure('unsupported-format', { path, format: 'TileDB-SOMA', hint });
  }
  const hint = names.some((name) => name.includes('matrix.mtx'))
    ? 'A 10x folder needs one matrix.mtx, one barcodes.tsv and one features.tsv (or genes.tsv), each plain or .gz.'
    : 'Give an .h5ad, a 10x .h5, an AnnData Zarr store, or a folder with matrix.mtx, barcodes.tsv and features.tsv.';
  throw failure('unsupported-format', { path, format: 'folder', hint });
}

function detectFile(path: string): Detected {
  if (/matrix\.mtx(\.gz)?$/.test(path)) {
    const files = mtxFiles(dirname(path));
    if (files !== null) return { kind: 'mtx', folder: dirname(path), files };
  }
  const start = firstBytes(path);
  if (start.startsWith('PK\x03\x04')) {
    throw failure('unsupported-format', { path, format: 'zip', hint: 'If it holds a Zarr store, unpack it and add the folder.' });
  }
  if (start.startsWith('PAR1')) {
    const hint = 'For training truckee bench loader reads the Parquet files of Tahoe-100M as they are. Otherwise make an AnnData object of its rows in Python (scipy.sparse.csr_matrix, anndata.AnnData) and write it with write_h5ad.';
    throw failure('unsupported-format', { path, format: 'Parquet', hint });
  }
  return { kind: 'file' };
}

function firstBytes(path: string): string {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(8);
    return bytes.toString('latin1', 0, readSync(fd, bytes, 0, 8, 0));
  } finally {
    closeSync(fd);
  }
}

/** For a Zarr store that holds no AnnData: says what it is. */
export function refuseZarr(structure: Structure): never {
  const { path } = structure;
  if (structure.kind('/mod') !== null) {
    const hint = `Write one modality to a store of its own: import mudata; mudata.read_zarr('${basename(path)}').mod['rna'].write_zarr('plate.zarr')`;
    throw failure('unsupported-format', { path, format: 'Zarr (several modalities)', hint });
  }
  if (structure.kind('/tables') !== null) {
    throw failure('unsupported-format', { path, format: 'Zarr (SpatialData)', hint: 'Add one of its tables: they are AnnData stores in the folder tables.' });
  }
  throw failure('unsupported-format', { path, format: 'Zarr', hint: 'It is a Zarr store, but has neither X, obs and var (AnnData). Write one with adata.write_zarr.' });
}

/** For an HDF5 file that is neither h5ad nor 10x: says what it is. */
export function refuseHdf5(structure: Structure): never {
  const { path } = structure;
  const has = (...names: string[]): boolean => names.every((name) => structure.kind(name) !== null);
  if (has('/matrix', '/row_attrs', '/col_attrs')) {
    throw failure('unsupported-format', { path, format: 'loom', hint: toH5ad(`anndata.read_loom('${basename(path)}')`) });
  }
  if (has('/mod', '/obs')) {
    const hint = `Write one modality to a file of its own: import mudata; mudata.read_h5mu('${basename(path)}').mod['rna'].write_h5ad('plate.h5ad')`;
    throw failure('unsupported-format', { path, format: 'h5mu (several modalities)', hint });
  }
  const hint = 'It is HDF5, but has neither X, obs and var (h5ad) nor a 10x matrix group. Give an .h5ad or a 10x .h5.';
  throw failure('unsupported-format', { path, format: 'HDF5', hint });
}
