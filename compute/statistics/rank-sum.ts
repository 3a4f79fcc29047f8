/**
 * Wilcoxon's rank-sum test (Mann and Whitney's U) of two groups that are mostly zeros: only the other values are ever
 * sorted or visited; the zeros of both sides are one block of ties. Two-sided, asymptotic, with the continuity correction.
 */
import { twoSidedNormal } from './normal-tail.ts';

export interface RankSum {
  /** U of the group: pairs (group, reference) in which the group's value is larger, ties counted half. */
  readonly u: number;
  /** Sum over blocks of equal values of t^3 - t. */
  readonly ties: number;
}

/** Runs of equal values of one side, ascending, zeros left out. */
export interface Runs {
  readonly values: Float32Array | Float64Array;
  readonly counts: Float64Array;
  /** Runs in use. */
  readonly length: number;
  /** Cells, zeros included. */
  readonly n: number;
  /** Cells that are not zero. */
  readonly nonzero: number;
}

/** Runs of `sorted` (ascending, no zeros, of a side with `n` cells); `values` and `counts` give the room. */
export function runsOf(sorted: Float32Array | Float64Array, n: number, values: Float32Array | Float64Array, counts: Float64Array): Runs {
  let length = 0;
  for (let i = 0; i < sorted.length; ) {
    const value = sorted[i]!;
    let end = i + 1;
    while (end < sorted.length && sorted[end] === value) end++;
    values[length] = value;
    counts[length++] = end - i;
    i = end;
  }
  return { values, counts, length, n, nonzero: sorted.length };
}

/** `sorted`: the group's values that are not zero, ascending; `n` its cells, zeros included. */
export function rankSum(sorted: Float32Array | Float64Array, n: number, reference: Runs): RankSum {
  const { values, counts, length } = reference;
  const zeros = n - sorted.length;
  const zerosReference = reference.n - reference.nonzero;
  let [u, ties, below] = [0, 0, 0];
  let [i, r] = [0, 0];
  const tied = (mine: number, theirs: number): void => {
    const t = mine + theirs;
    u += mine * (below + theirs / 2);
    ties += t * t * t - t;
    below += theirs;
  };
  let zerosPassed = false;
  for (;;) {
    const mine = i < sorted.length ? sorted[i]! : Infinity;
    const theirs = r < length ? values[r]! : Infinity;
    const next = Math.min(mine, theirs);
    if (!zerosPassed && next > 0) {
      tied(zeros, zerosReference);
      zerosPassed = true;
    }
    if (next === Infinity) break;
    let same = 0;
    while (i < sorted.length && sorted[i] === next) {
      same++;
      i++;
    }
    tied(same, theirs === next ? counts[r++]! : 0);
  }
  return { u, ties };
}

/** The same from how often each count occurs (entry v: cells with value v, zeros included). */
export function rankSumOfCounts(group: ArrayLike<number>, reference: ArrayLike<number>): RankSum {
  let [u, ties, below] = [0, 0, 0];
  for (let value = 0; value < Math.max(group.length, reference.length); value++) {
    const mine = group[value] ?? 0;
    const theirs = reference[value] ?? 0;
    const t = mine + theirs;
    u += mine * (below + theirs / 2);
    ties += t * t * t - t;
    below += theirs;
  }
  return { u, ties };
}

export interface TestedP {
  readonly p: number;
  /** Natural logarithm of p: tells them apart where p itself is 0. */
  readonly logP: number;
}

/** As scanpy tests: the z of the group's rank sum without correction for continuity, with that for ties only where asked for; 0 where it has no value. */
export function rankSumScore({ u, ties }: RankSum, n1: number, n2: number, tieCorrect: boolean): TestedP & { readonly score: number } {
  const n = n1 + n2;
  const variance = ((n1 * n2 * (n + 1)) / 12) * (tieCorrect ? 1 - ties / (n * n * n - n) : 1);
  const score = variance > 0 ? (u - (n1 * n2) / 2) / Math.sqrt(variance) : 0;
  return score === 0 ? { score, p: 1, logP: 0 } : { score, ...twoSidedNormal(Math.abs(score)) };
}

/** p of U with the tie correction; 1 where all values are equal. */
export function rankSumP({ u, ties }: RankSum, n1: number, n2: number): TestedP {
  const n = n1 + n2;
  const variance = ((n1 * n2) / 12) * (n + 1 - ties / (n * (n - 1)));
  if (!(variance > 0)) return { p: 1, logP: 0 };
  const z = (Math.max(u, n1 * n2 - u) - (n1 * n2) / 2 - 0.5) / Math.sqrt(variance);
  return z <= 0 ? { p: 1, logP: 0 } : twoSidedNormal(z);
}
