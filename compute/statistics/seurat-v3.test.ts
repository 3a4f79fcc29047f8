import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { goldenAbout, goldenArrays, goldenMatrix, goldenNames, relativeGap } from '../../fixtures/golden.ts';
import { ranksDescending, rankOverBatches, standardisedVariance, varianceTrend } from './index.ts';

/** Per-gene sums of min(value, clip) and its square over a stored matrix. */
function sums(name: string, clip: Float64Array | null): { n: number; sum: Float64Array; sumSq: Float64Array } {
  const { cells, genes, indices, values } = goldenMatrix(name);
  const sum = new Float64Array(genes);
  const sumSq = new Float64Array(genes);
  values.forEach((value, p) => {
    const gene = indices[p]!;
    const limited = clip ? Math.min(value, clip[gene]!) : value;
    sum[gene]! += limited;
    sumSq[gene]! += limited * limited;
  });
  return { n: cells, sum, sumSq };
}

describe('hvg seurat_v3', () => {
  test.each(goldenNames('hvg_seurat'))('golden %s: both phases, ranks and masks', (name) => {
    const golden = goldenArrays(name, 'hvg_seurat_v3');
    const first = sums(name, null);
    const trend = varianceTrend(first);
    expect(relativeGap(trend.means, golden.numbers('means'))).toBeLessThan(1e-12);
    expect(relativeGap(trend.variances, golden.numbers('variances'), 1e-3)).toBeLessThan(1e-10);
    expect(relativeGap(trend.regSd, golden.numbers('reg_sd'), 1e-3)).toBeLessThan(1e-6);
    expect(relativeGap(trend.clip, golden.numbers('clip'), 1e-3)).toBeLessThan(1e-6);
    const second = sums(name, trend.clip);
    expect(relativeGap(second.sum, golden.numbers('clipped_sum'))).toBeLessThan(1e-6);
    expect(relativeGap(second.sumSq, golden.numbers('clipped_sum_sq'))).toBeLessThan(1e-6);
    const variance = standardisedVariance(trend, { n: second.n, clippedSum: second.sum, clippedSumSq: second.sumSq });
    expect(relativeGap(variance, golden.numbers('variances_norm'))).toBeLessThan(1e-6);
    for (const count of goldenAbout(name)['n_tops'] as number[]) {
      const chosen = rankOverBatches([variance], count, 'seurat_v3');
      expect([...chosen.mask]).toEqual([...golden.integers(`top_${count}`)]);
    }
  });

  test('clipping is felt: without it another variance comes out', () => {
    const first = sums('sparse', null);
    const trend = varianceTrend(first);
    const free = standardisedVariance(trend, { n: first.n, clippedSum: first.sum, clippedSumSq: first.sumSq });
    expect(relativeGap(free, goldenArrays('sparse', 'hvg_seurat_v3').numbers('variances_norm'))).toBeGreaterThan(0.01);
  });

  test('a gene with the same count in every cell has no variance and a standardised variance of 0', () => {
    const trend = varianceTrend(sums('deep', null));
    expect(trend.variances[50]).toBe(0);
    expect(trend.regSd[50]).toBe(1);
    const again = sums('deep', trend.clip);
    expect(standardisedVariance(trend, { n: again.n, clippedSum: again.sum, clippedSumSq: again.sumSq })[50]).toBe(0);
  });
});

describe('ranks', () => {
  test('equal values keep their order, NaN comes last', () => {
    expect([...ranksDescending(Float64Array.of(2, NaN, 5, 2, Infinity, Infinity))]).toEqual([3, 5, 2, 4, 0, 1]);
  });

  test('ranks are a permutation that sorts the values', () => {
    fc.assert(fc.property(fc.array(fc.double({ noNaN: true }), { maxLength: 60 }), (list) => {
      const sorted = new Float64Array(list.length);
      ranksDescending(Float64Array.from(list)).forEach((rank, i) => { sorted[rank] = list[i]!; });
      expect([...sorted]).toEqual([...list].sort((a, b) => (a > b ? -1 : Number(a < b))));
    }));
  });

  test.each(['seurat_v3', 'seurat_v3_paper'] as const)('golden plates: three batches, flavour %s', (flavor) => {
    const golden = goldenArrays('plates', 'hvg_seurat_v3');
    const label = flavor === 'seurat_v3' ? 'plain' : 'paper';
    const norms = golden.numbers('norms');
    const genes = norms.length / 3;
    const count = goldenAbout('plates')['n_top'] as number;
    const chosen = rankOverBatches([0, 1, 2].map((b) => norms.slice(b * genes, (b + 1) * genes)), count, flavor);
    expect(relativeGap(chosen.rank, golden.numbers(`${label}/rank`))).toBe(0);
    expect([...chosen.batches]).toEqual([...golden.integers(`${label}/votes`)]);
    expect([...chosen.mask]).toEqual([...golden.integers(`${label}/mask`)]);
  });

  test('the two flavours differ: median rank first, or number of batches first', () => {
    // gene 0 leads one batch only, gene 1 is second in both
    const batches = [Float64Array.of(9, 5, 1, 0), Float64Array.of(0, 5, 1, 9)];
    expect([...rankOverBatches(batches, 2, 'seurat_v3').mask]).toEqual([1, 0, 0, 1]);
    expect([...rankOverBatches(batches, 2, 'seurat_v3_paper').mask]).toEqual([1, 1, 0, 0]);
  });
});
