/**
 * The arithmetic behind plans: bytes and seconds of a streamed pass or of an in-memory step. Rates are per core and
 * were measured on a 2-core server; preflight corrects them with the user's own past runs when there are some.
 */
import { formatBytes } from '../protocol/format.ts';
import type { MatrixFacts, PlateFacts } from '../protocol/matrix.ts';
import type { Hardware, PlanFacts, StepPlan } from '../protocol/plan.ts';
import type { How } from './params.ts';

/** Every reduction over rows is summed in tiles of this many rows, counted from each plate's first row. */
export const tileRows = 4096;

const MiB = 1024 * 1024;
/** Resident memory of an idle host, engine and worker thread. */
export const hostBaseBytes = 90 * MiB;
export const engineBaseBytes = 130 * MiB;
export const workerBaseBytes = 45 * MiB;

/** Stored entries decoded per second and core from gzip h5ad, and work per entry on top. */
export const decodeRate = 80e6;

/** The most rows one worker reads at a time by default (CPU). */
export const maxChunkRows = 100_000;

/**
 * Rows per chunk for the memory one worker has: a quarter of it, at 12 bytes per stored entry plus 4 per output column,
 * between one tile and 100,000. The form, the planner and the printed cheat sheet all use this one rule.
 */
export function chunkRowsFor(workerBytes: number, meanStored: number, outputColumns: number): number {
  const rows = Math.floor((0.25 * workerBytes) / (meanStored * 12 + 4 * outputColumns + 1));
  return Math.min(maxChunkRows, Math.max(tileRows, rows));
}

export interface PassCost {
  /** Bytes the engine holds during the pass (totals, masks, names). */
  readonly engineBytes: number;
  /** Bytes each worker holds besides its chunk (tile sums, loadings). */
  readonly workerBytes: number;
  readonly passes: number;
  /** Bytes written per row of output. */
  readonly rowBytes: number;
  readonly outputColumns: number;
  /** Arithmetic per stored entry relative to decoding it (1 = as long again). */
  readonly workPerEntry: number;
  /** Seconds that do not depend on the number of cells (eigenvectors, fits). */
  readonly fixedSeconds?: number;
  readonly fixedDiskBytes?: number;
  readonly notes?: readonly string[];
}

/** Plan of a step that streams X. Fewer workers are used when their tile sums would not fit. */
export function planPass(facts: PlanFacts, how: How, hardware: Hardware, cost: PassCost): StepPlan {
  const meanStored = Math.max(1, facts.stored / Math.max(1, facts.nObs));
  const notes = [...(cost.notes ?? [])];
  const wanted = Math.max(1, Math.min(how.workers ?? hardware.workers, hardware.workers));
  const fixed = hostBaseBytes + engineBaseBytes + cost.engineBytes;
  let workers = wanted;
  const leastBlockBytes = minimumBlockBytes + largeChunkBytes(facts.plates);
  const minimumPerWorker = workerBaseBytes + 2 * cost.workerBytes + leastBlockBytes;
  while (workers > 1 && fixed + workers * minimumPerWorker > hardware.memoryBytes) workers -= 1;
  if (workers < wanted) {
    notes.push(`${workers} of ${wanted} workers: each needs ${formatBytes(minimumPerWorker)} and ${formatBytes(hardware.memoryBytes)} are allowed in all`);
  }
  const perWorker = Math.max(0, (hardware.memoryBytes - fixed) / workers - workerBaseBytes - 2 * cost.workerBytes);
  const chunkRows = how.chunk_rows ?? wholeTiles(chunkRowsFor(perWorker, meanStored, cost.outputColumns));
  const chunkStored = Math.round(Math.min(2 * MiB, Math.max(65_536, chunkRows * meanStored, 0)));
  const blockBytes = Math.min(chunkStored * 12 + leastBlockBytes, Math.max(leastBlockBytes, perWorker));
  const entries = facts.stored * cost.passes;
  return {
    ramBytes: fixed + workers * (workerBaseBytes + 2 * cost.workerBytes + blockBytes),
    diskBytes: cost.rowBytes * facts.nObs + (cost.fixedDiskBytes ?? 0),
    seconds: (entries / decodeRate) * (1 + cost.workPerEntry) / Math.min(workers, hardware.cores) + (cost.fixedSeconds ?? 0) + 0.3,
    chunkRows,
    chunkStored,
    workers,
    passes: cost.passes,
    resumable: cost.passes > 0 ? 'checkpoint' : 'restart',
    notes,
  };
}

/** Compressed and inflated chunks in flight plus the smallest useful block. */
const minimumBlockBytes = 6 * MiB;

/** Chunks up to this size (a million bytes of values, as h5py cuts them, and of indices) are part of the smallest block. */
const ordinaryChunkBytes = 16 * MiB;
/** An index that stands beside a value; of a dense matrix there is none. */
const indexBytes = 8;

/**
 * What chunks larger than ordinary ones take beside a worker's block: they are decoded whole, however few of their rows are wanted, and
 * lie there stored and unpacked. A writer may choose any size: then this is what refuses the run.
 */
export function largeChunkBytes(plates: readonly Pick<PlateFacts, 'matrix'>[]): number {
  return Math.max(0, ...plates.map(({ matrix }) => 2 * chunkBytesOf(matrix) - ordinaryChunkBytes));
}

function chunkBytesOf({ chunks, dtype, kind, stored }: MatrixFacts): number {
  if (chunks === null) return 0;
  const elements = Math.min(stored, chunks.reduce((product, length) => product * length, 1));
  return elements * (dtype === 'bool' ? 1 : Number(/\d+$/.exec(dtype)![0]) / 8 + (kind === 'dense' ? 0 : indexBytes));
}

const mostTaskTiles = 2;

function wholeTiles(rows: number): number {
  // Longer tasks would leave workers idle at the end of a pass and let finished tile sums pile up behind a slower one;
  // what two tiles cost is decoding the chunks at their borders twice, under 2 %.
  return Math.min(mostTaskTiles, Math.max(1, Math.floor(rows / tileRows))) * tileRows;
}

/** Plan of a step that works on an embedding in memory. */
export function planInMemory(
  hardware: Hardware, bytes: number, seconds: number, diskBytes: number, workers = 1, notes: readonly string[] = [],
): StepPlan {
  return {
    ramBytes: hostBaseBytes + engineBaseBytes + workers * workerBaseBytes + bytes,
    diskBytes,
    seconds,
    chunkRows: tileRows,
    chunkStored: 0,
    workers: Math.min(workers, hardware.workers),
    passes: 0,
    resumable: 'restart',
    notes,
  };
}
