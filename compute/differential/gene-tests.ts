/** Tests of one gene between every target of a stratum and its reference. */
import { rankSum, rankSumOfCounts, rankSumP, rankSumScore, runsOf, welchTest, type RankSum, type Runs, type SideSums } from '../statistics/index.ts';
import type { DeSettings, Samples, Stratum } from './contract.ts';
import type { SlotEntries } from './entries.ts';

export interface Tested {
  statistic: number;
  p: number;
  logP: number;
}

/** Called once per target of the stratum, in order; the object is the same every time. */
export type GeneTest = (entries: SlotEntries, stratum: Stratum, found: (target: number, tested: Tested) => void) => void;

export type TestSettings = Pick<DeSettings, 'method' | 'scanpy' | 'tieCorrect'>;

/** `cells` per slot, zeros included. */
export function openGeneTest(settings: TestSettings, cells: Float64Array, samples: Samples | null): GeneTest {
  switch (settings.method) {
    case 'wilcoxon':
      return sortedRanks(cells, judgeOf(settings));
    case 'wilcoxon_counts':
      return countedRanks(cells, judgeOf(settings));
    case 't-test':
      return welch(cells, false);
    case 't-test_overestim_var':
      return welch(cells, true);
    case 'pseudobulk':
      return wells(samples!);
    default:
      return settings.method satisfies never;
  }
}

/** Writes what a rank sum says into `tested`. */
type Judge = (ranks: RankSum, n1: number, n2: number, tested: Tested) => Tested;

function judgeOf({ scanpy, tieCorrect }: TestSettings): Judge {
  if (scanpy) {
    return (ranks, n1, n2, tested) => {
      const { score, p, logP } = rankSumScore(ranks, n1, n2, tieCorrect);
      return Object.assign(tested, { statistic: score, p, logP });
    };
  }
  return (ranks, n1, n2, tested) => {
    const { p, logP } = rankSumP(ranks, n1, n2);
    return Object.assign(tested, { statistic: ranks.u, p, logP });
  };
}

/** Cells of all slots of a stratum. */
const cellsIn = (cells: Float64Array, { base, targets }: Stratum): number => cells.subarray(base, base + 1 + targets).reduce((a, b) => a + b, 0);

function sortedRanks(cells: Float64Array, judge: Judge): GeneTest {
  let runValues = new Float32Array(0);
  let runCounts = new Float64Array(0);
  const tested: Tested = { statistic: 0, p: 1, logP: 0 };
  const runs = (sorted: Float32Array, n: number): Runs => {
    if (runValues.length < sorted.length) {
      runValues = new Float32Array(sorted.length * 2);
      runCounts = new Float64Array(sorted.length * 2);
    }
    return runsOf(sorted, n, runValues, runCounts);
  };
  return ({ start, values }, stratum, found) => {
    const { base, targets, rest } = stratum;
    const theirs = values.subarray(start[base]!, start[base + 1]!);
    // The rest of a target is all cells less its own: U against all has half of all its own pairs too much.
    const all = rest ? runs(values.slice(start[base]!, start[base + 1 + targets]!).sort(), cellsIn(cells, stratum)) : null;
    const reference = all ?? runs(theirs.sort(), cells[base]!);
    const ties = all && tiesOf(all);
    for (let target = 0; target < targets; target++) {
      const s = base + 1 + target;
      const mine = values.subarray(start[s]!, start[s + 1]!).sort();
      const n = cells[s]!;
      const others = all ? all.n - n : reference.n;
      const ranks = mine.length + reference.nonzero === 0 ? null : rankSum(mine, n, reference);
      if (ranks === null) judge(allAlike(n, others), n, others, tested);
      else judge(ties === null ? ranks : { u: ranks.u - (n * n) / 2, ties }, n, others, tested);
      found(target, tested);
    }
  };
}

/** All cells have the same value. */
const allAlike = (n1: number, n2: number): RankSum => ({ u: (n1 * n2) / 2, ties: (n1 + n2) ** 3 - (n1 + n2) });

function tiesOf({ counts, length, n, nonzero }: Runs): number {
  let ties = (n - nonzero) ** 3 - (n - nonzero);
  for (let r = 0; r < length; r++) ties += counts[r]! ** 3 - counts[r]!;
  return ties;
}

/** Counts from here on are sorted, not counted in a histogram. */
const histogramCounts = 256;

function countedRanks(cells: Float64Array, judge: Judge): GeneTest {
  const sorting = sortedRanks(cells, judge);
  const reference = new Float64Array(histogramCounts);
  const group = new Float64Array(histogramCounts);
  const others = new Float64Array(histogramCounts);
  const tested: Tested = { statistic: 0, p: 1, logP: 0 };
  return (entries, stratum, found) => {
    const { start, counts } = entries;
    const { base, targets, rest } = stratum;
    let most = 0;
    for (let e = start[base]!; e < start[base + 1 + targets]!; e++) most = Math.max(most, counts[e]!);
    if (most >= histogramCounts) {
      sorting(entries, stratum, found);
      return;
    }
    const fill = (histogram: Float64Array, first: number, end: number): Float64Array => {
      histogram.fill(0, 0, most + 1);
      for (let e = start[first]!; e < start[end]!; e++) histogram[counts[e]!]! += 1;
      for (let s = first; s < end; s++) histogram[0]! += cells[s]!;
      histogram[0]! -= start[end]! - start[first]!;
      return histogram.subarray(0, most + 1);
    };
    const theirs = fill(reference, base, rest ? base + 1 + targets : base + 1);
    const n = rest ? cellsIn(cells, stratum) : cells[base]!;
    for (let target = 0; target < targets; target++) {
      const s = base + 1 + target;
      const mine = fill(group, s, s + 1);
      for (let count = 0; rest && count <= most; count++) others[count] = theirs[count]! - mine[count]!;
      found(target, judge(rankSumOfCounts(mine, rest ? others.subarray(0, most + 1) : theirs), cells[s]!, rest ? n - cells[s]! : n, tested));
    }
  };
}

function welch(cells: Float64Array, overestimate: boolean): GeneTest {
  const tested: Tested = { statistic: 0, p: 1, logP: 0 };
  return ({ start, values, logSum }, stratum, found) => {
    const { base, targets, rest } = stratum;
    const slots = rest ? Array.from({ length: targets + 1 }, (_, i) => base + i) : [base];
    const shift = slots.reduce((sum, s) => sum + logSum[s]!, 0) / slots.reduce((sum, s) => sum + cells[s]!, 0);
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
    const own = Array.from({ length: targets }, (_, target) => sums(base + 1 + target));
    const reference = sums(base);
    const others = rest ? sumsOfRest(reference, own) : null;
    own.forEach((group, target) => {
      const { t, p, logP } = welchTest(group, others ? others[target]! : reference, overestimate ? group.n : undefined);
      found(target, Object.assign(tested, { statistic: t, p, logP }));
    });
  };
}

/** Of every target all the others and the base: sums from both ends, so that nothing is ever taken away again. */
function sumsOfRest(base: SideSums, own: readonly SideSums[]): SideSums[] {
  const add = (a: SideSums, b: SideSums): SideSums => ({ n: a.n + b.n, sum: a.sum + b.sum, squares: a.squares + b.squares });
  const before = [base];
  own.forEach((one) => before.push(add(before.at(-1)!, one)));
  let after: SideSums = { n: 0, sum: 0, squares: 0 };
  return own.map((_, i) => own.length - 1 - i).map((i) => {
    const rest = add(before[i]!, after);
    after = add(own[i]!, after);
    return rest;
  }).reverse();
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
