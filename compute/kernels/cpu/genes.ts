/** Per-gene sums over the rows of a block: detection counts and first and second moments. */
import type { CsrBlock } from '../block.ts';
import { assertLength, assertSound } from '../check.ts';

export function geneStats(block: CsrBlock, keep: Uint8Array | null, cells: Float64Array, sums: Float64Array): void {
  assertSound(block, Math.min(cells.length, sums.length));
  const { rows, indptr, indices, values } = block;
  if (keep) assertLength(keep, rows, 'keep');
  for (let row = 0; row < rows; row++) {
    if (keep && keep[row] !== 1) continue;
    for (let p = indptr[row]!; p < indptr[row + 1]!; p++) {
      const gene = indices[p]!;
      const value = values[p]!;
      if (value !== 0) cells[gene]! += 1;
      sums[gene]! += value;
    }
  }
}

export function moments(block: CsrBlock, factors: Float64Array, sum: Float64Array, sumSq: Float64Array): void {
  assertSound(block, Math.min(sum.length, sumSq.length));
  const { rows, indptr, indices, values } = block;
  assertLength(factors, rows, 'factors');
  for (let row = 0; row < rows; row++) {
    const factor = factors[row]!;
    if (factor === 0) continue;
    for (let p = indptr[row]!; p < indptr[row + 1]!; p++) {
      const gene = indices[p]!;
      const scaled = values[p]! * factor;
      sum[gene]! += scaled;
      sumSq[gene]! += scaled * scaled;
    }
  }
}

export function clippedMoments(
  block: CsrBlock, keep: Uint8Array | null, clip: Float64Array, sum: Float64Array, sumSq: Float64Array,
): void {
  assertSound(block, Math.min(clip.length, sum.length, sumSq.length));
  const { rows, indptr, indices, values } = block;
  if (keep) assertLength(keep, rows, 'keep');
  for (let row = 0; row < rows; row++) {
    if (keep && keep[row] !== 1) continue;
    for (let p = indptr[row]!; p < indptr[row + 1]!; p++) {
      const gene = indices[p]!;
      const clipped = Math.min(values[p]!, clip[gene]!);
      sum[gene]! += clipped;
      sumSq[gene]! += clipped * clipped;
    }
  }
}
