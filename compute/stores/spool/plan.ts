/** How a transposition is cut to its memory: bytes, entries and buckets, worked out before anything is read. */
import { failure } from '../../../protocol/errors.ts';
import { bytesPerEntry } from './buckets.ts';

export interface TransposePlan {
  /** Rows whose entries go to one bucket; the last bucket may have fewer. */
  readonly rowsPerBucket: number;
  readonly buckets: number;
  /** Entries a bucket collects in memory before it writes them. */
  readonly entriesPerBlock: number;
  /** Entries that are put in order at once. */
  readonly entriesAtOnce: number;
  /** One piece of memory serves both passes: blocks of the buckets, then entries being put in order. */
  readonly workBytes: number;
  readonly ramBytes: number;
  /** Scratch and result together at the worst moment. */
  readonly diskBytes: number;
}

/** Batches from the source, pointer slices, the reader's decoded chunks of ordinary size. */
export const fixedBytes = 4 * 1024 * 1024;
const leastBlockEntries = 64;
const mostBlockEntries = 8192;

/** Errors: memory-too-small when row counts, buffers and one row of every gene cannot be held. */
export function planTranspose(size: { nObs: number; nVars: number; stored: number }, memoryBytes: number): TransposePlan {
  const nObs = Math.max(1, size.nObs);
  const stored = Math.max(1, size.stored);
  // A count per row, held throughout; a place per row of a bucket in the second pass is at most twice that.
  const rowBytes = 12 * nObs;
  const free = memoryBytes - fixedBytes - rowBytes;
  // Second pass: index and value of every entry in hand.
  const entriesAtOnce = Math.floor(free / 8);
  // Half of that is aimed at, so that uneven rows seldom need a second reading of a bucket.
  const wanted = Math.ceil((2 * stored) / Math.max(1, entriesAtOnce));
  const buckets = Math.min(nObs, Math.max(1, wanted));
  const rowsPerBucket = Math.ceil(nObs / buckets);
  const entriesPerBlock = Math.min(mostBlockEntries, Math.floor(free / (buckets * bytesPerEntry)));
  if (entriesAtOnce < size.nVars || entriesPerBlock < leastBlockEntries) {
    throw failure('memory-too-small', { step: 'row order', neededBytes: leastBytes(nObs, size.nVars, stored), availableBytes: memoryBytes });
  }
  const atOnce = Math.min(entriesAtOnce, Math.max(stored, size.nVars));
  const workBytes = Math.max(buckets * entriesPerBlock * bytesPerEntry, atOnce * 8);
  const diskBytes = stored * (bytesPerEntry + 8) + 8 * nObs;
  return {
    rowsPerBucket, buckets: Math.ceil(nObs / rowsPerBucket), entriesPerBlock, entriesAtOnce: atOnce,
    workBytes, ramBytes: fixedBytes + rowBytes + workBytes, diskBytes,
  };
}

/** Free bytes f must hold b = 16 stored / f buckets of the smallest blocks: f^2 = 16 stored x block bytes. */
function leastBytes(nObs: number, nVars: number, stored: number): number {
  const buffers = Math.ceil(Math.sqrt(16 * stored * leastBlockEntries * bytesPerEntry)) + leastBlockEntries * bytesPerEntry;
  return fixedBytes + 12 * nObs + Math.max(8 * nVars, buffers);
}
