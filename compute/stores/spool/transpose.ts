/**
 * Column order to row order on disk in two passes, within a memory limit: entries are thrown into buckets of rows, then
 * each bucket is put in order by counting. Needed because a plate in column order holds 10^10 entries and every step
 * reads rows.
 */
import { renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { failure, systemFailure } from '../../../protocol/errors.ts';
import { pauseForSignal } from '../block-range.ts';
import { discard, openPlain, type PlainFile } from '../../../io/plain-file.ts';
import { syncFolder } from '../../../io/sync-folder.ts';
import { openBuckets, type Buckets } from './buckets.ts';
import type { EntrySource } from './entries.ts';
import { encodeSpoolHeader, layoutSpool, spoolHeaderBytes } from './format.ts';
import { planTranspose, type TransposePlan } from './plan.ts';
import { orderRows, orderWork } from './order.ts';

export interface TransposeOptions {
  readonly memoryBytes: number;
  readonly signal?: AbortSignal;
  readonly report?: (progress: TransposeProgress) => void;
}

/** Entries done and expected; first all are read, then all are written. */
export interface TransposeProgress {
  readonly phase: 'reading' | 'writing';
  readonly done: number;
  readonly total: number;
}

interface Size {
  readonly nObs: number;
  readonly nVars: number;
  readonly stored: number;
}

/**
 * Writes the spool file `path` (atomically: it appears whole or not at all) and returns the number of entries in it.
 * Errors: memory-too-small, disk-full, cancelled, and what the source throws; scratch files are removed in every case.
 */
export async function writeSpool(source: EntrySource, size: Size, path: string, options: TransposeOptions): Promise<number> {
  const plan = planTranspose(size, options.memoryBytes);
  const memory = new ArrayBuffer(plan.workBytes);
  const buckets = openBuckets(`${path}.scratch`, plan.buckets, plan.entriesPerBlock, memory);
  try {
    const counts = await fillBuckets(source, size, plan, buckets, options);
    const part = openPlain(`${path}.part`, 'w+');
    try {
      const stored = await writeRows(part, source.sumsDuplicates, size, plan, buckets, counts, memory, options);
      part.sync();
      part.close();
      publish(part.path, path);
      return stored;
    } catch (thrown) {
      discard(part);
      throw thrown;
    }
  } finally {
    buckets.discard();
  }
}

/** First pass: every entry into its bucket, and how many each row has. */
async function fillBuckets(
  source: EntrySource, size: Size, plan: TransposePlan, buckets: Buckets, options: TransposeOptions,
): Promise<Uint32Array> {
  const counts = new Uint32Array(size.nObs);
  let done = 0;
  for await (const batch of source.batches()) {
    await pauseForSignal(options.signal, 'row order');
    for (let i = 0; i < batch.count; i++) {
      const row = batch.rows[i]!;
      counts[row]!++;
      buckets.add(Math.floor(row / plan.rowsPerBucket), row, batch.genes[i]!, batch.values[i]!);
    }
    done += batch.count;
    options.report?.({ phase: 'reading', done, total: size.stored });
  }
  buckets.finish();
  return counts;
}

/** Second pass: rows in order, as many at once as the plan allows; a row's final count replaces its first one. */
async function writeRows(
  part: PlainFile, sums: boolean, size: Size, plan: TransposePlan, buckets: Buckets, counts: Uint32Array, memory: ArrayBuffer,
  options: TransposeOptions,
): Promise<number> {
  const work = orderWork(plan.rowsPerBucket, plan.entriesAtOnce, memory);
  const layout = layoutSpool(counts.reduce((total, count) => total + count, 0));
  let stored = 0;
  let done = 0;
  for (let bucket = 0; bucket < plan.buckets; bucket++) {
    const bucketEnd = Math.min(size.nObs, (bucket + 1) * plan.rowsPerBucket);
    for (let row = bucket * plan.rowsPerBucket; row < bucketEnd; ) {
      await pauseForSignal(options.signal, 'row order');
      // Only a row that names genes many times over can be longer than all genes together.
      if (counts[row]! > plan.entriesAtOnce) {
        const neededBytes = options.memoryBytes + 8 * (counts[row]! - plan.entriesAtOnce);
        throw failure('memory-too-small', { step: 'row order', neededBytes, availableBytes: options.memoryBytes });
      }
      const rowEnd = rowsThatFit(counts, row, bucketEnd, plan.entriesAtOnce);
      const ordered = orderRows(buckets, bucket, row, rowEnd, counts, sums, work);
      part.write(layout.indicesAt + 4 * stored, ordered.indices);
      part.write(layout.valuesAt + 4 * stored, ordered.values);
      stored += ordered.indices.length;
      done += ordered.read;
      options.report?.({ phase: 'writing', done, total: size.stored });
      row = rowEnd;
    }
  }
  const pointersCrc = writePointers(part, layout.pointersAt, counts);
  part.write(0, encodeSpoolHeader({ ...layout, nObs: size.nObs, nVars: size.nVars, stored, pointersCrc }));
  return stored;
}

/** End of the rows from `row` on that can be put in order together; at least one. */
function rowsThatFit(counts: Uint32Array, row: number, bucketEnd: number, entriesAtOnce: number): number {
  let entries = counts[row]!;
  let end = row + 1;
  while (end < bucketEnd && entries + counts[end]! <= entriesAtOnce) entries += counts[end++]!;
  return end;
}

function writePointers(part: PlainFile, at: number, counts: Uint32Array): number {
  const slice = new Float64Array(spoolHeaderBytes);
  let position = 0;
  let crc = 0;
  for (let first = 0; first <= counts.length; first += slice.length) {
    const length = Math.min(slice.length, counts.length + 1 - first);
    for (let i = 0; i < length; i++) {
      slice[i] = position;
      // The pointer after the last row has no row of its own.
      position += counts[first + i] ?? 0;
    }
    const bytes = new Uint8Array(slice.buffer, 0, 8 * length);
    part.write(at + 8 * first, bytes);
    crc = crc32(bytes, crc);
  }
  return crc;
}

function publish(from: string, to: string): void {
  try {
    renameSync(from, to);
    syncFolder(dirname(to));
  } catch (thrown) {
    throw systemFailure(thrown, to) ?? thrown;
  }
}
