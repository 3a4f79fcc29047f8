/** The cheat sheet: memory per worker -> rows per chunk and workers, by the rule that also fills the form. */
import { chunkRowsFor, engineBaseBytes, hostBaseBytes, workerBaseBytes } from '../../steps/cost.ts';

export interface ChunkTableRow {
  readonly workerBytes: number;
  readonly chunkRows: number;
  readonly workers: number;
}

const MiB = 1024 * 1024;

/** `meanStored` entries per cell; workers that fit the whole budget. */
export function chunkTable(memoryBytes: number, meanStored: number): ChunkTableRow[] {
  const free = Math.max(0, memoryBytes - hostBaseBytes - engineBaseBytes);
  return [128, 256, 512, 1024, 2048, 4096, 8192].map((mib) => ({
    workerBytes: mib * MiB,
    chunkRows: chunkRowsFor(mib * MiB - workerBaseBytes, meanStored, 50),
    workers: Math.floor(free / (mib * MiB)),
  }));
}
