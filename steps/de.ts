/** Which genes a treatment moves: every condition against the control of the same plate and cell line. */
import { z } from 'zod';
import type { PlanFacts } from '../protocol/plan.ts';
import { planPass } from './cost.ts';
import { deCells } from './de.python.ts';
import { defineStep } from './define.ts';
import { param, realNumber, wholeNumber } from './params.ts';

const column = z.string().min(1);
const expression = z.string().min(1).max(4000).nullable().default(null);
const advanced = true;

export const deMethods = ['wilcoxon', 't-test', 't-test_overestim_var', 'pseudobulk', 'wilcoxon_counts'] as const;

const what = z.strictObject({
  method: param(z.enum(deMethods).default('wilcoxon'), {
    help: "wilcoxon: rank sums of normalised values; t-test: Welch's, on their logarithms (t-test_overestim_var: with as many control cells as the condition has, which is more careful); pseudobulk: wells instead of cells, where there are at least two on each side; wilcoxon_counts: rank sums of raw counts, not corrected for depth.",
  }),
  groupby: param(column.nullable().default(null), {
    help: 'The obs column that names the conditions.', whenNull: 'drugname_drugconc (drug with dose) where every plate has it, else drug',
  }),
  reference: param(z.string().min(1).default('DMSO_TF'), { help: "The control: a label of groupby, or the drug in such a label; 'rest': all other labelled cells." }),
  mode: param(z.enum(['ref', 'all', 'on_target']).nullable().default(null), {
    help: 'ref: against the control; all: against all other labelled cells; on_target: against the control, one gene for each condition.', whenNull: "all where the reference is 'rest', else ref", advanced,
  }),
  gene_key: param(column.nullable().default(null), { help: 'The obs column that names the gene of a condition (on_target).', whenNull: 'only on_target needs it', advanced }),
  compat: param(z.enum(['none', 'scanpy']).default('none'), {
    help: 'scanpy: z instead of U and p without correction for continuity, as rank_genes_groups has them.', advanced,
  }),
  tie_correct: param(z.boolean().nullable().default(null), { help: 'Rank sums: whether equal values narrow the spread; only with compat scanpy it can be left out.', whenNull: 'no with compat scanpy, as there; else yes', advanced }),
  groups: param(z.array(z.string().min(1)).default([]), { help: 'Conditions to compare, as labels or drugs: ["Dabrafenib"]. None named: all.' }),
  strata: param(z.array(column).nullable().default(null), {
    help: 'obs columns within which cells are compared; plates are always kept apart.', whenNull: 'cell_line and plate, those that are there',
  }),
  target_where: param(expression, { help: 'Two choices of cells instead of groupby: the cells to compare, as an expression.', whenNull: 'groupby decides', advanced }),
  reference_where: param(expression, { help: 'The cells to compare with, as an expression.', whenNull: 'groupby decides', advanced }),
  min_cells: param(wholeNumber(1, 1_000_000).default(10), { help: 'Conditions and controls with fewer cells are skipped, and listed as skipped.', unit: 'cells' }),
  target_sum: param(realNumber(1e-6, 1e12).nullable().default(null), {
    help: 'Total that cells are normalised to.', unit: 'counts', whenNull: "the median total of the stratum's cells", advanced,
  }),
  geometric_mean: param(z.boolean().default(true), { help: 'Means by the mean of logarithms; otherwise of the values themselves. Fold changes follow.', advanced }),
  eps: param(realNumber(0, 1).default(1e-9), { help: 'Added to both means before a ratio is taken; 0 gives infinite changes where one is zero.', advanced }),
  cpm_filter: param(realNumber(0, 1e6).nullable().default(null), {
    help: 'Genes at or below this many counts per million on both sides are left out of the correction.', whenNull: 'all genes count', advanced,
  }),
  sample_key: param(column.default('sample'), { help: 'The obs column that names wells (pseudobulk).', advanced }),
  n_top: param(wholeNumber(0, 100_000).default(200), { help: 'Significant genes of a condition that the catalog keeps.', unit: 'genes', advanced }),
});

export type DeParams = z.infer<typeof what>;

/** Files of a result, and bytes that a row of them takes. */
export const deFolder = 'de';
const rowBytes = 7 * 8 + 3 * 4 + 2.2;
/** Conditions of a plate and lines in it that are planned for where nothing is known yet. */
const usualConditions = 96;
const usualLines = 50;
/** Rank sums cost this much of decoding an entry again. */
const workPerEntry = 4;

export function defaultGroupby(facts: Pick<PlanFacts, 'plates'>): string {
  return facts.plates.every((plate) => plate.obsColumns.includes('drugname_drugconc')) ? 'drugname_drugconc' : 'drug';
}

export function defaultStrata(facts: Pick<PlanFacts, 'plates'>): string[] {
  return ['cell_line', 'plate'].filter((name) => facts.plates.every((plate) => plate.obsColumns.includes(name)));
}

/** Most comparisons that a plate of so many cells can be asked for. */
function likelyTargets(params: DeParams, cells: number): number {
  const perLine = params.target_where !== null ? 1 : params.groups.length > 0 ? 3 * params.groups.length : usualConditions;
  const lines = params.strata?.length === 0 ? 1 : usualLines;
  return Math.max(1, Math.min(perLine * lines, Math.floor(cells / (2 * params.min_cells))));
}

export const de = defineStep({
  id: 'de',
  version: 1,
  title: 'Differential expression',
  why: 'Tells which genes a treatment moves, against untreated cells of the same plate and line.',
  what,
  uses: ['rows', 'genes'],
  seeded: false,
  reads: () => ['X:counts'],
  writes: () => ['uns/de', deFolder],
  plan(facts, asked, how, hardware) {
    const mode = asked.mode ?? (asked.reference === 'rest' && asked.target_where === null ? 'all' : 'ref');
    const params = { ...asked, groupby: asked.groupby ?? defaultGroupby(facts), strata: asked.strata ?? defaultStrata(facts), mode, tie_correct: asked.tie_correct ?? asked.compat !== 'scanpy' };
    const plates = Math.max(1, facts.plates.length);
    const largest = facts.plates.reduce((most, plate) => Math.max(most, plate.nObs), Math.ceil(facts.nObs / plates));
    const targets = facts.plates.reduce((sum, plate) => sum + likelyTargets(params, plate.nObs), 0);
    const spool = 3.3 * facts.stored * (largest / Math.max(1, facts.nObs));
    const plan = planPass(facts, how, hardware, {
      // Per cell of a plate: slot, factor, four logarithms, total, labels; per gene: names, dictionaries of the tables, leading genes
      engineBytes: largest * 44 + facts.nVars * 1200,
      // A segment being sorted, or a block of genes with its results
      workerBytes: Math.max(28 * 2 ** 20, largest * 15),
      passes: 1, rowBytes: 12, outputColumns: 2, workPerEntry,
      fixedSeconds: (targets * facts.nVars) / 1.2e6 / Math.max(1, Math.min(hardware.workers, hardware.cores)),
      fixedDiskBytes: spool + targets * facts.nVars * rowBytes,
      notes: params.method === 'wilcoxon_counts' ? ['ranks of raw counts are not corrected for depth: a drug that changes it gives false hits'] : [],
    });
    return { params, plan, facts };
  },
  python: deCells,
});
