/** The one way from a path to cells that can be loaded: plates as they are registered, and formats that only loaders read. */
import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { isZarrRoot } from '../../io/stamp.ts';
import { failure, systemFailure } from '../../protocol/errors.ts';
import { evenUnits, rowOrderHint, type CellCollection } from './collection.ts';
import { keepPlate } from './kept-open.ts';
import { openPlate } from './open-plate.ts';
import type { RowStoreSpec } from './rows/contract.ts';
import { rowStoreSpec } from './rows/open.ts';
import { chunkStarts } from './rows/pointers.ts';
import { scdlFiles } from './scdl/contract.ts';

/** Rows of a unit where storage has no chunks. */
const plainUnit = 64;

/**
 * h5ad, 10x HDF5, Zarr in AnnData encoding, Parquet in Tahoe's layout, SCDL. `verified`: the file's digest was compared, so starts
 * of chunks may be read alone. Errors: those of opening; no-matrix, unsupported-format for what cannot be read by cells.
 */
export async function openCollection(path: string, verified: boolean): Promise<CellCollection> {
  let names: readonly string[] | null;
  let table = false;
  try {
    names = statSync(path).isDirectory() ? readdirSync(path) : null;
    table = names === null && startsWith(path, 'PAR1');
  } catch (thrown) {
    throw systemFailure(thrown, path) ?? thrown;
  }
  // Each is loaded only where it is met.
  if (table) return (await import('./parquet/open.ts')).openTahoe(path, [path]);
  if (names === null) return openPlateCells(path, verified);
  if (isZarrRoot(names)) return openPlateCells(path, verified, 'zarr');
  if (Object.values(scdlFiles).every((name) => name === scdlFiles.header || names.includes(name))) return (await import('./scdl/open.ts')).openScdl(path);
  const files = parquetFiles(path, names);
  return files.length > 0 ? (await import('./parquet/open.ts')).openTahoe(path, files) : openPlateCells(path, verified);
}

/** Those of a folder or of its folder data, in the order of their names; the list of genes is none of them. */
function parquetFiles(path: string, names: readonly string[]): string[] {
  const inside = (folder: string, found: readonly string[]): string[] => found.filter((name) => name.endsWith('.parquet') && name !== 'gene_metadata.parquet').sort().map((name) => join(folder, name));
  const own = inside(path, names);
  const data = join(path, 'data');
  return own.length > 0 || !names.includes('data') || !statSync(data).isDirectory() ? own : inside(data, readdirSync(data));
}

async function openPlateCells(path: string, verified: boolean, format: 'h5ad' | 'zarr' = 'h5ad'): Promise<CellCollection> {
  const plate = await openPlate(path);
  try {
    const counts = plate.counts();
    const matrix = counts ?? plate.matrices()[0];
    if (matrix === undefined) throw failure('no-matrix', { path });
    if (matrix.kind === 'columns' && matrix.spool === null) {
      throw failure('unsupported-format', { path, format: 'column-order (genes first)', hint: `Training reads cells. ${rowOrderHint(path, matrix)}` });
    }
    const store = await rowStoreSpec(matrix, verified);
    const kept = keepPlate(plate, () => openPlate(path));
    const ends = plate.nObs === 0 ? [] : [plate.obsNames(0, 1)[0]!, plate.obsNames(plate.nObs - 1, plate.nObs)[0]!];
    return {
      path, format, cells: plate.nObs, genes: plate.geneNames(), columns: plate.obsColumns, column: (name) => kept.read((open) => open.obsColumn(name)), ends,
      store, stored: matrix.facts.stored, units: unitsOf(store, plate.nObs), watched: path, close: () => kept.close(),
      ...(counts === null ? { notCounts: matrix.facts.slot } : {}),
    };
  } catch (thrown) {
    plate.close();
    throw thrown;
  }
}

function unitsOf(store: RowStoreSpec, cells: number): Uint32Array {
  if (store.kind === 'csr') {
    const { layout } = store.matrix.data;
    if (layout.kind === 'chunked') return chunkStarts(store.pointers, layout.chunkShape[0]!);
  }
  return evenUnits(cells, store.kind === 'dense' ? (store.matrix.facts.chunks?.[0] ?? plainUnit) : plainUnit);
}

function startsWith(path: string, magic: string): boolean {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(magic.length);
    return readSync(fd, bytes, 0, magic.length, 0) === magic.length && bytes.toString('latin1') === magic;
  } finally {
    closeSync(fd);
  }
}
