/** Highly variable genes of real runs against the golden files: columns to 1e-6, masks without a single difference. */
import { beforeAll, describe, expect, test } from 'vitest';
import { goldenArrays, goldenNames, relativeGap } from '../../fixtures/golden.ts';
import { goldenTrial, type GoldenTrial } from '../support/golden-trial.ts';
import type { FinishedRun } from '../support/finished-run.ts';

const upTo = { qc: {}, normalize: {}, log1p: {} } as const;
const withNorms = goldenNames('hvg_seurat');

describe.each(withNorms)('golden/%s', (name) => {
  const seurat = goldenArrays(name, 'hvg_seurat');
  const v3 = goldenArrays(name, 'hvg_seurat_v3');
  let golden: GoldenTrial;
  let first: FinishedRun;
  beforeAll(async () => {
    golden = await goldenTrial(name);
    first = await golden.trial.run({ ...upTo, hvg: { n_top_genes: golden.topCounts[0]! } });
  });

  test('seurat: means, dispersions and normalised dispersions', () => {
    for (const column of ['means', 'dispersions', 'dispersions_norm']) {
      expect(relativeGap(first.numbers(`var/${column}`), seurat.numbers(column)), column).toBeLessThan(1e-6);
    }
  });

  test('seurat: the same genes for every number of top genes', async () => {
    expect([...first.integers('var/highly_variable')]).toEqual([...seurat.integers(`top_${golden.topCounts[0]!}`)]);
    for (const count of golden.topCounts.slice(1).filter((_, i, rest) => i > rest.length - 3)) {
      const run = await golden.trial.run({ ...upTo, hvg: { n_top_genes: count } });
      expect([...run.integers('var/highly_variable')], `top ${count}`).toEqual([...seurat.integers(`top_${count}`)]);
      expect(run.reused, 'only hvg depends on it').toEqual({ qc: true, normalize: true, log1p: true, hvg: false });
    }
  });

  test('seurat: the same genes by cutoffs, the usual and loose ones', async () => {
    const usual = { ...upTo, hvg: { n_top_genes: null } };
    const expected = [...seurat.integers('cutoffs')];
    if (expected.includes(1)) expect([...(await golden.trial.run(usual)).integers('var/highly_variable')]).toEqual(expected);
    else expect((await golden.trial.fails(usual)).kind).toBe('nothing-left');
    const loose = await golden.trial.run({ ...upTo, hvg: { n_top_genes: null, min_mean: 0, max_mean: 100, min_disp: -0.5, max_disp: 2 } });
    expect([...loose.integers('var/highly_variable')]).toEqual([...seurat.integers('cutoffs_loose')]);
  });

  test.runIf(name === 'ties')('seurat: the base of the logarithm changes nothing', async () => {
    const base2 = await golden.trial.run({ qc: {}, normalize: {}, log1p: { base: 2 }, hvg: { n_top_genes: golden.topCounts[0]! } });
    expect(relativeGap(base2.numbers('var/dispersions_norm'), seurat.numbers('dispersions_norm'))).toBeLessThan(1e-6);
  });

  test('seurat_v3: means, variances, standardised variances and genes', async () => {
    for (const count of [golden.topCounts[0]!, golden.topCounts.at(-1)!]) {
      const run = await golden.trial.run({ hvg: { flavor: 'seurat_v3', n_top_genes: count } });
      for (const column of ['means', 'variances', 'variances_norm']) {
        expect(relativeGap(run.numbers(`var/${column}`), v3.numbers(column)), column).toBeLessThan(1e-6);
      }
      expect([...run.integers('var/highly_variable')], `top ${count}`).toEqual([...v3.integers(`top_${count}`)]);
      // Genes with the same counts share their standardised variance but for rounding, and with it their place in the order.
      const inOrder = v3.numbers('variances_norm').sort().reverse();
      const ranks = run.numbers('var/highly_variable_rank');
      expect([...ranks].map(Number.isNaN), `ranked among ${count}`).toEqual([...v3.numbers(`rank_${count}`)].map(Number.isNaN));
      ranks.forEach((rank, gene) => {
        if (!Number.isNaN(rank)) expect(v3.numbers('variances_norm')[gene]! - inOrder[rank]!, `rank of gene ${gene}`).toBeCloseTo(0, 9);
      });
    }
  });
});
