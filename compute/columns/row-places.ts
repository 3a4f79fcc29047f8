/** Where rows lie in X: how many values each holds, and which chunks must be read for some of them. */
import type { DatasetSpec } from '../hdf5/index.ts';
import type { MatrixSpec } from '../stores/contract.ts';
import { openArrays } from '../stores/open-arrays.ts';

export interface RowPlaces {
  /** Values stored in each row of [start, end); rows where `keep` is 1 (all when null) are noted as wanted. Slices ascend. */
  take(start: number, end: number, keep: Uint8Array | null): ArrayLike<number>;
  /** Of everything wanted so far: compressed bytes of its chunks, and rows that lie in them. */
  touched(): { readonly bytes: number; readonly touchedCells: number };
  close(): void;
}

/** Row order is exact; for other layouts every row is taken to hold the mean, and every byte to be needed. */
export async function rowPlaces(spec: MatrixSpec | null): Promise<RowPlaces> {
  if (spec === null) return { take: (start, end) => new Float64Array(end - start), touched: () => ({ bytes: 0, touchedCells: 0 }), close: () => undefined };
  return spec.kind === 'csr' ? csrPlaces(spec) : evenPlaces(spec);
}

function evenPlaces(spec: MatrixSpec): RowPlaces {
  const { nObs, stored, storedBytes } = spec.facts;
  let wanted = false;
  return {
    take(start, end, keep) {
      wanted ||= keep === null || keep.includes(1);
      return new Float64Array(end - start).fill(nObs > 0 ? stored / nObs : 0);
    },
    touched: () => (wanted ? { bytes: storedBytes, touchedCells: nObs } : { bytes: 0, touchedCells: 0 }),
    close: () => undefined,
  };
}

async function csrPlaces(spec: MatrixSpec & { kind: 'csr' }): Promise<RowPlaces> {
  const pointers = (await openArrays([spec.indptr]))[0]!;
  const parts = [chunkMarks(spec.data), chunkMarks(spec.indices)];
  let touchedCells = 0;
  return {
    take(start, end, keep) {
      const at = new Float64Array(end - start + 1);
      pointers.readInto(start, end + 1, at, 0);
      const lengths = new Float64Array(end - start);
      for (let row = 0; row < lengths.length; row++) {
        lengths[row] = at[row + 1]! - at[row]!;
        if (keep === null || keep[row] === 1) for (const part of parts) part.mark(at[row]!, at[row + 1]!);
      }
      // Rows whose first value lies in a chunk that is read: what a reader has to decode beside the wanted ones.
      for (let row = 0; row < lengths.length; row++) if (parts[0]!.isMarked(at[row]!)) touchedCells += 1;
      return lengths;
    },
    touched: () => ({ bytes: parts.reduce((sum, part) => sum + part.bytes(), 0), touchedCells }),
    close: () => pointers.close(),
  };
}

interface ChunkMarks {
  /** Entries [from, to) are wanted. */
  mark(from: number, to: number): void;
  isMarked(entry: number): boolean;
  bytes(): number;
}

function chunkMarks(spec: DatasetSpec): ChunkMarks {
  const { layout } = spec;
  if (layout.kind !== 'chunked') {
    const width = layout.kind === 'contiguous' && spec.shape[0]! > 0 ? layout.storedBytes / spec.shape[0]! : 0;
    let entries = 0;
    return { mark: (from, to) => void (entries += to - from), isMarked: () => false, bytes: () => entries * width };
  }
  const chunkEntries = layout.chunkShape[0]!;
  const marked = new Uint8Array(layout.index.storedBytes.length);
  return {
    mark(from, to) {
      if (to <= from) return;
      for (let chunk = Math.floor(from / chunkEntries), last = Math.floor((to - 1) / chunkEntries); chunk <= last; chunk++) marked[chunk] = 1;
    },
    isMarked: (entry) => marked[Math.floor(entry / chunkEntries)] === 1,
    bytes: () => layout.index.storedBytes.reduce((sum, bytes, chunk) => sum + (marked[chunk] === 1 ? bytes : 0), 0),
  };
}
