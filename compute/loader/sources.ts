/** Opens the files of a loader: cells, genes, where their chunks begin, and how workers read their rows. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import { chunkStarts, openPlate, packBeside, rowStoreSpec, type PlateFile, type RowStoreSpec } from '../stores/index.ts';
import type { LabelledFile } from './labels.ts';

export interface LoaderSource extends LabelledFile {
  readonly genes: readonly string[];
  readonly store: RowStoreSpec;
  /** First rows of the units (of the file's chunks, whatever is read: the order is the same with a pack and without) that chunk-aware sampling draws, the number of rows last. */
  readonly units: Uint32Array;
  /** Mean stored entries of a row. */
  readonly meanEntries: number;
  readonly stamp: { readonly bytes: number; readonly mtimeMs: number } | null;
  close(): void;
}

/** Rows of a unit where storage has no chunks. */
const plainUnit = 64;

/**
 * In an order that depends on what the files hold: by plate label, then by size and cell names. Names and order of the files
 * change nothing. Errors: those of opening; no-matrix, no-cells, same-plate-twice; bad-usage for none.
 */
export async function openSources(paths: readonly string[], verified: boolean, backend: 'auto' | 'file' | 'pack'): Promise<LoaderSource[]> {
  if (paths.length === 0) throw failure('bad-usage', { command: 'bench', reason: 'a loader needs at least one file' });
  const opened: { source: LoaderSource; key: string }[] = [];
  try {
    for (const path of paths) opened.push(await openSource(path, verified, backend));
    const order = new Intl.Collator('en', { numeric: true });
    opened.sort((a, b) => order.compare(a.key, b.key));
    opened.forEach(({ source, key }, i) => {
      if (i > 0 && key === opened[i - 1]!.key) throw failure('same-plate-twice', { first: opened[i - 1]!.source.path, other: source.path });
    });
    return opened.map(({ source }) => source);
  } catch (thrown) {
    opened.forEach(({ source }) => source.close());
    throw thrown;
  }
}

async function openSource(path: string, verified: boolean, backend: 'auto' | 'file' | 'pack'): Promise<{ source: LoaderSource; key: string }> {
  const plate = await openPlate(path);
  try {
    const matrix = plate.counts() ?? plate.matrices()[0];
    if (matrix === undefined) throw failure('no-matrix', { path });
    if (plate.nObs === 0) throw failure('no-cells', { path });
    if (matrix.kind === 'columns' && matrix.spool === null) {
      throw failure('unsupported-encoding', { path, element: matrix.facts.slot, encoding: 'columns (genes first), which cannot be read cell by cell' });
    }
    const store = await rowStoreSpec(matrix, verified);
    const pack = backend === 'file' ? null : packBeside(path);
    if (backend === 'pack' && pack === null) throw failure('not-found', { what: 'pack (truckee pack build FILE makes one; a changed file needs a new one)', name: `${path}.pack`, near: [] });
    const stat = statSync(path);
    const source: LoaderSource = {
      name: basename(path).replace(/\.(h5ad|h5)$/, ''), path, cells: plate.nObs, genes: plate.geneNames(), store: pack === null ? store : { kind: 'pack', pack }, units: unitsOf(store, plate.nObs), columns: plate.obsColumns,
      meanEntries: matrix.facts.stored / plate.nObs, column: (name) => plate.obsColumn(name), stamp: { bytes: stat.size, mtimeMs: stat.mtimeMs }, close: () => plate.close(),
    };
    return { source, key: keyOf(plate, matrix.facts.stored) };
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
  const chunkRows = store.kind === 'dense' ? (store.matrix.facts.chunks?.[0] ?? plainUnit) : plainUnit;
  const units = Math.ceil(cells / chunkRows);
  return Uint32Array.from({ length: units + 1 }, (_, unit) => Math.min(cells, unit * chunkRows));
}

function keyOf(plate: PlateFile, stored: number): string {
  const column = plate.obsColumns.includes('plate') ? plate.obsColumn('plate', 0, 1) : null;
  const label = column?.kind === 'categorical' ? column.categories[column.codes[0]!] : column?.kind === 'string' ? column.values[0] : '';
  const names = [plate.obsNames(0, 1)[0], plate.obsNames(plate.nObs - 1, plate.nObs)[0]];
  return [label, plate.nObs, stored, ...names].join('\n');
}
