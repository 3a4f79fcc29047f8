/** Quality metrics per cell and per gene, with scanpy's names (calculate_qc_metrics). */
import { z } from 'zod';
import { planPass } from './cost.ts';
import { code, defineStep, pythonLiteral } from './define.ts';
import { param, wholeNumber } from './params.ts';

const what = z.strictObject({
  mito_prefix: param(z.string().default('MT-'), {
    help: 'Genes whose name starts with this count as mitochondrial (case as written; human MT-, mouse mt-).',
  }),
  percent_top: param(z.array(wholeNumber(1, 100_000)).default([50, 100, 200, 500]), {
    help: 'Share of counts in the N most abundant genes of a cell, for each N; an N above the number of genes is left out.',
    advanced: true,
  }),
});

/** Columns of obs that qc writes, given its parameters. */
export function qcObsColumns(percentTop: readonly number[]): string[] {
  return [
    'n_genes_by_counts', 'log1p_n_genes_by_counts', 'total_counts', 'log1p_total_counts',
    ...percentTop.map((n) => `pct_counts_in_top_${n}_genes`),
    'total_counts_mt', 'log1p_total_counts_mt', 'pct_counts_mt',
  ];
}

export const qcVarColumns = [
  'mt', 'n_cells_by_counts', 'mean_counts', 'log1p_mean_counts', 'pct_dropout_by_counts', 'total_counts', 'log1p_total_counts',
] as const;

export const qc = defineStep({
  id: 'qc',
  version: 1,
  title: 'Quality metrics',
  why: 'Counts, detected genes and mitochondrial share of every cell: the basis for removing bad cells.',
  what,
  uses: [],
  seeded: false,
  reads: () => ['X:counts'],
  writes: (p) => [...qcObsColumns(p.percent_top).map((c) => `obs/${c}`), ...qcVarColumns.map((c) => `var/${c}`)],
  plan(facts, params, how, hardware) {
    const fewest = Math.min(...facts.plates.map((plate) => plate.nVars));
    const percent_top = [...new Set(params.percent_top)].sort((a, b) => a - b).filter((n) => n <= fewest);
    const rowBytes = 8 + 4 + 4 + 4 + 4 * percent_top.length + 4 + 4 + 4;
    const plan = planPass(facts, how, hardware, {
      engineBytes: facts.nVars * 8 * 6, workerBytes: facts.nVars * 8 * 5, passes: 1, rowBytes, outputColumns: rowBytes / 4, workPerEntry: 0.3,
    });
    return { params: { ...params, percent_top }, plan, facts };
  },
  python: (p, n) => [
    code(
      `${n.adata}.var['mt'] = ${n.adata}.var_names.str.startswith(${pythonLiteral(p.mito_prefix)})`,
      n.library === 'rsc' ? `rsc.pp.calculate_qc_metrics(${n.adata}, qc_vars=['mt'])` : `sc.pp.calculate_qc_metrics(${n.adata}, qc_vars=['mt'], percent_top=${pythonLiteral(p.percent_top)}, inplace=True)`,
    ),
  ],
});
