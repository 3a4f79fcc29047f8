/**
 * Real counts end to end: known cell lines must come out as clusters, principal components must equal numpy's on the same
 * genes, and neighbours must share labels as often as in the baselines measured on the same files. Labels and references
 * come from Python (reference.py).
 *
 * The baselines (30 components of log1p counts per 10,000, 30 neighbours) were taken on the 2,000 genes of largest plain
 * variance; runs that are held to them take 30 components of counts per 10,000 too, but choose genes by the seurat flavour:
 * hence the margin of 0.02. (pbmc-3tech has fewer than 2,000 genes: there both choices are the same.)
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { anndataPython, runScript } from '../../compute/results/testing/python.ts';
import { hasSharedData, sharedData } from '../../compute/stores/test-data.ts';
import type { FinishedRun } from '../support/finished-run.ts';
import { adjustedRandIndex } from '../support/rand-index.ts';
import { createTrial } from '../support/truckee.ts';

interface Reference {
  readonly eigenvalue_gap: number;
  readonly components_alone: number;
  readonly score_gap: number;
  readonly cells: number;
  readonly neighbors: Readonly<Record<string, number>>;
  readonly ari: Readonly<Record<string, number>>;
  /** Of our clusters and of leidenalg's on our graph. */
  readonly modularity: readonly [number, number];
  readonly labels: Readonly<Record<string, readonly string[]>>;
}

interface RealCase {
  readonly file: string;
  readonly labels: readonly string[];
  readonly settings?: readonly string[];
  readonly cells: number;
  /** Least share of the 30 nearest cells with the same label. */
  readonly neighbors?: Readonly<Record<string, number>>;
  /** Least agreement of clusters and labels. */
  readonly ari?: Readonly<Record<string, number>>;
}

const cleanCells = "filter.where=demuxlet_cls == 'SNG' and cell_number == 1";
const perTenThousand = ['normalize.target_sum=10000', 'pca.n_comps=30'];

const cases: Readonly<Record<string, RealCase>> = {
  'five cell lines (mixology-5cl), clean cells': {
    file: 'mixology-5cl/mixology_5cl_3plates.h5ad', labels: ['cell_line', 'batch'], cells: 542,
    settings: [cleanCells], ari: { cell_line: 0.98 },
  },
  'the same lines as their baseline was measured': {
    file: 'mixology-5cl/mixology_5cl_3plates.h5ad', labels: ['cell_line', 'batch'], cells: 542,
    settings: [...perTenThousand, cleanCells], neighbors: { cell_line: 0.999 },
  },
  'PBMC by three technologies (pbmc-3tech)': {
    file: 'pbmc-3tech/pbmc_3tech_1200.h5ad', labels: ['cell_type', 'technology'], cells: 1200, settings: perTenThousand,
    neighbors: { cell_type: 0.843 },
  },
  'PBMC with and without interferon (kang-ifnb)': { file: 'kang-ifnb/kang_ifnb_2000.h5ad', labels: ['condition'], cells: 2000, settings: perTenThousand },
  'PBMC, ten types (pbmc68k-700)': { file: 'pbmc68k-700/pbmc68k_700_counts.h5ad', labels: ['bulk_labels'], cells: 700 },
  'bone marrow (paul15), the oldest file style': { file: 'paul15/paul15_cluster.h5ad', labels: ['paul15_clusters'], cells: 2730 },
};

async function runReal({ file, settings }: RealCase): Promise<{ run: FinishedRun; folder: string }> {
  const trial = createTrial();
  await trial.add(join(sharedData, file));
  return { run: await trial.ready('pca-umap', settings), folder: trial.folder };
}

function askPython(run: FinishedRun, folder: string, { file, labels, settings }: RealCase): Reference {
  const path = (slot: string): string => run.array(slot).path;
  const request = join(folder, 'request.json');
  writeFileSync(request, JSON.stringify({
    keep: path('rows/keep'), genes: path('var/highly_variable'), scores: path('obsm/X_pca'), clusters: path('obs/leiden'), graph: path('obsp/connectivities.data').slice(0, -'.data'.length),
    variance: run.facts<{ variance: number[] }>('pca').variance, labels, target: settings?.includes('normalize.target_sum=10000') ? 10_000 : null,
  }));
  return runScript(join(import.meta.dirname, 'reference.py'), join(sharedData, file), request) as Reference;
}

describe.skipIf(!hasSharedData || !anndataPython)('real data (needs the shared data and Python with anndata)', () => {
  test.each(Object.entries(cases))('%s', async (_, real) => {
    const { run, folder } = await runReal(real);
    const python = askPython(run, folder, real);
    expect(python.cells).toBe(real.cells);
    expect(run.array('obsm/X_pca').shape[0]).toBe(real.cells);
    expect(run.array('obsm/X_umap').shape).toEqual([real.cells, 2]);
    expect(run.numbers('obsm/X_umap').every(Number.isFinite)).toBe(true);
    expect(python.eigenvalue_gap).toBeLessThan(1e-6);
    expect(python.components_alone).toBeGreaterThan(10);
    expect(python.score_gap).toBeLessThan(1e-4);
    expect(python.modularity[0], 'as well divided as by leidenalg').toBeGreaterThan(python.modularity[1] - 0.005);
    const clusters = [...run.integers('obs/leiden')];
    for (const [label, values] of Object.entries(python.labels)) {
      expect(adjustedRandIndex(values, clusters), `both ways to compute the ARI of ${label}`).toBeCloseTo(python.ari[label]!, 10);
    }
    for (const [label, least] of Object.entries(real.neighbors ?? {})) expect(python.neighbors[label], `${label} of neighbours`).toBeGreaterThan(least - 0.02);
    for (const [label, least] of Object.entries(real.ari ?? {})) expect(python.ari[label], `clusters against ${label}`).toBeGreaterThanOrEqual(least);
    if (process.env['TRUCKEE_SHOW_FIGURES']) console.log(real.file, { ...python, labels: undefined, clusters: new Set(clusters).size });
  });

  test.each([
    ['tenx/cellranger3_filtered_feature_bc_matrix.h5', 1107, 507],
    ['tenx/cellranger3-mtx', 1107, 507],
    ['tenx/cellranger1_filtered_gene_bc_matrices.h5', 12, 343],
    ['tenx/cellranger1_multiple_genomes.h5', 12, 343],
    ['tenx/kang_ctrl_266x300.h5', 300, 266],
    ['tenx/kang_stim_262x300.h5', 300, 262],
    ['tenx/visium_raw_probe_bc_matrix.h5', 4987, 1000],
    ['h5ad-encodings/curation-heart-320x136.h5ad', 320, 136],
  ])('%s goes through qc', async (file, cells, genes) => {
    const trial = createTrial();
    await trial.add(join(sharedData, file));
    const run = await trial.ready('qc');
    expect(run.array('obs/total_counts').shape).toEqual([cells]);
    expect(run.array('var/total_counts').shape).toEqual([genes]);
    const sum = (slot: string): number => run.numbers(slot).reduce((a, b) => a + b, 0);
    expect(sum('obs/total_counts')).toBe(sum('var/total_counts'));
    expect(sum('obs/n_genes_by_counts')).toBe(sum('var/n_cells_by_counts'));
    if (file.startsWith('tenx/cellranger3')) expect([sum('obs/total_counts'), sum('obs/n_genes_by_counts')]).toEqual([41_549, 23_866]);
  });
});
