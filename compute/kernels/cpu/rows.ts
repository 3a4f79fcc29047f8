/** Per-row numbers of quality control: totals, detected genes, flagged share, sums of the largest values. */
import type { CsrBlock } from '../block.ts';
import type { RowStats } from '../kernels.ts';
import { assertLength, assertSound } from '../check.ts';

export function rowStats(block: CsrBlock, geneFlags: Uint8Array, out: RowStats): void {
  assertSound(block, geneFlags.length);
  const { rows, indptr, indices, values } = block;
  assertLength(out.total, rows, 'total');
  assertLength(out.detected, rows, 'detected');
  assertLength(out.flagged, rows, 'flagged');
  for (let row = 0; row < rows; row++) {
    let total = 0;
    let detected = 0;
    let flagged = 0;
    for (let p = indptr[row]!; p < indptr[row + 1]!; p++) {
      const value = values[p]!;
      total += value;
      if (value !== 0) detected++;
      if (geneFlags[indices[p]!] === 1) flagged += value;
    }
    out.total[row] = total;
    out.detected[row] = detected;
    out.flagged[row] = flagged;
  }
}

/** Added from the largest value down, in float64. */
export function topSums(block: CsrBlock, tops: Int32Array, out: Float64Array): void {
  assertSound(block, Infinity);
  assertLength(out, block.rows * tops.length, 'out');
  for (let row = 0; row < block.rows; row++) {
    const ascending = block.values.slice(block.indptr[row]!, block.indptr[row + 1]!).sort();
    let sum = 0;
    let taken = 0;
    for (let t = 0; t < tops.length; t++) {
      const wanted = Math.min(tops[t]!, ascending.length);
      for (; taken < wanted; taken++) sum += ascending[ascending.length - 1 - taken]!;
      out[row * tops.length + t] = sum;
    }
  }
}
