/** Row pointers read in slices: a plate of 10M cells keeps 1 MiB of them in memory, not 80. Checked as they come in. */
import { failure } from '../../protocol/errors.ts';
import type { CsrSource } from './csr-source.ts';

/** Rows whose pointers are held at once. */
export const pointerSliceRows = 131_072;

export interface PointerWindow {
  /** Position of the first entry of `row`; `row` may be nObs. */
  at(row: number): number;
}

/** A window that slides forward over the pointers of [rowStart, rowEnd]; corrupt-file when they fall or leave the data. */
export function pointerWindow(source: CsrSource, rowEnd: number): PointerWindow {
  let first = 0;
  let slice: Float64Array = new Float64Array(0);
  return {
    at(row) {
      if (row < first || row >= first + slice.length) {
        // One pointer back, so that the step between two slices is checked as well.
        first = Math.max(0, row - 1);
        slice = source.pointers(first, Math.min(rowEnd, first + pointerSliceRows));
        checkPointers(source, first, slice);
      }
      return slice[row - first]!;
    },
  };
}

/** Throws corrupt-file unless the pointers of the rows from `first` on never fall and stay within the stored entries. */
export function checkPointers(source: Pick<CsrSource, 'path' | 'element' | 'stored'>, first: number, slice: Float64Array): void {
  let before = first === 0 ? 0 : slice[0]!;
  if (first === 0 && slice[0] !== 0) damaged(source, `the first row pointer is ${slice[0]}, not 0`);
  for (let i = 0; i < slice.length; i++) {
    const here = slice[i]!;
    // Written so that NaN (an undecodable pointer) fails too.
    if (!(here >= before)) damaged(source, `row pointers fall from ${before} to ${here} at row ${first + i}`);
    before = here;
  }
  if (before > source.stored) {
    damaged(source, `row pointers reach ${before} but only ${source.stored} entries are stored`);
  }
}

/** First row whose end lies beyond `position` (so the row that holds that entry), by bisection over the stored pointers. */
export function rowOfEntry(source: CsrSource, position: number): number {
  let low = 0;
  let high = source.nObs - 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const end = source.pointers(middle + 1, middle + 1)[0]!;
    if (end > position) high = middle;
    else low = middle + 1;
  }
  return low;
}

function damaged(source: Pick<CsrSource, 'path' | 'element'>, reason: string): never {
  throw failure('corrupt-file', { path: source.path, element: `${source.element}/indptr`, reason });
}
