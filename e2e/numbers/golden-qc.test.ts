/** Quality metrics, totals and targets of real runs against the golden files. */
import { beforeAll, describe, expect, test } from 'vitest';
import { goldenArrays, goldenNames, relativeGap } from '../../fixtures/golden.ts';
import { qcVarColumns } from '../../steps/qc.ts';
import { goldenTrial, type GoldenTrial } from '../support/golden-trial.ts';
import type { FinishedRun } from '../support/finished-run.ts';

interface Normalized {
  readonly targets: readonly number[];
  readonly totals: string;
}

describe.each(goldenNames('qc'))('golden/%s', (name) => {
  const qc = goldenArrays(name, 'qc');
  const normalize = goldenArrays(name, 'normalize');
  let golden: GoldenTrial;
  let run: FinishedRun;
  beforeAll(async () => {
    golden = await goldenTrial(name);
    run = await golden.trial.run({ qc: { percent_top: [...golden.tops].reverse() }, normalize: {} });
  });

  test('every golden obs column is stored, and equal', () => {
    const columns = qc.names().filter((column) => column.startsWith('obs/'));
    expect(columns.length).toBeGreaterThan(7);
    for (const column of columns) {
      expect(relativeGap(run.numbers(column), qc.numbers(column)), column).toBeLessThan(1e-6);
    }
  });

  test('no share is stored for more genes than there are', () => {
    for (const top of golden.tops) expect(run.has(`obs/pct_counts_in_top_${top}_genes`), String(top)).toBe(qc.has(`obs/pct_counts_in_top_${top}_genes`));
  });

  test('counts of genes and cells are exact, not merely close', () => {
    for (const column of ['obs/n_genes_by_counts', 'obs/total_counts', 'obs/total_counts_mt', 'var/n_cells_by_counts', 'var/total_counts', 'var/mt']) {
      expect([...run.numbers(column)], column).toEqual([...qc.numbers(column)]);
    }
  });

  test('every var column is stored, and equal', () => {
    for (const column of qcVarColumns) {
      expect(relativeGap(run.numbers(`var/${column}`), qc.numbers(`var/${column}`)), column).toBeLessThan(1e-6);
    }
  });

  test('the target sum is the median of cells with counts', () => {
    const { targets, totals } = run.facts<Normalized>('normalize');
    expect(targets).toEqual([normalize.scalar('default/target')]);
    expect([...run.numbers(totals)]).toEqual([...normalize.numbers('default/totals')]);
  });

  test('a target sum that was asked for is taken as it is', async () => {
    const asked = await golden.trial.run({ normalize: { target_sum: 10_000 } });
    expect(asked.facts<Normalized>('normalize').targets).toEqual([normalize.scalar('target/target')]);
  });

  test('genes that dominate a cell are left out of totals and target', async () => {
    const excluding = await golden.trial.run({ qc: {}, normalize: { exclude_highly_expressed: true, max_fraction: golden.maxFraction } });
    const { targets, totals } = excluding.facts<Normalized>('normalize');
    expect(targets).toEqual([normalize.scalar('exclude/target')]);
    expect([...excluding.numbers(totals)]).toEqual([...normalize.numbers('exclude/totals')]);
    const excluded = normalize.integers('exclude/excluded').reduce((n, flag) => n + flag, 0);
    expect(excluded).toBeGreaterThan(0);
    expect(excluding.provenance('normalize').outcome['genes_excluded']).toBe(excluded);
  });

  test('without qc the totals are computed on the spot, and are the same', async () => {
    const alone = await golden.trial.run({ normalize: {} });
    const { targets, totals } = alone.facts<Normalized>('normalize');
    expect(totals).toBe('obs/normalize_total');
    expect([...alone.numbers(totals)]).toEqual([...normalize.numbers('default/totals')]);
    expect(targets).toEqual([normalize.scalar('default/target')]);
  });
});
