import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { goldenAbout, goldenArrays, goldenNames, relativeGap } from '../../fixtures/golden.ts';
import { cpuKernels as kernels } from '../kernels/cpu/index.ts';
import { writeArray } from '../results/array.ts';
import { scratchFolder } from '../results/testing/python.ts';
import { openGeneTotals } from './gene-totals.ts';
import { goldenTile, runOver, someCuts } from './golden.cases.ts';
import { openMoments } from './moments.ts';
import { openTotals } from './totals.ts';

const folder = scratchFolder();

describe.each(goldenNames('normalize'))('golden/%s', (name) => {
  const golden = goldenTile(name);
  const normalize = goldenArrays(name, 'normalize');
  const maxFraction = (goldenAbout(name) as { max_fraction: number }).max_fraction;
  const slots = ['X'];

  test('genes that dominate a cell, then totals without them', () => {
    const all = new Uint8Array(golden.matrix.genes).fill(1);
    for (const cuts of someCuts) {
      const spec = { counted: [all], dominating: { fraction: maxFraction, keep: null }, slots };
      const { dominates, totals } = runOver(openTotals(spec, [golden.plate], kernels), golden, cuts, kernels);
      expect([...dominates!]).toEqual([...normalize.integers('exclude/excluded')]);
      expect([...totals]).toEqual([...normalize.numbers('default/totals')]);
      const rest = runOver(openTotals({ counted: [all.map((_, gene) => 1 - dominates![gene]!)], dominating: null, slots }, [golden.plate], kernels), golden, cuts, kernels);
      expect([...rest.totals]).toEqual([...normalize.numbers('exclude/totals')]);
      expect(rest.dominates).toBeNull();
    }
  });

  test('cells that the filter dropped make no gene dominate', () => {
    const nobody = join(folder, `${name}-nobody`);
    writeArray(nobody, new Uint8Array(golden.matrix.cells));
    const spec = { counted: [new Uint8Array(golden.matrix.genes).fill(1)], dominating: { fraction: maxFraction, keep: nobody }, slots };
    expect(runOver(openTotals(spec, [golden.plate], kernels), golden, [], kernels).dominates!.every((flag) => flag === 0)).toBe(true);
  });

  test('sums of shares as the golden file has them', () => {
    const totals = join(folder, `${name}-totals`);
    writeArray(totals, normalize.numbers('default/totals'));
    const seurat = goldenArrays(name, 'hvg_seurat');
    for (const cuts of someCuts) {
      const spec = { keep: null, values: { kind: 'relative', totals, targets: [normalize.scalar('default/target')] } } as const;
      const { kept, sum, sumSq } = runOver(openMoments(spec, [golden.plate], kernels), golden, cuts, kernels);
      expect(kept).toBe(seurat.scalar('n'));
      expect(relativeGap(sum, seurat.numbers('sum'), 1e-12)).toBeLessThan(1e-12);
      expect(relativeGap(sumSq, seurat.numbers('sum_sq'), 1e-12)).toBeLessThan(1e-12);
    }
  });

  test('sums of counts cut at a ceiling as the golden file has them', () => {
    const v3 = goldenArrays(name, 'hvg_seurat_v3');
    const spec = { keep: null, values: { kind: 'clipped', clip: [v3.numbers('clip')] } } as const;
    for (const cuts of someCuts) {
      const { sum, sumSq } = runOver(openMoments(spec, [golden.plate], kernels), golden, cuts, kernels);
      expect(relativeGap(sum, v3.numbers('clipped_sum'))).toBeLessThan(1e-12);
      expect(relativeGap(sumSq, v3.numbers('clipped_sum_sq'))).toBeLessThan(1e-12);
    }
  });

  test('cells and counts per gene over the kept cells only', () => {
    const { matrix } = golden;
    const keep = Uint8Array.from({ length: matrix.cells }, (_, cell) => Number(cell % 3 !== 1));
    const path = join(folder, `${name}-keep`);
    writeArray(path, keep);
    const cells = new Float64Array(matrix.genes);
    const sums = new Float64Array(matrix.genes);
    for (let cell = 0; cell < matrix.cells; cell++) {
      for (let p = matrix.indptr[cell]!; p < matrix.indptr[cell + 1]!; p++) {
        if (keep[cell] === 0) continue;
        cells[matrix.indices[p]!]! += Number(matrix.values[p] !== 0);
        sums[matrix.indices[p]!]! += matrix.values[p]!;
      }
    }
    for (const cuts of someCuts) expect(runOver(openGeneTotals({ keep: path }, [golden.plate], kernels), golden, cuts, kernels)).toEqual({ cells, sums });
  });
});

test('raw counts are looked at before they are summed: without qc nobody else has', () => {
  const golden = goldenTile('ties');
  const values = golden.matrix.values.slice();
  values[golden.matrix.indptr[30]!] = NaN;
  const pass = openMoments({ keep: null, values: { kind: 'raw' } }, [golden.plate], kernels);
  expect(() => runOver(pass, { ...golden, matrix: { ...golden.matrix, values } }, [25], kernels)).toThrow(
    expect.objectContaining({ data: expect.objectContaining({ kind: 'bad-values', facts: expect.objectContaining({ row: 30, problem: 'nan' }) }) }));
});
