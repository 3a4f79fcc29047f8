/** The same matrix as CSR, CSC and dense gives the same numbers; cells, plates and tiles that are empty or filtered away do no harm. */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { goldenAbout, goldenArrays, goldenMatrix, goldenNames, relativeGap, type GoldenMatrix } from '../../fixtures/golden.ts';
import type { FinishedRun } from '../support/finished-run.ts';
import { goldenTrial } from '../support/golden-trial.ts';
import { writePlateFile } from '../support/plate-file.ts';
import { gapUpToSign } from '../support/reference-pca.ts';
import { createTrial, type Trial } from '../support/truckee.ts';

const steps = { qc: {}, normalize: {}, log1p: {}, hvg: { n_top_genes: 20 }, pca: { n_comps: 5 } } as const;

describe('encodings', () => {
  test.each(goldenNames('normalize'))('golden/%s as csr, csc and dense: every stored array is the same', async (name) => {
    const [csr, csc, dense] = await Promise.all((['csr', 'csc', 'dense'] as const).map(async (encoding) => {
      const { trial } = await goldenTrial(name, encoding);
      return trial.run(steps);
    }));
    expect(csr!.facts<{ targets: number[] }>('normalize').targets).toEqual([goldenArrays(name, 'normalize').scalar('default/target')]);
    expect(dense!.digests()).toEqual(csc!.digests());
    // A row whose genes are stored in another order sums its scores in that order.
    const rounding = name === 'sparse' ? ['pca/obsm/X_pca/0.0'] : [];
    const exact = (run: FinishedRun) => Object.entries(run.digests()).filter(([file]) => !rounding.includes(file));
    expect(exact(csr!)).toEqual(exact(csc!));
    expect(relativeGap(csr!.numbers('obsm/X_pca'), csc!.numbers('obsm/X_pca'))).toBeLessThan(1e-6);
  });
});

describe('nothing there', () => {
  const nothing = (cells: number, genes: number): GoldenMatrix => ({ cells, genes, indptr: new Int32Array(cells + 1), indices: new Int32Array(0), values: new Float32Array(0) });

  /** golden/ties beside a plate of the same genes. */
  async function withTies(other: GoldenMatrix, obs: Parameters<typeof writePlateFile>[2]['obs'] = {}): Promise<Trial> {
    const trial = createTrial();
    const { genes } = goldenAbout('ties') as { genes: string[] };
    const ties = goldenMatrix('ties');
    const flag = { keep: { kind: 'boolean', values: new Uint8Array(ties.cells).fill(1), missing: null } } as const;
    await trial.add(
      await writePlateFile(join(trial.folder, 'ties.h5ad'), ties, { genes, obs: flag }),
      await writePlateFile(join(trial.folder, 'other.h5ad'), other, { genes, cells: 'other', obs: { keep: { kind: 'boolean', values: new Uint8Array(other.cells).fill(1), missing: null }, ...obs } }),
    );
    return trial;
  }

  test('a plate without a single count', async () => {
    const trial = await withTies(nothing(7, 30));
    const run = await trial.run({ ...steps, hvg: { n_top_genes: 20, min_plates: 0 } });
    expect(run.facts<{ targets: number[] }>('normalize').targets).toEqual([goldenArrays('ties', 'normalize').scalar('default/target'), 0]);
    expect([...run.numbers('obs/total_counts')].slice(48)).toEqual(Array(7).fill(0));
    expect([...run.numbers('obs/pct_counts_mt')].slice(48)).toEqual(Array(7).fill(NaN));
    const bits = run.numbers('var/hvg_plates');
    expect([...bits].every((word) => word < 2), 'an empty plate chooses no gene').toBe(true);
    const scores = run.numbers('obsm/X_pca');
    expect(scores.every(Number.isFinite)).toBe(true);
    // Empty cells lie at one point: minus the mean.
    for (let c = 0; c < 5; c++) expect(new Set([...scores].slice(48 * 5).filter((_, at) => at % 5 === c)).size).toBe(1);
  });

  test('a plate that the filter leaves without cells', async () => {
    const ties = goldenMatrix('ties');
    const alone = await (await goldenTrial('ties')).trial.run(steps);
    const trial = await withTies({ ...ties, values: ties.values.map((x) => x + 1) }, { keep: { kind: 'boolean', values: new Uint8Array(48), missing: null } });
    const run = await trial.run({ qc: {}, filter: { where: 'keep' }, normalize: {}, log1p: {}, hvg: { n_top_genes: 20 }, pca: { n_comps: 5 } });
    expect([...run.integers('rows/keep')]).toEqual([...Array(48).fill(1), ...Array(48).fill(0)]);
    expect(run.notes).toContainEqual(expect.stringContaining('no cell of other is left'));
    expect([...run.integers('var/highly_variable')]).toEqual([...alone.integers('var/highly_variable')]);
    expect(run.array('obsm/X_pca').shape).toEqual([48, 5]);
    expect(relativeGap(run.facts<{ variance: number[] }>('pca').variance, alone.facts<{ variance: number[] }>('pca').variance)).toBeLessThan(1e-9);
    expect(gapUpToSign(run.numbers('obsm/X_pca'), alone.numbers('obsm/X_pca'))).toBeLessThan(1e-5);
  });

  test('whole tiles without counts, and whole tiles filtered away', async () => {
    const genes = (goldenAbout('ties') as { genes: string[] }).genes;
    const ties = goldenMatrix('ties');
    // 48 cells, 9,000 empty ones, then the 48 again: the second tile of 4,096 rows is empty.
    const cells = 9096;
    const stored = ties.values.length;
    const indptr = Int32Array.from({ length: cells + 1 }, (_, row) => (row <= 48 ? ties.indptr[row]! : row <= 9048 ? stored : stored + ties.indptr[row - 9048]!));
    const matrix = { cells, genes: 30, indptr, indices: Int32Array.of(...ties.indices, ...ties.indices), values: Float32Array.of(...ties.values, ...ties.values) };
    const trial = createTrial();
    await trial.add(await writePlateFile(join(trial.folder, 'long.h5ad'), matrix, { genes }));
    const all = await trial.run(steps);
    expect([...all.integers('var/n_cells_by_counts')]).toEqual([...goldenArrays('ties', 'qc').numbers('var/n_cells_by_counts')].map((n) => 2 * n));
    expect(all.array('obsm/X_pca').shape).toEqual([cells, 5]);
    const filtered = await trial.run({ qc: {}, filter: { min_counts: 1 }, normalize: {}, log1p: {}, hvg: { n_top_genes: 20 }, pca: { n_comps: 5 } });
    const kept = goldenArrays('ties', 'qc').numbers('obs/total_counts').filter((total) => total > 0).length;
    expect(filtered.array('obsm/X_pca').shape).toEqual([2 * kept, 5]);
    const scores = filtered.numbers('obsm/X_pca');
    expect(scores.every(Number.isFinite)).toBe(true);
    expect([...scores.subarray(0, kept * 5)], 'equal cells have equal scores').toEqual([...scores.subarray(kept * 5)]);
  });
});
