/** Gene order on disk, tests in blocks of genes, and what chance alone gives. */
import { describe, expect, test } from 'vitest';
import { createRandom } from '../random/random.ts';
import { testGenes } from './block.ts';
import { comparison, pieces, type Entry } from './testing.ts';

function randomEntries(seed: number, cells: number, genes: number, mean: number): Entry[] {
  const random = createRandom(seed, 0x6465);
  const entries: Entry[] = [];
  for (let row = 0; row < cells; row++) {
    for (let gene = 0; gene < genes; gene++) {
      const count = Math.floor(-Math.log(random.uniform()) * mean * (0.5 + (gene % 10) / 5));
      if (count > 0) entries.push({ row, gene, count });
    }
  }
  return entries;
}

describe('gene order', () => {
  test('gives back every entry, large counts too, in the order of cells', () => {
    const entries = [...randomEntries(1, 50, 7, 2), { row: 49, gene: 6, count: 70_000 }, { row: 12, gene: 3, count: 255 }, { row: 13, gene: 3, count: 254 }]
      .filter((one, i, all) => all.findLastIndex((other) => other.row === one.row && other.gene === one.gene) === i).sort((a, b) => a.row - b.row || a.gene - b.gene);
    const found: Entry[] = [];
    for (const { starts, rowStart, rows, counts, places, values } of pieces(entries, 7, 50, 16)) {
      for (let gene = 0; gene < 7; gene++) {
        for (let e = starts[gene]!; e < starts[gene + 1]!; e++) found.push({ row: rowStart + rows[e]!, gene, count: counts[e] === 255 ? values[places.indexOf(e)]! : counts[e]! });
      }
    }
    expect(found.sort((a, b) => a.row - b.row || a.gene - b.gene)).toEqual(entries);
  });

  test('how rows were cut into tiles changes no bit of any number', () => {
    const [cells, genes] = [300, 20];
    const entries = randomEntries(2, cells, genes, 1);
    const slot = Int32Array.from({ length: cells }, (_, cell) => (cell % 4) - (cell % 11 === 0 ? 4 : 0)).map((s) => Math.max(-1, s));
    const taking = entries.filter(({ row }) => slot[row]! >= 0);
    const factor = Float64Array.from({ length: cells }, (_, cell) => 0.5 + (cell % 7) / 5);
    for (const method of ['wilcoxon', 't-test', 'wilcoxon_counts'] as const) {
      const setup = comparison(method, slot, 4, genes, factor);
      const once = testGenes(setup, pieces(taking, genes, cells, 4096), genes, () => undefined);
      expect(testGenes(setup, pieces(taking, genes, cells, 37), genes, () => undefined), method).toEqual(once);
    }
  });
});

test('the histogram of counts gives what sorting gives, also beyond its last count', () => {
  const [cells, genes] = [200, 12];
  const entries = randomEntries(3, cells, genes, 30).map((one) => (one.gene === 11 ? { ...one, count: one.count * 20 } : one));
  const slot = Int32Array.from({ length: cells }, (_, cell) => cell % 3);
  const [counted] = testGenes(comparison('wilcoxon_counts', slot, 3, genes), pieces(entries, genes, cells, 64), genes, () => undefined);
  // Without a factor logarithms have the order of the counts themselves.
  const [sorted] = testGenes(comparison('wilcoxon', slot, 3, genes), pieces(entries, genes, cells, 64), genes, () => undefined);
  for (const name of ['statistic', 'p_value'] as const) expect(counted![name]).toEqual(sorted![name]);
  counted!.target_mean.forEach((mean, i) => expect(Math.abs(mean / sorted!.target_mean[i]! - 1)).toBeLessThan(1e-6));
});

test('genes that nobody has: U is half of all pairs, p is 1, means and changes are 0', () => {
  const [found] = testGenes(comparison('wilcoxon', Int32Array.of(0, 0, 0, 1, 1), 2, 3), [], 3, () => undefined);
  expect([...found!.statistic]).toEqual([3, 3, 3]);
  expect([...found!.p_value]).toEqual([1, 1, 1]);
  for (const name of ['target_mean', 'ref_mean', 'log2_fold_change', 'percent_change', 'neg_log10_p'] as const) expect([...found![name]]).toEqual([0, 0, 0]);
});

test('labels drawn by chance: about 5 % of expressed genes have p below 0.05', () => {
  const [cells, genes] = [400, 10_000];
  const slot = Int32Array.from({ length: cells }, (_, cell) => cell % 2);
  const entries = randomEntries(4, cells, genes, 0.7);
  const spooled = pieces(entries, genes, cells, 4096);
  for (const method of ['wilcoxon', 't-test'] as const) {
    const [found] = testGenes(comparison(method, slot, 2, genes), spooled, genes, () => undefined);
    const share = found!.p_value.filter((p) => p < 0.05).length / genes;
    expect(share, method).toBeGreaterThan(0.045);
    expect(share, method).toBeLessThan(0.055);
  }
});
