/** Where an entry of a compressed sparse matrix lies, and whether its indices rise within each row or column. */
import type { ArrayReader } from '../hdf5/index.ts';
import { pauseForSignal } from './block-range.ts';

export interface Place {
  readonly row: number;
  readonly gene: number;
}

const pieceEntries = 1 << 18;
const piecePointers = 1 << 16;

/** Row and gene of the entry at `position`; `byRows`: pointers run over rows, else over genes. */
export function locateEntry(indptr: ArrayReader, indices: ArrayReader, majors: number, position: number, byRows: boolean): Place {
  const one = new Float64Array(1);
  let low = 0;
  let high = Math.max(0, majors - 1);
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    indptr.readInto(middle + 1, middle + 2, one, 0);
    if (one[0]! > position) high = middle;
    else low = middle + 1;
  }
  indices.readInto(position, position + 1, one, 0);
  return byRows ? { row: low, gene: one[0]! } : { row: one[0]!, gene: low };
}

/** The first row (or column) whose indices do not rise strictly; null when all do. Errors: cancelled, those of reading. */
export async function findUnsorted(
  indptr: ArrayReader, indices: ArrayReader, majors: number, signal: AbortSignal | undefined,
): Promise<number | null> {
  const stored = indices.spec.shape[0]!;
  const pointers = new Float64Array(Math.min(piecePointers, majors + 1));
  const piece = new Int32Array(Math.min(pieceEntries, stored));
  let pieceStart = 0;
  let pieceEnd = 0;
  let last = -1;
  for (let major = 0; major < majors; ) {
    // The last pointer of a slice comes again as the first of the next: it ends one row and starts another.
    const count = Math.min(pointers.length, majors + 1 - major);
    indptr.readInto(major, major + count, pointers, 0);
    for (let i = 0; i + 1 < count; i++, major++) {
      last = -1;
      // Pointers that leave the data are the reader's business to refuse; here they end the row.
      const end = Math.min(pointers[i + 1]!, stored);
      for (let at = pointers[i]!; at < end; at++) {
        if (at < pieceStart || at >= pieceEnd) {
          await pauseForSignal(signal);
          [pieceStart, pieceEnd] = [at, Math.min(stored, at + pieceEntries)];
          indices.readInto(pieceStart, pieceEnd, piece, 0);
        }
        const index = piece[at - pieceStart]!;
        if (index <= last) return major;
        last = index;
      }
    }
  }
  return null;
}
