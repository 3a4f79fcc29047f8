/** Tests of one gene between every target of a stratum and its reference. */
import { rankSum, rankSumOfCounts, rankSumP, runsOf, welchTest, type SideSums } from '../statistics/index.ts';
import type { DeMethod, Samples, Stratum } from './contract.ts';
import type { SlotEntries } from './entries.ts';

export interface Tested {
  statistic: number;
  p: number;
  logP: number;
}

/** Called once per target of the stratum, in order; the object is the same every time. */
export type GeneTest = (entries: SlotEntries, stratum: Stratum, found: (target: number, tested: Tested) => void) => void;

/** `cells` per slot, zeros included. */
export function openGeneTest(method: DeMethod, cells: Float64Array, samples: Samples | null): GeneTest {
  switch (method) {
    case 'wilcoxon':
      return sortedRanks(cells);
    case 'wilcoxon_counts':
      return countedRanks(cells);
    case 't-test':
      return welch(cells);
    case 'pseudobulk':
      return wells(samples!);
    default:
      return method satisfies never;
  }
}

function sortedRanks(cells: Float64Array): GeneTest {
  let runValues = new Float32Array(0);
  let runCounts = new Float64Array(0);
  const tested: Tested = { statistic: 0, p: 1, logP: 0 };
  return ({ start, values }, { base, targets }, found) => {
    const sorted = values.subarray(start[base]!, start[base + 1]!).sort();
    if (runValues.length < sorted.length) {
      runValues = new Float32Array(sorted.length * 2);
      runCounts = new Float64Array(sorted.length * 2);
    }
    const reference = runsOf(sorted, cells[base]!, runValues, runCounts);
    for (let target = 0; target < targets; target++) {
      const s = base + 1 + target;
      const mine = values.subarray(start[s]!, start[s + 1]!).sort();
      const n = cells[s]!;
      if (mine.length + sorted.length === 0) Object.assign(tested, { statistic: (n * reference.n) / 2, p: 1, logP: 0 });
      else {
        const ranks = rankSum(mine, n, reference);
        const { p, logP } = rankSumP(ranks, n, reference.n);
        Object.assign(tested, { statistic: ranks.u, p, logP });
      }
      found(target, tested);
    }
  };
}

/** Counts from here on are sorted, not counted in a histogram. */
const histogramCounts = 256;

function countedRanks(cells: Float64Array): GeneTest {
  const sorting = sortedRanks(cells);
  const reference = new Float64Array(histogramCounts);
  const group = new Float64Array(histogramCounts);
  const tested: Tested = { statistic: 0, p: 1, logP: 0 };
  return (entries, stratum, found) => {
    const { start, counts } = entries;
    const { base, targets } = stratum;
    let most = 0;
    for (let e = start[base]!; e < start[base + 1 + targets]!; e++) most = Math.max(most, counts[e]!);
    if (most >= histogramCounts) {
      sorting(entries, stratum, found);
      return;
    }
    const fill = (histogram: Float64Array, s: number): Float64Array => {
      histogram.fill(0, 0, most + 1);
      for (let e = start[s]!; e < start[s + 1]!; e++) histogram[counts[e]!]! += 1;
      histogram[0] = cells[s]! - (start[s + 1]! - start[s]!);
      return histogram.subarray(0, most + 1);
    };
    const theirs = fill(reference, base);
    for (let target = 0; target < targets; target++) {
      const s = base + 1 + target;
      const ranks = rankSumOfCounts(fill(group, s), theirs);
      const { p, logP } = rankSumP(ranks, cells[s]!, cells[base]!);
      found(target, Object.assign(tested, { statistic: ranks.u, p, logP }));
    }
  };
}

function welch(cells: Float64Array): GeneTest {
  const tested: Tested = { statistic: 0, p: 1, logP: 0 };
  return ({ start, values, logSum }, { base, targets }, found) => {
    const shift = logSum[base]! / cells[base]!;
    const sums = (s: number): SideSums => {
      const zeros = cells[s]! - (start[s + 1]! - start[s]!);
      let sum = -zeros * shift;
      let squares = zeros * shift * shift;
      for (let e = start[s]!; e < start[s + 1]!; e++) {
        const off = values[e]! - shift;
        sum += off;
        squares += off * off;
      }
      return { n: cells[s]!, sum, squares };
    };
    const reference = sums(base);
    for (let target = 0; target < targets; target++) {
      const { t, p, logP } = welchTest(sums(base + 1 + target), reference);
      found(target, Object.assign(tested, { statistic: t, p, logP }));
    }
  };
}

/** Welch's t over wells; NaN where a side has fewer than two of them. */
function wells(samples: Samples): GeneTest {
  const tested: Tested = { statistic: 0, p: 1, logP: 0 };
  const valuesOf = wellValues(samples);
  return (entries, { base, targets }, found) => {
    const theirs = valuesOf(entries, base);
    const shift = theirs.reduce((a, b) => a + b, 0) / Math.max(1, theirs.length);
    const sums = (values: readonly number[]): SideSums => ({
      n: values.length, sum: values.reduce((a, b) => a + (b - shift), 0), squares: values.reduce((a, b) => a + (b - shift) ** 2, 0),
    });
    const reference = sums(theirs);
    for (let target = 0; target < targets; target++) {
      const { t, p, logP } = welchTest(sums(valuesOf(entries, base + 1 + target)), reference);
      found(target, Object.assign(tested, { statistic: t, p, logP }));
    }
  };
}

/** log2 of counts per million of each well of a slot, with half a count added so that none is at minus infinity. */
export function wellValues({ slot, library }: Samples): (entries: SlotEntries, slot: number) => number[] {
  const ofSlot = new Map<number, number[]>();
  slot.forEach((s, sample) => ofSlot.set(s, [...(ofSlot.get(s) ?? []), sample]));
  return (entries, s) => (ofSlot.get(s) ?? []).map((sample) => Math.log2(((entries.sampleSum[sample]! + 0.5) / (library[sample]! + 1)) * 1e6));
}
