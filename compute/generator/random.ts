/** What the generator draws besides plain random numbers: Poisson counts, and the streams its sequences come from. */
import type { Random } from '../random/random.ts';

export { createRandom, type Random } from '../random/random.ts';

/** A whole number (Poisson, mean `mean`) by inversion of one uniform number per 200 of the mean. */
export function poisson(random: Random, mean: number): number {
  let left = mean;
  let total = 0;
  while (left > 0) {
    const step = Math.min(left, 200);
    total += invertPoisson(random.uniform(), step);
    left -= step;
  }
  return total;
}

/** The smallest k with P(X <= k) > u for X Poisson of mean up to about 700. */
export function invertPoisson(u: number, mean: number): number {
  let k = 0;
  let term = Math.exp(-mean);
  let sum = term;
  while (u >= sum && term > 1e-300) {
    k++;
    term *= mean / k;
    sum += term;
    // Rounding may leave the sum just below u for good.
    if (k > mean && term < 1e-12) break;
  }
  return k;
}

/** Streams of one seed that belong to no row. */
export const streams = { genes: 1, lines: 2, drugs: 3, programs: 4, plate: 5, wells: 6, markers: 7, rows: 1000 } as const;
