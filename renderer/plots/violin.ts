/** The shape of a distribution: a smoothed histogram over a given range, and the quantiles people ask for. */

export interface Violin {
  /** Share of cells per step from low to high, smoothed; sums to about 1. */
  readonly density: readonly number[];
  readonly cells: number;
  /** 5 %, 50 % and 95 % quantiles in the values' own unit. NaN without a value. */
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

const steps = 48;
/** Normal kernel with a deviation of 1.2 steps, cut at three. */
const kernel = [-3, -2, -1, 0, 1, 2, 3].map((at) => Math.exp(-0.5 * (at / 1.2) ** 2));

/** `shape` turns a value into what is drawn (its logarithm); `from` and `to` are in that unit. */
export function violinOf(values: Float32Array, shape: (value: number) => number, from: number, to: number): Violin {
  const counts = new Float64Array(steps);
  const known: number[] = [];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    known.push(value);
    counts[Math.min(steps - 1, Math.max(0, Math.floor(((shape(value) - from) / (to - from)) * steps)))]! += 1;
  }
  const sorted = Float64Array.from(known).sort();
  const density = Array.from({ length: steps }, (_, i) => {
    let [sum, weight] = [0, 0];
    kernel.forEach((share, k) => {
      const at = i + k - 3;
      if (at < 0 || at >= steps) return;
      sum += share * counts[at]!;
      weight += share;
    });
    return weight === 0 || known.length === 0 ? 0 : sum / weight / known.length;
  });
  return { density, cells: known.length, low: quantile(sorted, 0.05), median: quantile(sorted, 0.5), high: quantile(sorted, 0.95) };
}

/** Linear between neighbours, as numpy does. */
export function quantile(sorted: Float64Array, share: number): number {
  if (sorted.length === 0) return Number.NaN;
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  return sorted[below]! + (at - below) * ((sorted[below + 1] ?? sorted[below]!) - sorted[below]!);
}
