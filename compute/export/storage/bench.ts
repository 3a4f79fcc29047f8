/**
 * Compares formats of storage on one's own disk: a sample of one's own cells, copied into each, read in ascending order
 * (inference) and cell by cell at random (training), several epochs each, by the same loader on one thread.
 */
import { mkdirSync, rmSync, statfsSync } from 'node:fs';
import { freemem } from 'node:os';
import { removeStorageScratch, storageScratch } from '../../../io/storage-scratch.ts';
import { failure, systemFailure } from '../../../protocol/errors.ts';
import { storageFormats, type RateSpread, type StorageAnswer, type StorageFigures, type StorageJob } from '../../../protocol/storage.ts';
import { dropFromCache } from '../../loader/cold.ts';
import { openLoader, type StrategyChoice } from '../../loader/index.ts';
import type { CsrRows } from '../../results/h5ad/index.ts';
import { bytesBelow, writeCopy, type Copy, type Sample } from './copies.ts';

export interface StorageHost {
  readonly signal?: AbortSignal;
  onEpoch?(done: number, total: number): void;
}

export const leastEpochs = 5;
/** Of one entry in all copies together, at most. */
const copyBytesPerEntry = 60;
/** While the sample is written: itself, and the lists of one Parquet file. */
const memoryBytesPerEntry = 40;

/** Errors: those of opening the files; invalid-parameter, disk-too-small, memory-too-small, cancelled. */
export async function compareStorage(job: Omit<StorageJob, 'kind' | 'id'>, host: StorageHost = {}): Promise<StorageAnswer> {
  if (job.epochs < leastEpochs) throw failure('invalid-parameter', { step: 'bench storage', parameter: 'rounds', value: String(job.epochs), reason: `a median and a spread need at least ${leastEpochs} epochs` });
  const sample = await readSample(job, host.signal);
  const folder = storageScratch(job.folder);
  try {
    removeStorageScratch(job.folder);
    mkdirSync(folder);
  } catch (thrown) {
    throw systemFailure(thrown, job.folder) ?? thrown;
  }
  try {
    const { bavail, bsize } = statfsSync(folder);
    const neededBytes = copyBytesPerEntry * sample.entries + 100_000 * sample.genes.length / 1000;
    if (neededBytes > bavail * bsize) throw failure('disk-too-small', { path: job.folder, neededBytes, availableBytes: bavail * bsize });
    const formats: StorageFigures[] = [];
    const total = storageFormats.length * 2 * (job.epochs + 1);
    let done = 0;
    const tick = (): void => host.onEpoch?.(++done, total);
    for (const format of storageFormats) {
      if (host.signal?.aborted) throw failure('cancelled', { step: 'storage' });
      const started = performance.now();
      const copy = await writeCopy(format, folder, sample);
      const writeSeconds = (performance.now() - started) / 1000;
      const bytes = bytesBelow(copy.stored);
      formats.push({
        format, bytes, bytes_per_cell: bytes / sample.cells, write_seconds: writeSeconds,
        sequential: await timeEpochs(copy, { kind: 'streaming' }, job, tick, host.signal), random: await timeEpochs(copy, { kind: 'blocks', block: 1 }, job, tick, host.signal),
      });
      rmSync(copy.path, { recursive: true, force: true });
      rmSync(copy.stored, { recursive: true, force: true });
    }
    return { cells: sample.cells, genes: sample.genes.length, entries_per_cell: sample.entries / sample.cells, folder: job.folder, cache: job.cold ? 'cold' : 'warm', formats, words: wordsOf(formats) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function readSample(job: Omit<StorageJob, 'kind' | 'id'>, signal: AbortSignal | undefined): Promise<Sample> {
  const loader = await openLoader({ files: job.files, strategy: { kind: 'streaming' }, batch: 256, fetchFactor: 4, workers: 0, join: 'inner', backend: 'file' });
  try {
    const blocks: CsrRows[] = [];
    let [cells, entries] = [0, 0];
    for await (const { x, cells: count } of loader.epoch(0, signal ? { signal } : {})) {
      if (x.kind !== 'csr') continue;
      const rows = Math.min(count, job.cells - cells);
      const end = x.indptr[rows]!;
      blocks.push({ rows, indptr: x.indptr.slice(0, rows + 1), indices: x.indices.slice(0, end), values: x.values.slice(0, end) });
      cells += rows;
      entries += end;
      const neededBytes = Math.ceil((memoryBytesPerEntry * entries * job.cells) / cells);
      if (neededBytes > freemem() / 2) throw failure('memory-too-small', { step: `copying ${job.cells} cells (--cells takes fewer)`, neededBytes, availableBytes: Math.floor(freemem() / 2) });
      if (cells === job.cells) break;
    }
    return { cells, genes: loader.genes, entries, blocks };
  } finally {
    await loader.close();
  }
}

/** Rates of whole epochs after one that is not counted. */
async function timeEpochs(copy: Copy, strategy: StrategyChoice, job: Pick<StorageJob, 'epochs' | 'cold'>, tick: () => void, signal?: AbortSignal): Promise<RateSpread> {
  const loader = await openLoader({ files: [copy.path], strategy, batch: 64, fetchFactor: 64, workers: 0, backend: copy.backend });
  const rates: number[] = [];
  try {
    for (let epoch = 0; epoch <= job.epochs; epoch++) {
      if (job.cold) dropFromCache([copy.stored]);
      const start = performance.now();
      let cells = 0;
      for await (const batch of loader.epoch(epoch, signal ? { signal } : {})) cells += batch.cells;
      if (epoch > 0) rates.push(cells / ((performance.now() - start) / 1000));
      tick();
    }
  } finally {
    await loader.close();
  }
  return spreadOf(rates);
}

/** Quantiles between neighbours, as numpy's default. */
export function spreadOf(rates: readonly number[]): RateSpread {
  const sorted = [...rates].sort((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = Math.floor(place);
    return sorted[below]! + (place - below) * ((sorted[below + 1] ?? sorted[below]!) - sorted[below]!);
  };
  return { n: sorted.length, median: at(0.5), q25: at(0.25), q75: at(0.75), least: sorted[0]!, most: sorted.at(-1)! };
}

function wordsOf(formats: readonly StorageFigures[]): string[] {
  const of = (name: StorageFigures['format']): StorageFigures => formats.find(({ format }) => format === name)!;
  const times = (a: number, b: number): string => (a / b >= 10 ? (a / b).toFixed(0) : (a / b).toFixed(1));
  const best = (pick: (figures: StorageFigures) => number): StorageFigures => formats.reduce((a, b) => (pick(b) > pick(a) ? b : a));
  const [hdf5, parquet] = [of('HDF5, gzip'), of('Parquet')];
  return [
    `Ascending, ${best(({ sequential }) => sequential.median).format} is fastest; at random, ${best(({ random }) => random.median).format}.`,
    `gzip HDF5 gives ${times(hdf5.sequential.median, parquet.sequential.median)}x the cells of Parquet in ascending order and ${times(hdf5.random.median, parquet.random.median)}x at random, in ${times(hdf5.bytes, parquet.bytes)}x its bytes. Published elsewhere: at least 10x (142,000 cells x 5,000 genes).`,
    'Random cells cost whole chunks and row groups in compressed formats: the loader\'s chunk-aware order spares them.',
  ];
}
