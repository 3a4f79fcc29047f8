/**
 * Highly variable genes, flavour seurat (Satija et al. 2015 as scanpy computes it): dispersion of normalised counts,
 * compared with genes of similar mean. Works from per-gene sums, so one pass over the cells is enough.
 */
import { binEdges, binOf } from './bins.ts';

/** Sums over the n kept cells of a plate, per gene, in float64. */
export interface SeuratSums {
  /** Kept cells, those without counts included. */
  readonly n: number;
  /** Sum of count / cell total. */
  readonly sum: Float64Array;
  /** Sum of (count / cell total) squared. */
  readonly sumSq: Float64Array;
  /** Target total of normalize_total; multiplied in here, because it is only known after the pass. 1 for sums of e itself. */
  readonly target: number;
  readonly binCount?: number;
}

/** One entry per gene; the names are scanpy's columns. Stored dispersions_norm is this one rounded to float32. */
export interface SeuratColumns {
  /** ln(1 + mean). */
  readonly means: Float64Array;
  /** ln(variance / mean); NaN for genes without variance. */
  readonly dispersions: Float64Array;
  /** Dispersion standardised within its bin; NaN where undefined, infinite where the bin has no spread. */
  readonly dispersionsNorm: Float64Array;
  /** Bin of the mean, 0 .. binCount - 1. */
  readonly bins: Int32Array;
}

/** The reference replaces a mean of exactly 0 by this, to divide by it. */
const leastMean = 1e-12;

/** Computes the columns. With fewer than two cells every dispersion is NaN (the variance has no divisor). */
export function hvgSeurat({ n, sum, sumSq, target, binCount = 20 }: SeuratSums): SeuratColumns {
  const genes = sum.length;
  const means = new Float64Array(genes);
  const dispersions = new Float64Array(genes);
  for (let gene = 0; gene < genes; gene++) {
    const mean = (sum[gene]! * target) / n;
    // E[e^2] - mean^2 may fall a rounding error below zero for a constant gene
    const variance = Math.max(0, (sumSq[gene]! * target * target) / n - mean * mean) * (n / (n - 1));
    const divisor = mean === 0 ? leastMean : mean;
    const dispersion = variance / divisor;
    dispersions[gene] = dispersion === 0 ? NaN : Math.log(dispersion);
    means[gene] = Math.log1p(divisor);
  }
  const bins = binOf(means, binEdges(means, binCount));
  return { means, dispersions, dispersionsNorm: standardise(dispersions, bins, binCount), bins };
}

function standardise(dispersions: Float64Array, bins: Int32Array, binCount: number): Float64Array {
  const counts = new Float64Array(binCount);
  const centres = new Float64Array(binCount);
  const squares = new Float64Array(binCount);
  dispersions.forEach((value, gene) => {
    const bin = bins[gene]!;
    if (Number.isNaN(value)) return;
    // Welford's update leaves the mean of equal values exact, so a bin of tied genes has a spread of exactly 0
    const delta = value - centres[bin]!;
    counts[bin]! += 1;
    centres[bin]! += delta / counts[bin]!;
    squares[bin]! += delta * (value - centres[bin]!);
  });
  return dispersions.map((value, gene) => {
    const bin = bins[gene]!;
    // a gene alone in its bin is compared with itself and gets 1
    if (counts[bin] === 1) return value / centres[bin]!;
    return (value - centres[bin]!) / Math.sqrt(squares[bin]! / (counts[bin]! - 1));
  });
}
