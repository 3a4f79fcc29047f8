/**
 * One local quadratic fit with tricube weights (Cleveland and Devlin 1988): the value and slope at a point of the
 * curve through its nearest neighbours. Abscissae must be sorted.
 */

export interface LocalFit {
  readonly value: number;
  readonly slope: number;
}

/** A polynomial whose weighted norm falls below this share of what it was built from carries only rounding noise. */
const negligible = 1e-10;

/**
 * Fits y over the `q` points of sorted `x` nearest to `at`. Where the neighbours lie on too few distinct abscissae for a
 * quadratic, the degree drops. `bandwidthFactor` widens the neighbourhood's radius (spans above 1).
 */
export function fitLocal(x: Float64Array, y: Float64Array, at: number, q: number, bandwidthFactor = 1): LocalFit {
  const first = nearestWindow(x, at, q);
  const last = first + q - 1;
  let radius = Math.max(at - x[first]!, x[last]! - at) * bandwidthFactor;
  // all neighbours share one abscissa: any radius gives their mean
  if (radius <= 0) radius = 1;
  const weights = new Float64Array(q);
  for (let i = 0; i < q; i++) weights[i] = tricube(Math.abs(x[first + i]! - at) / radius);
  // all neighbours equally far away: equally important
  if (weights.every((weight) => weight === 0)) weights.fill(1);
  return fitWeighted(x.subarray(first, first + q), y.subarray(first, first + q), weights, at, radius);
}

function tricube(share: number): number {
  if (share >= 1) return 0;
  const inside = 1 - share * share * share;
  return inside * inside * inside;
}

/** First index of the q consecutive points nearest to `at`. */
function nearestWindow(x: Float64Array, at: number, q: number): number {
  let low = 0;
  let high = x.length - q;
  while (low < high) {
    const middle = (low + high) >> 1;
    // the window moves right while its left end is farther away than the next point on the right
    if (at - x[middle]! > x[middle + q]! - at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Least squares on polynomials made orthogonal under the weights (three-term recurrence): well conditioned however
 * lopsided the neighbourhood. u = (x - at) / radius, so the fit is wanted at u = 0.
 */
function fitWeighted(x: Float64Array, y: Float64Array, weights: Float64Array, at: number, radius: number): LocalFit {
  const count = x.length;
  let total = 0;
  let mean = 0;
  let level = 0;
  for (let i = 0; i < count; i++) {
    const w = weights[i]!;
    total += w;
    mean += (w * (x[i]! - at)) / radius;
    level += w * y[i]!;
  }
  mean /= total;
  level /= total;
  // p1 = u - mean
  let norm1 = 0;
  let cubic = 0;
  let slope1 = 0;
  for (let i = 0; i < count; i++) {
    const u = (x[i]! - at) / radius;
    const p1 = u - mean;
    const w = weights[i]!;
    norm1 += w * p1 * p1;
    cubic += w * u * p1 * p1;
    slope1 += w * p1 * (y[i]! - level);
  }
  if (!(norm1 > negligible * total)) return { value: level, slope: 0 };
  slope1 /= norm1;
  const linear: LocalFit = { value: level - slope1 * mean, slope: slope1 };
  // p2 = (u - centre) p1 - lag
  const centre = cubic / norm1;
  const lag = norm1 / total;
  let norm2 = 0;
  let slope2 = 0;
  for (let i = 0; i < count; i++) {
    const u = (x[i]! - at) / radius;
    const p1 = u - mean;
    const p2 = (u - centre) * p1 - lag;
    const w = weights[i]!;
    norm2 += w * p2 * p2;
    slope2 += w * p2 * (y[i]! - level - slope1 * p1);
  }
  if (!(norm2 > negligible * norm1)) return { value: linear.value, slope: linear.slope / radius };
  slope2 /= norm2;
  return {
    value: linear.value + slope2 * (centre * mean - lag),
    slope: (linear.slope - slope2 * (mean + centre)) / radius,
  };
}
