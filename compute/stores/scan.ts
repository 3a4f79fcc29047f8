/** Reads every value of a matrix once: the figures and defects that only a full reading can tell. */
import { pauseForSignal } from './block-range.ts';
import type { MatrixSpec } from './contract.ts';
import { slabRowsOf } from './dense-reader.ts';
import { openArrays } from './open-arrays.ts';
import { findUnsorted, locateEntry, type Place } from './scan-structure.ts';
import { openEntries } from './open-entries.ts';
import { tallyValues, type ValueTally } from './value-tally.ts';

/** Values read at a time. */
const pieceValues = 1 << 18;

export interface MatrixScan {
  readonly tally: ValueTally;
  /** Where the first defects of each kind are; null: there is none. */
  readonly notFinite: Place | null;
  readonly negative: Place | null;
  readonly fractional: Place | null;
  /** First row (column, in column order) whose indices do not rise; null when all do or the matrix is dense or text. */
  readonly unsorted: number | null;
}

/** Errors: cancelled, corrupt-file, corrupt-chunk. */
export async function scanMatrix(spec: MatrixSpec, signal: AbortSignal | undefined): Promise<MatrixScan> {
  switch (spec.kind) {
    case 'dense':
      return scanDense(spec, signal);
    case 'csr':
      return scanSparse(spec, spec, spec.facts.nObs, signal);
    case 'columns':
      return spec.source.kind === 'csc' ? scanSparse(spec, spec.source, spec.facts.nVars, signal) : scanText(spec, signal);
  }
}

async function scanDense(spec: MatrixSpec & { kind: 'dense' }, signal: AbortSignal | undefined): Promise<MatrixScan> {
  const { nObs, nVars } = spec.facts;
  const [reader] = await openArrays([spec.values]);
  try {
    const tally = tallyValues();
    const rows = slabRowsOf(spec.facts);
    const slab = new Float64Array(Math.min(rows, nObs) * nVars);
    for (let row = 0; row < nObs; row += rows) {
      await pauseForSignal(signal);
      const end = Math.min(nObs, row + rows);
      reader!.readRows(row, end, slab);
      tally.add(slab, (end - row) * nVars);
    }
    const result = tally.result();
    const place = (first: number): Place | null => (first < 0 ? null : { row: Math.floor(first / nVars), gene: first % nVars });
    return { ...withPlaces(result, place), unsorted: null };
  } finally {
    reader!.close();
  }
}

async function scanSparse(
  spec: MatrixSpec, parts: Pick<MatrixSpec & { kind: 'csr' }, 'data' | 'indices' | 'indptr'>, majors: number, signal: AbortSignal | undefined,
): Promise<MatrixScan> {
  const readers = await openArrays([parts.data, parts.indices, parts.indptr]);
  const [data, indices, indptr] = [readers[0]!, readers[1]!, readers[2]!];
  try {
    const tally = tallyValues();
    const piece = new Float64Array(Math.min(pieceValues, spec.facts.stored));
    for (let start = 0; start < spec.facts.stored; start += pieceValues) {
      await pauseForSignal(signal);
      const end = Math.min(spec.facts.stored, start + pieceValues);
      data.readInto(start, end, piece, 0);
      tally.add(piece, end - start);
    }
    const byRows = spec.kind === 'csr';
    const place = (first: number): Place | null => (first < 0 ? null : locateEntry(indptr, indices, majors, first, byRows));
    return { ...withPlaces(tally.result(), place), unsorted: await findUnsorted(indptr, indices, majors, signal) };
  } finally {
    readers.forEach((reader) => reader.close());
  }
}

async function scanText(spec: MatrixSpec & { kind: 'columns' }, signal: AbortSignal | undefined): Promise<MatrixScan> {
  const entries = await openEntries(spec.source, spec.facts.nObs, spec.facts.nVars);
  const tally = tallyValues();
  const found = new Map<number, Place>();
  let seen = 0;
  for await (const batch of entries.batches()) {
    await pauseForSignal(signal);
    tally.add(batch.values, batch.count);
    const { notFinite, negative, fractional } = tally.result();
    for (const { first } of [notFinite, negative, fractional]) {
      if (first >= seen) found.set(first, { row: batch.rows[first - seen]!, gene: batch.genes[first - seen]! });
    }
    seen += batch.count;
  }
  return { ...withPlaces(tally.result(), (first) => found.get(first) ?? null), unsorted: null };
}

function withPlaces(tally: ValueTally, place: (first: number) => Place | null): Omit<MatrixScan, 'unsorted'> {
  return {
    tally,
    notFinite: place(tally.notFinite.first),
    negative: place(tally.negative.first),
    fractional: place(tally.fractional.first),
  };
}
