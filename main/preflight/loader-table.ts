/**
 * Settings of a loader by machine: cores, memory, disk and shared memory in, batch, block, fetch and workers out. The same
 * rule makes the table and the row for the machine at hand; a measured design (truckee bench loader) is better than any table.
 */
import type { LoaderRow } from '../../protocol/api.data.ts';

const GiB = 1024 ** 3;
const MiB = 1024 ** 2;
const batch = 64;
/** Of a plate of the atlas: stored values per cell, and its genes. */
const valuesPerCell = 1400;
const genes = 62_710;
/** A worker without data: interpreter, open files, index. With batch 64 and fetch 16 it comes to the 127 MB published. */
const workerBaseBytes = 100 * MiB;
const mostWorkers = 12;

export interface LoaderMachine {
  readonly files: number;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly disk: 'HDD' | 'SSD';
  readonly sharedMemoryBytes: number;
}

/** What a PyTorch worker needs: two pools of cells as they are read. */
export const workerBytes = (fetch: number): number => workerBaseBytes + 2 * batch * fetch * valuesPerCell * 8;
/** Two dense minibatches of float32 on their way to the trainer. */
const sharedBytesPerWorker = 2 * batch * genes * 4;

export function loaderRow(machine: LoaderMachine): LoaderRow {
  const { cores, memoryBytes, disk, sharedMemoryBytes } = machine;
  // Long blocks spare a hard disk its seeks; more cells per fetch give back the diversity they cost.
  const block = disk === 'HDD' ? 64 : 4;
  const room = memoryBytes / 2;
  const fetch = [disk === 'HDD' ? 64 : 16, 16, 8, 4, 1].find((wanted) => workerBytes(wanted) <= room) ?? 1;
  const byCores = Math.max(0, cores - 1);
  // One disk arm serves one reader well.
  const workers = Math.max(0, Math.min(disk === 'HDD' ? 2 : mostWorkers, byCores, Math.floor(room / workerBytes(fetch)), Math.floor(sharedMemoryBytes / sharedBytesPerWorker)));
  return { ...machine, batchSize: batch, blockSize: block, fetchFactor: fetch, workers, bytesPerWorker: workerBytes(fetch), sharedBytesNeeded: workers * sharedBytesPerWorker };
}

/** The least that is enough for one file and for all fourteen, then what is usual. */
export function loaderTable(): LoaderRow[] {
  const row = (files: number, cores: number, gib: number, disk: 'HDD' | 'SSD', sharedMemoryBytes: number): LoaderRow => loaderRow({ files, cores, memoryBytes: gib * GiB, disk, sharedMemoryBytes });
  return [
    row(1, 2, 4, 'SSD', 64 * MiB), row(14, 4, 8, 'SSD', 64 * MiB), row(14, 4, 16, 'HDD', 2 * GiB), row(14, 8, 16, 'SSD', 4 * GiB), row(14, 16, 64, 'SSD', 4 * GiB), row(14, 64, 256, 'SSD', 16 * GiB),
  ];
}
