import { expect, test } from 'vitest';
import { loaderRow, loaderTable, workerBytes } from './loader-table.ts';

const GiB = 1024 ** 3;

test('cores, memory, disk and shared memory give batch, block, fetch and workers, from one file to fourteen', () => {
  const table = loaderTable();
  expect(table.slice(0, 2).map(({ files, workers }) => [files, workers])).toEqual([[1, 1], [14, 2]]);
  expect(table.map(({ batchSize, blockSize, fetchFactor, workers }) => [batchSize, blockSize, fetchFactor, workers])).toEqual([[64, 4, 16, 1], [64, 4, 16, 2], [64, 64, 64, 2], [64, 4, 16, 7], [64, 4, 16, 12], [64, 4, 16, 12]]);
  for (const row of table) {
    expect(row.workers).toBeLessThan(row.cores);
    expect(row.workers * row.bytesPerWorker).toBeLessThanOrEqual(row.memoryBytes / 2);
    expect(row.sharedBytesNeeded).toBeLessThanOrEqual(row.sharedMemoryBytes);
  }
  // Published: about 127 MB for a worker with such a batch.
  expect(Math.abs(workerBytes(16) / 127e6 - 1)).toBeLessThan(0.25);
});

test('a hard disk raises the block size, and little shared memory leaves no worker', () => {
  const machine = { files: 14, cores: 8, memoryBytes: 32 * GiB, disk: 'SSD', sharedMemoryBytes: 4 * GiB } as const;
  expect(loaderRow({ ...machine, disk: 'HDD' }).blockSize).toBeGreaterThan(loaderRow(machine).blockSize);
  expect(loaderRow({ ...machine, sharedMemoryBytes: 2 ** 20 }).workers).toBe(0);
  expect(loaderRow({ ...machine, memoryBytes: GiB / 4 })).toMatchObject({ fetchFactor: 16, workers: 1 });
});
