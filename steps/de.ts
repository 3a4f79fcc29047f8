/** Which genes a treatment moves: every condition against the control of the same plate and cell line. */
import { z } from 'zod';
import type { PlanFacts } from '../protocol/plan.ts';
import { planPass } from './cost.ts';
import { code, defineStep, pythonLiteral, type NotebookCell, type PythonNames } from './define.ts';
import { param, realNumber, wholeNumber } from './params.ts';

const column = z.string().min(1);
const expression = z.string().min(1).max(4000).nullable().default(null);
const advanced = true;

export const deMethods = ['wilcoxon', 't-test', 'pseudobulk', 'wilcoxon_counts'] as const;

const what = z.strictObject({
  method: param(z.enum(deMethods).default('wilcoxon'), {
    help: "wilcoxon: rank sums of normalised values; t-test: Welch's, on their logarithms; pseudobulk: wells instead of cells, where there are at least two on each side; wilcoxon_counts: rank sums of raw counts, not corrected for depth.",
  }),
  groupby: param(column.nullable().default(null), {
    help: 'The obs column that names the conditions.', whenNull: 'drugname_drugconc (drug with dose) where every plate has it, else drug',
  }),
  reference: param(z.string().min(1).default('DMSO_TF'), { help: 'The control: a label of groupby, or the drug in such a label.' }),
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
    const params = { ...asked, groupby: asked.groupby ?? defaultGroupby(facts), strata: asked.strata ?? defaultStrata(facts) };
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
  python: pythonCells,
});

/** How a label that spells out a treatment begins. */
const treatmentStart = (drug: string): string => `[('${drug}', `;

function pythonCells(params: DeParams, names: PythonNames): NotebookCell[] {
  const text = pythonLiteral;
  const named = params.strata ?? ['cell_line', 'plate'];
  // Plates are always kept apart.
  const strata = [...named, ...(names.plates > 1 && !named.includes('plate') ? ['plate'] : [])];
  const test = {
    wilcoxon: ['test = stats.mannwhitneyu(x, y, method="asymptotic", axis=0)', 'statistic, p = test.statistic, test.pvalue'],
    wilcoxon_counts: ['test = stats.mannwhitneyu(x, y, method="asymptotic", axis=0)', 'statistic, p = test.statistic, test.pvalue'],
    't-test': ['test = stats.ttest_ind(x, y, equal_var=False, axis=0)', 'statistic, p = test.statistic, test.pvalue'],
    pseudobulk: ['test = stats.ttest_ind(x, y, equal_var=False, axis=0)', 'statistic, p = test.statistic, test.pvalue'],
  }[params.method];
  const logged = params.method === 'wilcoxon_counts'
    ? ['    # raw counts: not corrected for depth']
    : [`    sc.pp.normalize_total(part, target_sum=${text(params.target_sum)})`, '    sc.pp.log1p(part)'];
  const chosen = params.target_where !== null && params.reference_where !== null
    ? [`    groups = {'target': part.obs.eval(${text(params.target_where)}).to_numpy()}`, `    control = part.obs.eval(${text(params.reference_where)}).to_numpy()`]
    : [
        `    labels = part.obs[${text(params.groupby)}].astype(str)`, `    control = (labels.eq(${text(params.reference)}) | labels.str.startswith(${text(treatmentStart(params.reference))})).to_numpy()`,
        '    groups = {label: (labels == label).to_numpy() for label in sorted(labels[~control].unique())}',
        ...(params.groups.length > 0 ? [`    groups = {label: mask for label, mask in groups.items() if any(label == name or label.startswith(f"[('{name}', ") for name in ${text(params.groups)})}`] : []),
      ];
  const keys = strata.length > 0 ? `${names.adata}.obs.groupby(${text(strata)}, observed=True).indices.items()` : `[('all', np.arange(${names.adata}.n_obs))]`;
  const pseudobulk = params.method !== 'pseudobulk' ? [] : [
    `        # wells instead of cells: counts per million with half a count added, log2`,
    `        wells = part.obs[${text(params.sample_key)}].astype(str).to_numpy()`,
    "        bulk = lambda mask: np.stack([np.asarray(counts[mask & (wells == w)].sum(0)).ravel() for w in np.unique(wells[mask])])",
    '        x, y = (np.log2((b + 0.5) / (b.sum(1, keepdims=True) + 1) * 1e6) for b in (bulk(mask), bulk(control)))',
  ];
  return [code(
    '# every condition against the control of its stratum', 'from scipy import stats', 'tables = []', `for stratum, rows in ${keys}:`,
    `    part = ${names.adata}[rows].copy()`, "    part.X = part.layers['counts'].copy() if 'counts' in part.layers else part.X  # layer='counts': X may be normalised already", ...(params.method === 'pseudobulk' ? ['    counts = part.X.copy()'] : []), ...logged, ...chosen,
    `    if control.sum() < ${params.min_cells}:`, '        continue', '    for label, mask in groups.items():', `        if mask.sum() < ${params.min_cells}:`, '            continue',
    '        x, y = part.X[mask].toarray(), part.X[control].toarray()', ...pseudobulk, ...test.map((line) => `        ${line}`),
    '        p = np.nan_to_num(p, nan=1.0)', '        order = np.argsort(p)',
    '        q = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]', '        fdr = np.empty(len(p)); fdr[order] = np.minimum(q, 1)',
    '        a, b = np.expm1(x.mean(0)), np.expm1(y.mean(0))',
    `        tables.append(pd.DataFrame({'stratum': str(stratum), 'target': label, 'feature': part.var_names, 'target_mean': a, 'ref_mean': b, 'log2_fold_change': np.log2((a + ${text(params.eps)}) / (b + ${text(params.eps)})), 'p_value': p, 'statistic': statistic, 'fdr': fdr}))`,
    'de = pd.concat(tables)',
  )];
}
