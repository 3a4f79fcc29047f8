/**
 * Highly variable genes, flavour seurat_v3 (Stuart et al. 2019 as scanpy computes it): variance of counts standardised
 * by the trend of variance over mean. Two passes over the cells, so two functions with per-gene sums in between.
 */
import { loess } from './loess.ts';

/** Sums of raw counts over the n kept cells, per gene, in float64. */
export interface CountSums {
  readonly n: number;
  readonly sum: Float64Array;
  readonly sumSq: Float64Array;
  /** Share of genes in each local fit. */
  readonly span?: number;
}

/** What the second pass and the ranking need, one entry per gene. */
export interface VarianceTrend {
  readonly means: Float64Array;
  /** Divisor n - 1. */
  readonly variances: Float64Array;
  /** Square root of the variance that the trend expects at this mean; 1 for genes without variance. */
  readonly regSd: Float64Array;
  /** Counts above this are limited to it in the second pass, so that a single cell cannot make a gene variable. */
  readonly clip: Float64Array;
}

/** After the first pass: the trend and the limits for the second one. */
export function varianceTrend({ n, sum, sumSq, span = 0.3 }: CountSums): VarianceTrend {
  const means = sum.map((total) => total / n);
  // sums of integer counts are exact in float64, so a gene with equal counts everywhere gets exactly 0
  const variances = sumSq.map((total, gene) => (n > 1 ? Math.max(0, total - sum[gene]! * (sum[gene]! / n)) / (n - 1) : 0));
  const varying = Int32Array.from(variances.keys()).filter((gene) => variances[gene]! > 0);
  const fitted = loess(
    Float64Array.from(varying, (gene) => Math.log10(means[gene]!)),
    Float64Array.from(varying, (gene) => Math.log10(variances[gene]!)),
    span,
  );
  const regSd = new Float64Array(sum.length).fill(1);
  varying.forEach((gene, i) => {
    regSd[gene] = Math.sqrt(10 ** fitted[i]!);
  });
  const clip = regSd.map((sd, gene) => sd * Math.sqrt(n) + means[gene]!);
  return { means, variances, regSd, clip };
}

/** Sums over the same cells of c = min(count, clip) and of c squared, per gene. */
export interface ClippedSums {
  readonly n: number;
  readonly clippedSum: Float64Array;
  readonly clippedSumSq: Float64Array;
}

/** After the second pass: the standardised variance of every gene; the genes with the largest are highly variable. */
export function standardisedVariance(trend: VarianceTrend, { n, clippedSum, clippedSumSq }: ClippedSums): Float64Array {
  return trend.means.map((mean, gene) => {
    const sd = trend.regSd[gene]!;
    return (n * mean * mean + clippedSumSq[gene]! - 2 * clippedSum[gene]! * mean) / ((n - 1) * sd * sd);
  });
}
