/** Which genes are highly variable, given their normalised dispersion: a number of genes, or limits. */

/**
 * Marks (1) the genes at or above the nTop-th largest value. Ties at the border are all taken, so more than nTop can be
 * marked; NaN never is; with fewer numbers than nTop all of them are.
 */
export function selectTop(dispersionsNorm: Float64Array, nTop: number): Uint8Array {
  const sorted = dispersionsNorm.filter((value) => !Number.isNaN(value)).sort();
  const mask = new Uint8Array(dispersionsNorm.length);
  if (sorted.length === 0 || nTop < 1) return mask;
  const border = sorted[sorted.length - Math.min(nTop, sorted.length)]!;
  dispersionsNorm.forEach((value, gene) => {
    if (value >= border) mask[gene] = 1;
  });
  return mask;
}

export interface HvgLimits {
  /** Limits on ln(1 + mean), both exclusive. */
  readonly minMean: number;
  readonly maxMean: number;
  /** Limits on the normalised dispersion, both exclusive; maxDisp may be Infinity. */
  readonly minDisp: number;
  readonly maxDisp: number;
}

/** Marks (1) the genes strictly inside all limits. NaN counts as 0 and infinities as the largest finite numbers. */
export function selectByCutoffs(means: Float64Array, dispersionsNorm: Float64Array, limits: HvgLimits): Uint8Array {
  return Uint8Array.from(dispersionsNorm, (raw, gene) => {
    const mean = means[gene]!;
    const value = Number.isNaN(raw) ? 0 : Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, raw));
    return Number(mean > limits.minMean && mean < limits.maxMean && value > limits.minDisp && value < limits.maxDisp);
  });
}
