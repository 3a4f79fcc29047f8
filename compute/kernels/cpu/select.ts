/** Row filter, gene selection, normalisation and logarithm in one step; rounding points are part of the meaning. */
import type { CsrBlock } from '../block.ts';
import type { SelectedBlock } from '../kernels.ts';
import { assertLength, assertSound } from '../check.ts';

export function selectLognorm(
  block: CsrBlock, geneMap: Int32Array, factors: Float64Array, logScale: number, out: SelectedBlock,
): void {
  assertSound(block, geneMap.length);
  const { rows, indptr, indices, values } = block;
  const entries = indptr[rows]! - indptr[0]!;
  assertLength(factors, rows, 'factors');
  assertLength(out.indptr, rows + 1, 'out.indptr');
  assertLength(out.indices, entries, 'out.indices');
  assertLength(out.values, entries, 'out.values');
  let keptRows = 0;
  let kept = 0;
  out.indptr[0] = 0;
  for (let row = 0; row < rows; row++) {
    const factor = factors[row]!;
    if (factor === 0) continue;
    for (let p = indptr[row]!; p < indptr[row + 1]!; p++) {
      const gene = geneMap[indices[p]!]!;
      if (gene < 0) continue;
      const scaled = Math.fround(values[p]! * factor);
      out.indices[kept] = gene;
      out.values[kept] = logScale === 0 ? scaled : Math.log1p(scaled) * logScale;
      kept++;
    }
    keptRows++;
    out.indptr[keptRows] = kept;
  }
  out.rows = keptRows;
}
