/** Rank-sum, Welch's t, their tails and the correction against scipy. */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { relativeGap } from '../../fixtures/golden.ts';
import { anndataPython, runScript } from '../results/testing/python.ts';
import { agreementOf, falseDiscoveryRates, log2FoldChange, percentChange, rankSum, rankSumOfCounts, rankSumP, runsOf, spearman, twoSidedNormal, twoSidedStudent, welchTest } from './index.ts';

interface Case {
  readonly kind: string;
  readonly group: readonly number[];
  readonly reference: readonly number[];
  readonly u: number;
  readonly p: number;
  readonly t: number | null;
  readonly tp: number | null;
  readonly df: number | null;
}

interface Expected {
  readonly cases: readonly Case[];
  readonly normal: { readonly z: number[]; readonly p: number[]; readonly logP: number[] };
  readonly student: readonly { readonly t: number; readonly df: number; readonly p: number }[];
  readonly fdr: readonly { readonly p: number[]; readonly q: number[] }[];
  readonly spearman: readonly { readonly a: number[]; readonly b: number[]; readonly r: number }[];
}

const nonzero = (values: readonly number[]): Float64Array => Float64Array.from(values.filter((value) => value !== 0)).sort();
const tested = (group: readonly number[], reference: readonly number[]) => {
  const theirs = nonzero(reference);
  const runs = runsOf(theirs, reference.length, new Float64Array(theirs.length), new Float64Array(theirs.length));
  return rankSum(nonzero(group), group.length, runs);
};
const sums = (values: readonly number[], shift: number) => ({
  n: values.length, sum: values.reduce((a, b) => a + (b - shift), 0), squares: values.reduce((a, b) => a + (b - shift) ** 2, 0),
});
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
const gap = (a: number, b: number): number => relativeGap([a], [b], 1e-300);

describe.skipIf(!anndataPython)('against scipy (needs Python)', () => {
  const expected = runScript(join(import.meta.dirname, 'testing', 'differential.py')) as Expected;

  test('rank-sum: U exact and p to 1e-8, for ties, negatives, constants and groups of 1, 2, 3 and 1,000', () => {
    expect(expected.cases.length).toBeGreaterThan(70);
    for (const one of expected.cases) {
      const found = tested(one.group, one.reference);
      expect(found.u, `${one.kind} ${one.group.length} ${one.reference.length}`).toBe(one.u);
      const { p, logP } = rankSumP(found, one.group.length, one.reference.length);
      expect(gap(p, one.p), `${one.kind} ${one.group.length} ${one.reference.length}: ${p} for ${one.p}`).toBeLessThan(1e-8);
      expect(Math.abs(logP - Math.log(one.p))).toBeLessThan(1e-8 * Math.max(1, Math.abs(logP)));
    }
    expect(Math.min(...expected.cases.map((one) => one.p))).toBeLessThan(1e-150);
  });

  test("Welch's t: statistic, degrees of freedom and p", () => {
    const compared = expected.cases.filter((one) => one.t !== null);
    expect(compared.length).toBeGreaterThan(30);
    for (const one of compared) {
      const shift = mean(one.reference);
      const found = welchTest(sums(one.group, shift), sums(one.reference, shift));
      expect(Math.abs(found.t - one.t!)).toBeLessThan(1e-9 * Math.max(1, Math.abs(one.t!)));
      expect(gap(found.df, one.df!)).toBeLessThan(1e-9);
      expect(gap(found.p, one.tp!), `${one.kind}: ${found.p} for ${one.tp!}`).toBeLessThan(1e-8);
    }
  });

  test('the tails hold far out, and their logarithms beyond what a number can be', () => {
    const { z, p, logP } = expected.normal;
    z.forEach((value, i) => {
      const found = twoSidedNormal(value);
      if (p[i]! > 1e-300) expect(gap(found.p, p[i]!), `z ${value}`).toBeLessThan(1e-11);
      expect(Math.abs(found.logP - logP[i]!)).toBeLessThan(1e-11 * Math.max(1, Math.abs(logP[i]!)));
    });
    for (const { t, df, p: wanted } of expected.student) {
      const found = twoSidedStudent(t, df);
      if (wanted > 1e-290) expect(gap(found.p, wanted), `t ${t}, df ${df}: ${found.p} for ${wanted}`).toBeLessThan(1e-9);
    }
  });

  test('false discovery rates to 1e-10', () => {
    for (const { p, q } of expected.fdr) expect(relativeGap(falseDiscoveryRates(Float64Array.from(p)), q, 1e-300)).toBeLessThan(1e-10);
  });

  test("Spearman's correlation with ties", () => {
    for (const { a, b, r } of expected.spearman) expect(spearman(a, b)).toBeCloseTo(r, 12);
  });
});

test('two comparisons agree on signs, leading genes and order among what either calls significant', () => {
  const a = { log2FoldChange: [3, -2, 1, 0.5, 0], fdr: [0.001, 0.01, 0.2, 0.04, 0.9] };
  const b = { log2FoldChange: [2, -1, 4, -0.5, 0], fdr: [0.001, 0.02, 0.01, 0.3, 0.9] };
  expect(agreementOf(a, b, 2)).toMatchObject({ significant: [3, 3], both: 2, sameSign: 0.75, overlap: 0.5 });
  expect(agreementOf(a, a, 50)).toMatchObject({ spearman: 1, sameSign: 1, overlap: 1 });
  expect(agreementOf({ ...a, fdr: [1, 1, 1, 1, 1] }, b, 2).overlap).toBeNaN();
});

describe('rank-sum', () => {
  test('worked example of the specification', () => {
    const found = tested([0, 0, 1, 2, 5], [0, 0, 0, 1, 1, 3, 0]);
    expect(found.u).toBe(22);
    expect(rankSumP(found, 5, 7).p).toBeCloseTo(0.48454973727584594, 14);
  });

  test('a gene that nobody has, and one that all have alike, say nothing', () => {
    expect(tested([0, 0], [0, 0, 0])).toEqual({ u: 3, ties: 120 });
    expect(rankSumP(tested([0, 0], [0, 0, 0]), 2, 3).p).toBe(1);
    expect(rankSumP(tested([4, 4], [4, 4, 4]), 2, 3).p).toBe(1);
  });

  test('counts in a histogram give what sorted values give', () => {
    const side = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 40 });
    fc.assert(fc.property(side, side, (group, reference) => {
      const histogram = (values: readonly number[]): number[] => values.reduce((h, value) => ((h[value]! += 1), h), new Array<number>(7).fill(0));
      expect(rankSumOfCounts(histogram(group), histogram(reference))).toEqual(tested(group, reference));
      // The other way round, U is what is left.
      expect(tested(group, reference).u + tested(reference, group).u).toBe(group.length * reference.length);
    }));
  });
});

test('false discovery rates: worked example, ties, and NaN left out of the count', () => {
  const q = falseDiscoveryRates(Float64Array.of(0.01, 0.04, Number.NaN, 0.03, 0.5));
  expect([...q].map((value) => Number(value.toFixed(7)))).toEqual([0.04, 0.0533333, Number.NaN, 0.0533333, 0.5]);
  expect([...falseDiscoveryRates(new Float64Array(0))]).toEqual([]);
});

test('means that are zero on one side or both', () => {
  expect(log2FoldChange(0, 0, 0)).toBe(0);
  expect(log2FoldChange(2, 0, 0)).toBe(Infinity);
  expect(log2FoldChange(0, 2, 0)).toBe(-Infinity);
  expect(log2FoldChange(2, 0, 1e-9)).toBeCloseTo(Math.log2(2e9), 6);
  expect([percentChange(0, 0, 0), percentChange(2, 0, 0), percentChange(1, 2, 0)]).toEqual([0, Infinity, -0.5]);
});

test("Welch's t: sides that do not vary, and sides too small", () => {
  expect(welchTest(sums([2, 2], 0), sums([2, 2, 2], 0))).toMatchObject({ t: 0, p: 1 });
  expect(welchTest(sums([3, 3], 0), sums([2, 2, 2], 0))).toMatchObject({ t: Infinity, p: 0 });
  expect(welchTest(sums([3], 0), sums([2, 1, 2], 0)).p).toBeNaN();
});
