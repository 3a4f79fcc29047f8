/**
 * The inner loops behind one interface. The plain CPU set (cpu/) is the meaning; every other set must agree with it
 * within the tolerance its conformance suite states. Kernels know nothing of files, plates or steps.
 */
import type { Arena, CsrBlock } from './block.ts';

/** Rows that survived the filter, restricted to g chosen genes, normalised and log1p'd; gene ids are 0..g-1. */
export interface SelectedBlock {
  rows: number;
  /** rows + 1 offsets. */
  indptr: Int32Array;
  indices: Int32Array;
  values: Float32Array;
}

/** Per-row results of rowStats, one entry per row of the block. */
export interface RowStats {
  /** Sum of all values (float64). */
  total: Float64Array;
  /** Number of values that are not zero (explicit zeros do not count). */
  detected: Int32Array;
  /** Sum of values over genes whose flag is 1 (mitochondrial). */
  flagged: Float64Array;
}

/** What the values of a block look like; checked once per block on the first pass over a plate. */
export interface ValueCheck {
  /** Position in `values` of the first NaN or infinite value, -1 when none. */
  notFinite: number;
  negative: number;
  /** Position of the first value with a fraction, -1 when none. */
  fractional: number;
}

export interface KernelSet {
  readonly name: 'cpu' | 'wasm';
  readonly arena: Arena;

  checkValues(block: CsrBlock): ValueCheck;

  rowStats(block: CsrBlock, geneFlags: Uint8Array, out: RowStats): void;

  /**
   * Sum of the largest N values of each row for each N in `tops` (ascending): out[row * tops.length + t], float64.
   * Rows with fewer than N values: the sum of all of them.
   */
  topSums(block: CsrBlock, tops: Int32Array, out: Float64Array): void;

  /** Adds to per-gene cell counts (values != 0) and sums over rows with keep[row] = 1 (all rows when keep is null). */
  geneStats(block: CsrBlock, keep: Uint8Array | null, cells: Float64Array, sums: Float64Array): void;

  /**
   * Adds per gene e and e*e with e = value * factor[row], in float64, row by row in order; rows with factor 0 are skipped.
   * With factor 1/total these are the sums that the seurat flavour of hvg needs before the target sum is known.
   */
  moments(block: CsrBlock, factors: Float64Array, sum: Float64Array, sumSq: Float64Array): void;

  /** Like moments with factor 1 but every value limited to clip[gene] (seurat_v3, second pass). */
  clippedMoments(block: CsrBlock, keep: Uint8Array | null, clip: Float64Array, sum: Float64Array, sumSq: Float64Array): void;

  /**
   * Keeps rows with factor != 0 and genes with geneMap[gene] >= 0; value = float32(ln(1 + float32(value * factor)) * logScale).
   * logScale is 1 for the natural logarithm, 1/ln(base) otherwise; 0 means no logarithm at all (value = float32(value * factor)).
   * Entries keep the row's stored order. `out` arrays are large enough for the whole block.
   */
  selectLognorm(block: CsrBlock, geneMap: Int32Array, factors: Float64Array, logScale: number, out: SelectedBlock): void;

  /**
   * Adds sum over rows of z z^T to the upper triangle (column >= row) of the g x g row-major float64 `gram`, and z to
   * `sum` (float64, g). Float64 throughout: the covariance is a small difference of these sums (decision 006).
   */
  gram(block: SelectedBlock, genes: number, gram: Float64Array, sum: Float64Array): void;

  /** out[row * k + c] = sum_j z[row, j] * loadings[j * k + c] - offset[c]; float32 out, float32 loadings (genes x k). */
  project(block: SelectedBlock, loadings: Float32Array, offset: Float64Array, k: number, out: Float32Array): void;

  /** y = A x for a symmetric n x n row-major float64 matrix (full storage). */
  symv(matrix: Float64Array, n: number, x: Float64Array, y: Float64Array): void;

  /**
   * k nearest rows of `base` for each of the query rows, squared euclidean distances, merged into the running best:
   * bestDistance and bestIndex hold queries x k entries sorted ascending by (distance, index), start filled with
   * Infinity / -1. Base row b has the index baseStart + b; query q is skipped as its own neighbour when
   * querySelf[q] equals that index. Vectors are row-major, `dims` long.
   */
  nearest(
    queries: Float32Array, queryCount: number, querySelf: Int32Array,
    base: Float32Array, baseCount: number, baseStart: number,
    dims: number, k: number, bestDistance: Float32Array, bestIndex: Int32Array,
  ): void;
}
