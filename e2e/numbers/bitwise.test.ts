/**
 * The same bytes whatever the chunk size, the number of workers, and whether steps share a pass: two generated plates of
 * several tiles each, every file of every result compared by digest. Other kernels agree within their tolerances.
 */
import { cpSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { relativeGap } from '../../fixtures/golden.ts';
import type { FinishedRun } from '../support/finished-run.ts';
import { createTrial, scratch, truckee, type RunOptions, type Steps } from '../support/truckee.ts';

/** A filter that reads a file column, a computed metric and a limit; few genes, so that eigenvectors are quick. */
const steps = {
  qc: {},
  filter: { level: 'full', where: "pct_counts_in_top_50_genes < 90 and phase != 'G2M'", min_genes: 30 },
  normalize: {}, log1p: {}, hvg: { n_top_genes: 150 }, pca: { n_comps: 10 },
} as const;

let files: string[];
let reference: FinishedRun;

/** A run in a workspace of its own: nothing can be reused. */
async function fresh(options: RunOptions = {}, parts: readonly Steps[] = [steps]): Promise<FinishedRun> {
  const trial = createTrial();
  await trial.add(...files);
  let run: FinishedRun | null = null;
  for (const part of parts) run = await trial.run(part, options);
  return run!;
}

beforeAll(async () => {
  const folder = scratch();
  const made = await truckee(['generate', folder, '--plates', '2', '--cells', '9500', '--genes', '1200', '--seed', '5', '--workspace', join(folder, 'w')]);
  files = made.last['files'] as string[];
  reference = await fresh({ workers: 2 });
});

describe('same bytes', () => {
  test('the reference run did what this test is about', () => {
    const { outcome } = reference.provenance('filter');
    expect(outcome['cells_before']).toBe(19_000);
    expect(outcome['cells_after']).toBeLessThan(17_000);
    expect(outcome['cells_after']).toBeGreaterThan(5_000);
    expect(reference.provenance('qc').outcome['fused_with']).toEqual(['filter', 'hvg']);
    expect(reference.provenance('hvg').passes).toBe(0);
    expect(Object.keys(reference.digests()).filter((file) => /\/\d+(\.\d+)?$/.test(file)).length).toBeGreaterThan(25);
  });

  test.each([[100, 1], [4096, 2], [8192, 3], [100_000, 2], [777, 3]])('chunks of %i rows with %i workers', async (chunk_rows, workers) => {
    const run = await fresh({ workers, how: { chunk_rows } });
    expect(run.provenance('pca')).toMatchObject({ chunkRows: chunk_rows, workers });
    expect(run.digests()).toEqual(reference.digests());
  });

  test('a small memory budget', async () => {
    expect((await fresh({ memory: '520MiB' })).digests()).toEqual(reference.digests());
  });

  test('from packs that the run builds first, and says so', async () => {
    const folder = scratch();
    const copies = files.map((file) => join(folder, basename(file)));
    copies.forEach((copy, i) => cpSync(files[i]!, copy, { preserveTimestamps: true }));
    const trial = createTrial();
    await trial.add(...copies);
    const run = await trial.run(steps, { workers: 2, pack: true });
    expect(run.digests()).toEqual(reference.digests());
    expect(run.provenance('qc').inputs.map(({ read }) => read)).toEqual(['pack', 'pack']);
    expect(reference.provenance('qc').inputs.map(({ read }) => read)).toEqual(['file', 'file']);
    for (const copy of copies) expect(existsSync(`${copy}.pack`)).toBe(true);
  });

  test('qc alone first, the rest in a second run: gene selection makes its own pass', async () => {
    const run = await fresh({ workers: 2 }, [{ qc: {} }, steps]);
    expect(run.reused['qc']).toBe(true);
    expect(run.provenance('hvg').passes).toBe(1);
    expect(run.digests()).toEqual(reference.digests());
  });

  test('step by step in six runs', async () => {
    const names = Object.keys(steps) as (keyof typeof steps)[];
    const parts = names.map((_, i) => Object.fromEntries(names.slice(0, i + 1).map((name) => [name, steps[name]])));
    expect((await fresh({ workers: 1 }, parts)).digests()).toEqual(reference.digests());
  });

  test('plates added in one order and read in the other keep their own order of rows', async () => {
    const trial = createTrial();
    await trial.add(...files.toReversed());
    const run = await trial.run({ qc: {} });
    const [a, b] = [reference.numbers('obs/total_counts'), run.numbers('obs/total_counts')];
    expect([...b]).toEqual([...a.subarray(9500), ...a.subarray(0, 9500)]);
  });
});

describe('plain kernels against WASM', () => {
  test('counts are equal; means to 1e-12, components and scores within single precision', async () => {
    expect(reference.provenance('qc').kernels).toBe('wasm');
    const plain = await fresh({ env: { TRUCKEE_KERNELS: 'cpu' } });
    expect(plain.provenance('qc').kernels).toBe('cpu');
    for (const slot of ['obs/total_counts', 'obs/n_genes_by_counts', 'var/n_cells_by_counts', 'var/total_counts', 'rows/keep', 'var/highly_variable']) {
      expect([...plain.numbers(slot)], slot).toEqual([...reference.numbers(slot)]);
    }
    for (const slot of ['var/means', 'var/dispersions']) expect(relativeGap(plain.numbers(slot), reference.numbers(slot)), slot).toBeLessThan(1e-12);
    const variance = (run: FinishedRun) => run.facts<{ variance: number[] }>('pca').variance;
    expect(relativeGap(variance(plain), variance(reference), 1e-9)).toBeLessThan(1e-6);
    expect(relativeGap(plain.numbers('obsm/X_pca'), reference.numbers('obsm/X_pca'))).toBeLessThan(1e-4);
  });
});
