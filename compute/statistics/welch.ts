/** Welch's t-test from counts, sums and sums of squares: what a stream can add up. */
import type { TestedP } from './rank-sum.ts';
import { twoSidedStudent } from './student-tail.ts';

/** Of one side; sums are of (value - shift), with the same shift on both sides, so that large means cost no digits. */
export interface SideSums {
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
}

export interface WelchTest extends TestedP {
  readonly t: number;
  readonly df: number;
}

/**
 * `referenceN`: cells that the reference counts for (scanpy's t-test_overestim_var gives it as many as the group has).
 * Neither side varies: equal means give p = 1, different ones p = 0. Sides of fewer than two cells cannot be tested: NaN.
 */
export function welchTest(group: SideSums, reference: SideSums, referenceN = reference.n): WelchTest {
  if (group.n < 2 || reference.n < 2 || referenceN < 2) return { t: Number.NaN, df: Number.NaN, p: Number.NaN, logP: Number.NaN };
  const a = varianceOf(group) / group.n;
  const b = varianceOf(reference) / referenceN;
  const difference = group.sum / group.n - reference.sum / reference.n;
  if (a + b <= 0) {
    return difference === 0 ? { t: 0, df: group.n + referenceN - 2, p: 1, logP: 0 } : { t: Math.sign(difference) * Infinity, df: group.n + referenceN - 2, p: 0, logP: -Infinity };
  }
  const t = difference / Math.sqrt(a + b);
  const df = (a + b) ** 2 / (a ** 2 / (group.n - 1) + b ** 2 / (referenceN - 1));
  return { t, df, ...twoSidedStudent(t, df) };
}

/** Sample variance, never below 0. */
function varianceOf({ n, sum, squares }: SideSums): number {
  return Math.max(0, (squares - (sum * sum) / n) / (n - 1));
}
