/** Benjamini and Hochberg's correction for many tests. */

/** Rates below this count as discoveries. */
export const significanceLevel = 0.05;

/**
 * q of each p: the least share of false discoveries at which it would be called, min over p_j >= p_i of p_j m / rank_j,
 * at most 1. NaN stays NaN and does not count among the m tests.
 */
export function falseDiscoveryRates(p: Float64Array): Float64Array {
  const sorted = p.filter((value) => !Number.isNaN(value)).sort();
  const m = sorted.length;
  // q at each place of the sorted list, from the largest p down
  const q = new Float64Array(m);
  let least = 1;
  for (let i = m - 1; i >= 0; i--) {
    least = Math.min(least, (sorted[i]! * m) / (i + 1));
    q[i] = least;
  }
  return p.map((value) => (Number.isNaN(value) ? value : q[placeOf(sorted, value)]!));
}

/** First place of a value that is in the sorted list. */
function placeOf(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
