import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { goldenAbout, goldenArrays, goldenMatrix, goldenNames, relativeGap, specExamples } from '../../fixtures/golden.ts';
import { binEdges, binOf } from './bins.ts';
import { hvgSeurat, selectByCutoffs, selectTop } from './index.ts';

const gene = (e: number[][], j: number): number[] => e.map((row) => row[j]!);
const sumsOf = (e: number[][], genes: number): { n: number; sum: Float64Array; sumSq: Float64Array } => ({
  n: e.length,
  sum: Float64Array.from({ length: genes }, (_, j) => gene(e, j).reduce((a, b) => a + b, 0)),
  sumSq: Float64Array.from({ length: genes }, (_, j) => gene(e, j).reduce((a, b) => a + b * b, 0)),
});

describe('bins', () => {
  test('the worked example: the least value is inside, edges belong to the bin on their left', () => {
    const { values, count, edges, bins } = specExamples().bins;
    const made = binEdges(Float64Array.from(values), count);
    expect([...made]).toEqual(edges);
    expect([...binOf(Float64Array.from([...values, 2.5, 2.5000001]), made)]).toEqual([...bins, 0, 1]);
  });

  test('equal values share one bin, zero included', () => {
    for (const value of [0, 3, -2]) {
      const values = new Float64Array(4).fill(value);
      const edges = binEdges(values, 20);
      expect(edges[20]! - edges[0]!).toBeCloseTo(value === 0 ? 0.002 : 0.002 * Math.abs(value), 12);
      const bins = new Set(binOf(values, edges));
      expect(bins.size).toBe(1);
      expect([9, 10]).toContain([...bins][0]);
    }
  });

  test('every value falls inside its bin', () => {
    fc.assert(fc.property(
      fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 2, maxLength: 40 }), fc.integer({ min: 1, max: 30 }),
      (list, count) => {
        const values = Float64Array.from(list);
        const edges = binEdges(values, count);
        binOf(values, edges).forEach((bin, i) => {
          expect(bin).toBeGreaterThanOrEqual(0);
          expect(bin).toBeLessThan(count);
          expect(values[i]! <= edges[bin + 1]!).toBe(true);
          // only a range too small to lower the first edge puts a value on the left border
          expect(edges[bin]! < values[i]! || (bin === 0 && edges[0] === values[i])).toBe(true);
        });
      },
    ));
  });
});

describe('hvg seurat', () => {
  test('the worked example of the specification', () => {
    const example = specExamples().hvg_seurat;
    const found = hvgSeurat({ ...sumsOf(example.e, 4), target: 1, binCount: example.bin_count });
    expect(relativeGap(found.dispersions, example.dispersions)).toBeLessThan(example.tolerance);
    expect(relativeGap(found.means, example.means)).toBeLessThan(example.tolerance);
    expect([...found.bins]).toEqual(example.bins);
    expect(relativeGap(found.dispersionsNorm, example.dispersions_norm.map((v) => v ?? NaN))).toBeLessThan(example.tolerance);
  });

  const names = goldenNames('hvg_seurat');
  test('there are golden folders', () => expect(names).toEqual(['deep', 'sparse', 'ties']));

  test.each(names)('golden %s: columns within 1e-9, masks equal', (name) => {
    const golden = goldenArrays(name, 'hvg_seurat');
    const found = hvgSeurat({
      n: golden.scalar('n'), sum: golden.numbers('sum'), sumSq: golden.numbers('sum_sq'), target: golden.scalar('target'),
    });
    expect([...found.bins]).toEqual([...golden.integers('bin')]);
    expect(relativeGap(found.means, golden.numbers('means'), 1e-12)).toBeLessThan(1e-9);
    expect(relativeGap(found.dispersions, golden.numbers('dispersions'))).toBeLessThan(1e-9);
    expect(relativeGap(found.dispersionsNorm, golden.numbers('dispersions_norm'))).toBeLessThan(1e-9);
    for (const count of goldenAbout(name)['n_tops'] as number[]) {
      expect([...selectTop(found.dispersionsNorm, count)]).toEqual([...golden.integers(`top_${count}`)]);
    }
    const standard = { minMean: 0.0125, maxMean: 3, minDisp: 0.5, maxDisp: Infinity };
    expect([...selectByCutoffs(found.means, found.dispersionsNorm, standard)]).toEqual([...golden.integers('cutoffs')]);
    const loose = { minMean: 0, maxMean: 100, minDisp: -0.5, maxDisp: 2 };
    expect([...selectByCutoffs(found.means, found.dispersionsNorm, loose)]).toEqual([...golden.integers('cutoffs_loose')]);
  });

  test.each(names)('golden %s: sums taken from the stored matrix in any order give the same genes', (name) => {
    const golden = goldenArrays(name, 'hvg_seurat');
    const { cells, genes, indptr, indices, values } = goldenMatrix(name);
    const sum = new Float64Array(genes);
    const sumSq = new Float64Array(genes);
    for (let cell = cells - 1; cell >= 0; cell--) {
      const [start, end] = [indptr[cell]!, indptr[cell + 1]!];
      const total = values.subarray(start, end).reduce((a, b) => a + b, 0);
      for (let p = start; p < end && total > 0; p++) {
        sum[indices[p]!]! += values[p]! / total;
        sumSq[indices[p]!]! += (values[p]! / total) ** 2;
      }
    }
    const found = hvgSeurat({ n: cells, sum, sumSq, target: golden.scalar('target') });
    expect(relativeGap(found.dispersionsNorm, golden.numbers('dispersions_norm'))).toBeLessThan(1e-6);
    const [count] = goldenAbout(name)['n_tops'] as number[];
    expect([...selectTop(found.dispersionsNorm, count!)]).toEqual([...golden.integers(`top_${count!}`)]);
  });

  test('tied genes alone in a bin are undefined, one gene alone gets 1, a silent gene changes nothing', () => {
    const e = [[1, 1, 1, 90, 0], [4, 4, 4, 120, 0], [0, 0, 0, 70, 0]];
    const { dispersionsNorm, bins } = hvgSeurat({ ...sumsOf(e, 5), target: 1 });
    expect(bins[0]).not.toBe(bins[3]);
    expect([...dispersionsNorm]).toEqual([NaN, NaN, NaN, 1, NaN]);
  });

  test('one cell has no variance: nothing is selected', () => {
    const { dispersionsNorm } = hvgSeurat({ ...sumsOf([[1, 2, 0]], 3), target: 1 });
    expect([...dispersionsNorm]).toEqual([NaN, NaN, NaN]);
    expect([...selectTop(dispersionsNorm, 2)]).toEqual([0, 0, 0]);
  });

  test('the target sum only shifts: scaling values and sums agree', () => {
    const e = [[1, 0, 2, 4], [3, 1, 2, 0], [0, 0, 5, 1], [2, 0, 1, 7]];
    const scaled = e.map((row) => row.map((v) => v * 3.5));
    const direct = hvgSeurat({ ...sumsOf(scaled, 4), target: 1 });
    const late = hvgSeurat({ ...sumsOf(e, 4), target: 3.5 });
    expect(relativeGap(late.dispersionsNorm, direct.dispersionsNorm)).toBeLessThan(1e-12);
  });
});

describe('choosing genes', () => {
  test('ties at the border are all taken, NaN never', () => {
    expect([...selectTop(Float64Array.of(1, NaN, 3, 1, 0.5), 2)]).toEqual([1, 0, 1, 1, 0]);
    expect([...selectTop(Float64Array.of(NaN, -4, Infinity), 9)]).toEqual([0, 1, 1]);
  });

  test('with limits NaN counts as 0 and infinity passes an unlimited maximum', () => {
    const limits = { minMean: 0, maxMean: 3, minDisp: -0.5, maxDisp: Infinity };
    expect([...selectByCutoffs(Float64Array.of(1, 1, 1, 3, 0), Float64Array.of(NaN, Infinity, -Infinity, 1, 1), limits)]).toEqual([1, 1, 0, 0, 0]);
  });
});
