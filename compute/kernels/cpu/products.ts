/** Products of selected rows: their Gram matrix (for covariance) and their scores on given loadings. */
import type { SelectedBlock } from '../kernels.ts';
import { assertLength, assertSound } from '../check.ts';

/** Gene ids are distinct within a row, in any order. Each cell of `gram` receives its terms in row order. */
export function gram(block: SelectedBlock, genes: number, gram: Float64Array, sum: Float64Array): void {
  assertSound(block, genes);
  assertLength(gram, genes * genes, 'gram');
  assertLength(sum, genes, 'sum');
  const { rows, indptr, indices, values } = block;
  for (let row = 0; row < rows; row++) {
    const end = indptr[row + 1]!;
    for (let p = indptr[row]!; p < end; p++) {
      const gene = indices[p]!;
      const value = values[p]!;
      sum[gene]! += value;
      for (let q = indptr[row]!; q < end; q++) {
        const other = indices[q]!;
        if (other < gene) continue;
        // The product of two float32 is exact in float64.
        gram[gene * genes + other]! += value * values[q]!;
      }
    }
  }
}

/** Sums in float64, rounded once. */
export function project(block: SelectedBlock, loadings: Float32Array, offset: Float64Array, k: number, out: Float32Array): void {
  assertSound(block, Math.floor(loadings.length / k));
  assertLength(offset, k, 'offset');
  assertLength(out, block.rows * k, 'out');
  const { rows, indptr, indices, values } = block;
  const scores = new Float64Array(k);
  for (let row = 0; row < rows; row++) {
    scores.fill(0);
    for (let p = indptr[row]!; p < indptr[row + 1]!; p++) {
      const at = indices[p]! * k;
      const value = values[p]!;
      for (let c = 0; c < k; c++) scores[c]! += value * loadings[at + c]!;
    }
    for (let c = 0; c < k; c++) out[row * k + c] = scores[c]! - offset[c]!;
  }
}
