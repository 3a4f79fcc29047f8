/** Which matrix of a file holds counts: judged by name, element type and a sample of its values, never by name alone. */
import type { DatasetSpec } from '../hdf5/index.ts';
import type { MatrixSpec } from './contract.ts';
import { withCellRows } from './damage.ts';
import { openArrays } from './open-arrays.ts';
import { hdf5Csr } from './open-matrix.ts';
import { openEntries } from './open-entries.ts';

/** Places spread over a matrix where values are looked at, and values looked at in each. */
const samplePlaces = 12;
const samplePlaceValues = 4096;
/** Values that are decoded for it at most: where chunks are large, fewer places are looked at, since files are opened often. */
const mostDecoded = 1 << 25;
const leastPlaces = 3;
/** Rows looked at in each place of a dense matrix, as far as they are few values. */
const sampleDenseValues = 1 << 20;

/** The matrix that holds counts, null when none does. */
export async function findCounts(matrices: readonly MatrixSpec[]): Promise<MatrixSpec | null> {
  for (const spec of inOrderOfTrust(matrices)) if (await looksLikeCounts(spec)) return spec;
  return null;
}

/** X first, layers by how plainly they are named, raw/X, and last a layer that holds part of the counts only. */
export function inOrderOfTrust(matrices: readonly MatrixSpec[]): MatrixSpec[] {
  return matrices
    .map((spec, place) => ({ spec, place, trust: trustOf(spec.facts.slot) }))
    .filter(({ trust }) => trust !== null)
    .sort((a, b) => a.trust! - b.trust! || a.place - b.place)
    .map(({ spec }) => spec);
}

function trustOf(slot: MatrixSpec['facts']['slot']): number | null {
  if (slot === 'X') return 0;
  if (slot === 'raw/X') return 4;
  const layer = slot.slice('layers/'.length).toLowerCase();
  if (layer === 'counts') return 1;
  if (['raw_counts', 'counts_raw', 'raw', 'umi', 'umis', 'umi_counts', 'count'].includes(layer)) return 2;
  // Counts that were scaled or corrected keep the word in their name.
  if (layer.includes('count')) return 3;
  return layer === 'spliced' ? 5 : null;
}

async function looksLikeCounts(spec: MatrixSpec): Promise<boolean> {
  if (spec.facts.dtype.startsWith('uint') || spec.facts.dtype === 'bool') return true;
  try {
    for await (const values of sampleValues(spec)) {
      // NaN and infinity say nothing either way: counts with such a defect are still to be told as counts.
      for (const value of values) if (value < 0 || value > Math.floor(value)) return false;
    }
    return true;
  } catch (thrown) {
    throw spec.kind === 'csr' ? await inRows(spec, thrown) : thrown;
  }
}

/** Damage of a chunk of entries, told by the cells whose entries they are. */
async function inRows(spec: MatrixSpec & { kind: 'csr' }, thrown: unknown): Promise<unknown> {
  const source = hdf5Csr(await openArrays([spec.data, spec.indices, spec.indptr]), spec.facts);
  try {
    return withCellRows(thrown, source);
  } finally {
    source.close();
  }
}

async function* sampleValues(spec: MatrixSpec): AsyncGenerator<Float64Array, void, void> {
  switch (spec.kind) {
    case 'csr':
      return yield* sampleVector(spec.data);
    case 'dense':
      return yield* sampleRows(spec.values);
    case 'columns': {
      if (spec.source.kind === 'csc') return yield* sampleVector(spec.source.data);
      const entries = await openEntries(spec.source, spec.facts.nObs, spec.facts.nVars);
      // A text can only be read from its start.
      for await (const batch of entries.batches()) {
        yield batch.values.subarray(0, batch.count);
        return;
      }
    }
  }
}

async function* sampleVector(spec: DatasetSpec): AsyncGenerator<Float64Array, void, void> {
  const [reader] = await openArrays([spec]);
  try {
    for (const [start, end] of places(spec.shape[0]!, samplePlaceValues, placesFor(spec))) {
      const values = new Float64Array(end - start);
      reader!.readInto(start, end, values, 0);
      yield values;
    }
  } finally {
    reader!.close();
  }
}

async function* sampleRows(spec: DatasetSpec): AsyncGenerator<Float64Array, void, void> {
  const width = Math.max(1, spec.shape[1]!);
  const rows = Math.max(1, Math.min(16, Math.floor(sampleDenseValues / width)));
  const [reader] = await openArrays([spec]);
  try {
    for (const [start, end] of places(spec.shape[0]!, rows, placesFor(spec))) {
      const values = new Float64Array((end - start) * width);
      reader!.readRows(start, end, values);
      yield values;
    }
  } finally {
    reader!.close();
  }
}

function placesFor({ layout, shape }: DatasetSpec): number {
  if (layout.kind !== 'chunked') return samplePlaces;
  // Every place of a dense matrix takes all chunks that lie beside one another.
  const decoded = layout.chunkShape[0]! * (shape[1] ?? 1);
  return Math.max(leastPlaces, Math.min(samplePlaces, Math.floor(mostDecoded / decoded)));
}

/** Ranges of `size` spread over `length`, the first and the last included; all of it when that is little. */
export function places(length: number, size: number, most = samplePlaces): [start: number, end: number][] {
  if (length <= size * most) return length === 0 ? [] : [[0, length]];
  // Multiplied before it is divided: the last start is then exact.
  const start = (i: number): number => Math.floor(((length - size) * i) / (most - 1));
  return Array.from({ length: most }, (_, i) => [start(i), start(i) + size]);
}
