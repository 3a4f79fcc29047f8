/** Opens the files of a loader: cells, genes, where their chunks begin, and how workers read their rows. */
import { freemem } from 'node:os';
import { basename } from 'node:path';
import { stampOf, type Stamp } from '../../io/stamp.ts';
import { failure } from '../../protocol/errors.ts';
import { holdPack, openCollection, openRowStore, packBeside, packedBytes, readIntoMemory, type CellCollection, type CollectionFormat, type RowStoreSpec } from '../stores/index.ts';
import type { LabelledFile } from './labels.ts';

export type Backend = 'auto' | 'file' | 'pack' | 'memory';

export interface LoaderSource extends LabelledFile {
  readonly format: CollectionFormat;
  readonly genes: readonly string[];
  readonly store: RowStoreSpec;
  /** How the file itself is read, whatever (a pack, memory) is read in its place. */
  readonly own: RowStoreSpec;
  /** First rows of the units (of the file's chunks, whatever is read: the order is the same with a pack and without) that chunk-aware sampling draws, the number of rows last. */
  readonly units: Uint32Array;
  /** Mean stored entries of a row. */
  readonly meanEntries: number;
  /** Watched for changes: a file, and what it was when it was opened. */
  readonly stamp: Stamp & { readonly path: string };
  /** Why the pack beside it is left alone, in words. */
  readonly note?: string;
  /** The matrix that is read where none is known to hold counts. */
  readonly notCounts?: string;
  close(): void;
}

/**
 * In an order that depends on what the files hold: by plate label, then by size and cell names. Names and order of the files
 * change nothing, except that the names of collections without obs stand for their plates. Errors: those of opening; no-matrix,
 * no-cells, same-plate-twice, not-found and pack-unfit for 'pack', memory-too-small for 'memory'; bad-usage for none. `wanted`: a pack of a selection of genes will do when it has these.
 */
export async function openSources(paths: readonly string[], verified: boolean, backend: Backend, wanted?: readonly string[]): Promise<LoaderSource[]> {
  if (paths.length === 0) throw failure('bad-usage', { command: 'bench', reason: 'a loader needs at least one file' });
  const opened: { source: LoaderSource; key: string }[] = [];
  try {
    for (const path of paths) opened.push(await openSource(path, verified, backend, wanted));
    const order = new Intl.Collator('en', { numeric: true });
    opened.sort((a, b) => order.compare(a.key, b.key));
    opened.forEach(({ source, key }, i) => {
      if (i > 0 && key === opened[i - 1]!.key) throw failure('same-plate-twice', { first: opened[i - 1]!.source.path, other: source.path });
    });
    const sources = opened.map(({ source }) => source);
    return backend === 'memory' ? await heldInMemory(sources) : sources;
  } catch (thrown) {
    opened.forEach(({ source }) => source.close());
    throw thrown;
  }
}

async function openSource(path: string, verified: boolean, backend: Backend, wanted: readonly string[] | undefined): Promise<{ source: LoaderSource; key: string }> {
  const cells = await openCollection(path, verified);
  try {
    if (cells.cells === 0) throw failure('no-cells', { path });
    const found = backend === 'file' ? null : packBeside(path, wanted === undefined ? null : placesOf(wanted, cells.genes));
    const pack = found?.pack ?? null;
    if (backend === 'pack' && found === null) throw failure('not-found', { what: 'pack', name: `${path}.pack`, near: [] });
    if (backend === 'pack' && found?.reason) throw failure('pack-unfit', { path: found.path, file: path, reason: found.reason, sound: false });
    const stamp = stampOf(cells.watched);
    if (stamp === null) throw failure('file-not-found', { path: cells.watched });
    const source: LoaderSource = {
      name: nameOf(path), path, format: cells.format, cells: cells.cells, genes: cells.genes, store: pack === null ? cells.store : { kind: 'pack', pack }, own: cells.store, units: cells.units,
      columns: cells.columns, column: (name) => cells.column(name), meanEntries: cells.stored / cells.cells, stamp: { path: cells.watched, ...stamp }, close: () => cells.close(),
      ...(found?.reason ? { note: `${found.path} is left alone: ${found.reason}. Cells come from the file; truckee pack build ${path} makes a new one.` } : {}),
      ...(cells.notCounts === undefined ? {} : { notCounts: cells.notCounts }),
    };
    return { source, key: await keyOf(cells) };
  } catch (thrown) {
    cells.close();
    throw thrown;
  }
}

/** Genes by name as places in the file's list; those that it has not are left out. */
function placesOf(wanted: readonly string[], genes: readonly string[]): Int32Array {
  const places = new Map(genes.map((name, gene) => [name, gene]));
  return Int32Array.from(wanted.flatMap((name) => places.get(name) ?? []));
}

const nameOf = (path: string): string => basename(path).replace(/\.(h5ad|h5|zarr|parquet|scdl)$/, '');

async function keyOf(cells: CellCollection): Promise<string> {
  const column = cells.columns.includes('plate') ? await cells.column('plate') : null;
  const label = column?.kind === 'categorical' ? column.categories[column.codes[0]!] : column?.kind === 'string' ? column.values[0] : cells.columns.length === 0 ? nameOf(cells.path) : '';
  return [label, cells.cells, cells.stored, ...cells.ends].join('\n');
}

/** Every row read once into memory that all workers share, as packed where there is a pack. */
async function heldInMemory(sources: readonly LoaderSource[]): Promise<LoaderSource[]> {
  const neededBytes = memoryNeeded(sources);
  const availableBytes = Math.floor(freemem() / 2);
  if (neededBytes > availableBytes) throw failure('memory-too-small', { step: 'holding all cells in memory', neededBytes, availableBytes, instead: "Use the backend 'file' or 'pack', which read cells from the disk as they are needed, or free some memory" });
  const out: LoaderSource[] = [];
  for (const source of sources) {
    if (source.store.kind === 'pack') {
      out.push({ ...source, store: { kind: 'pack', pack: holdPack(source.store.pack) } });
      continue;
    }
    const store = await openRowStore(source.store, { columns: null, width: source.genes.length, targetSum: null, log1p: false });
    try {
      out.push({ ...source, store: { kind: 'memory', pieces: await readIntoMemory(store, source.cells) } });
    } finally {
      store.close();
    }
  }
  return out;
}

/** Bytes that all cells take in memory: as packed, or 8 an entry and 4 a row. */
export function memoryNeeded(sources: readonly Pick<LoaderSource, 'cells' | 'meanEntries' | 'store'>[]): number {
  return Math.ceil(sources.reduce((sum, { cells, meanEntries, store }) => sum + (store.kind === 'pack' ? packedBytes(store.pack) : cells * (8 * meanEntries + 4)), 0));
}

/** Where minibatches come from. */
export function backendOf({ kind, ...store }: RowStoreSpec): 'file' | 'pack' | 'memory' {
  if (kind === 'memory' || ('pack' in store && store.pack.held !== undefined)) return 'memory';
  return kind === 'pack' ? 'pack' : 'file';
}
