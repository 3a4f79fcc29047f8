/** Components and scores of real runs against the golden file and against a plain eigensolver on the golden matrices. */
import { beforeAll, describe, expect, test } from 'vitest';
import { goldenArrays, goldenNames, relativeGap, type GoldenMatrix } from '../../fixtures/golden.ts';
import type { FinishedRun } from '../support/finished-run.ts';
import { goldenTrial } from '../support/golden-trial.ts';
import { denseOf } from '../support/plate-file.ts';
import { gapUpToSign, referencePca } from '../support/reference-pca.ts';
import type { Steps, Trial } from '../support/truckee.ts';

interface PcaFacts {
  readonly variance: readonly number[];
  readonly variance_ratio: readonly number[];
  readonly noise_variance: number;
}

const upTo = { qc: {}, normalize: {}, log1p: {} } as const;

describe.each(goldenNames('pca'))('golden/%s', (name) => {
  const golden = goldenArrays(name, 'pca');
  let trial: Trial;
  let matrix: GoldenMatrix;
  let genes: readonly string[];
  let steps: Steps;
  let run: FinishedRun;
  let chosen: number[];
  beforeAll(async () => {
    const made = await goldenTrial(name);
    ({ trial, matrix, genes } = made);
    steps = { ...upTo, hvg: { n_top_genes: made.topCounts.at(-1)! }, pca: { n_comps: 8 } };
    run = await trial.run(steps);
    const mask = run.integers('var/highly_variable');
    chosen = [...mask.keys()].filter((gene) => mask[gene] === 1);
  });

  test('equals a plain eigensolver on the log-normalised values of the chosen genes', () => {
    const totals = goldenArrays(name, 'normalize').numbers('default/totals');
    const target = goldenArrays(name, 'normalize').scalar('default/target');
    const dense = denseOf(matrix);
    const z = Float64Array.from({ length: matrix.cells * chosen.length }, (_, at) => {
      const cell = Math.floor(at / chosen.length);
      const x = dense[cell * matrix.genes + chosen[at % chosen.length]!]!;
      return x === 0 ? 0 : Math.log1p((x * target) / totals[cell]!);
    });
    const reference = referencePca(z, chosen.length);
    const { variance, variance_ratio, noise_variance } = run.facts<PcaFacts>('pca');
    const all = reference.variance.reduce((a, b) => a + b, 0);
    const rest = reference.variance.subarray(8).reduce((a, b) => a + b, 0);
    expect(relativeGap(variance, reference.variance.subarray(0, 8), 1e-9)).toBeLessThan(1e-6);
    expect(relativeGap(variance_ratio, reference.variance.subarray(0, 8).map((value) => value / all))).toBeLessThan(1e-6);
    expect(noise_variance).toBeCloseTo(rest / (chosen.length - 8), 6);
    for (let c = 0; c < 8; c++) {
      const gapAround = Math.min(variance[c - 1] ?? Infinity, Infinity) / variance[c]! - 1;
      expect(Math.min(gapAround, variance[c]! / reference.variance[c + 1]! - 1), `component ${c} stands alone`).toBeGreaterThan(1e-3);
      const loadings = chosen.map((gene) => run.numbers('varm/PCs')[gene * 8 + c]!);
      expect(gapUpToSign(loadings, reference.components[c]!), `loadings ${c}`).toBeLessThan(1e-5);
      const scores = Float64Array.from({ length: matrix.cells }, (_, cell) =>
        chosen.reduce((sum, _gene, j) => sum + (z[cell * chosen.length + j]! - reference.mean[j]!) * reference.components[c]![j]!, 0));
      expect(gapUpToSign(column(run, 'obsm/X_pca', c), scores), `scores ${c}`).toBeLessThan(1e-4);
    }
    expectLargestLoadingPositive(run, genes.length);
    expect(genes.filter((_, gene) => !chosen.includes(gene) && run.numbers('varm/PCs').subarray(gene * 8, gene * 8 + 8).some((x) => x !== 0))).toEqual([]);
  });

  test('equals the golden file where a recipe can choose the same genes', async () => {
    // The golden file stops at 40 genes, which only a choice of fewer can equal.
    expect(chosen.slice(0, 40)).toEqual([...golden.integers('genes')]);
    if (chosen.length > 40) return;
    expect(relativeGap(run.facts<PcaFacts>('pca').variance, golden.numbers('variance'), 1e-9)).toBeLessThan(1e-6);
    expect(relativeGap(run.facts<PcaFacts>('pca').variance_ratio, golden.numbers('variance_ratio'))).toBeLessThan(1e-6);
    for (let c = 0; c < 8; c++) {
      const loadings = chosen.map((gene) => run.numbers('varm/PCs')[gene * 8 + c]!);
      expect(relativeGap(loadings, golden.numbers('PCs').subarray(c * chosen.length, (c + 1) * chosen.length)), `loadings ${c}, sign included`).toBeLessThan(1e-5);
      const scores = golden.numbers('scores').filter((_, at) => at % 8 === c);
      expect(gapUpToSign(column(run, 'obsm/X_pca', c), scores), `scores ${c}`).toBeLessThan(1e-4);
    }
    // Another base of the logarithm scales every value by the same number.
    const base2 = await trial.run({ ...steps, log1p: { base: 2 } });
    const scaled = golden.numbers('variance').map((value) => value / Math.log(2) ** 2);
    expect(relativeGap(base2.facts<PcaFacts>('pca').variance, scaled, 1e-9)).toBeLessThan(1e-6);
  });
});

test('without gene selection all genes are used, and no more components than genes or cells', async () => {
  const { trial, matrix } = await goldenTrial('ties');
  const run = await trial.run({ ...upTo, pca: {} });
  expect(run.array('obsm/X_pca').shape).toEqual([matrix.cells, matrix.genes]);
  expect(run.provenance('pca').outcome['genes']).toBe(matrix.genes);
});

function column(run: FinishedRun, slot: string, c: number): Float64Array {
  const { shape } = run.array(slot);
  return run.numbers(slot).filter((_, at) => at % shape[1]! === c);
}

function expectLargestLoadingPositive(run: FinishedRun, genes: number): void {
  const loadings = run.numbers('varm/PCs');
  for (let c = 0; c < 8; c++) {
    const values = Array.from({ length: genes }, (_, gene) => loadings[gene * 8 + c]!);
    const largest = values.reduce((best, value) => (Math.abs(value) > Math.abs(best) ? value : best), 0);
    expect(largest, `largest loading of component ${c}`).toBeGreaterThan(0);
  }
}
