/** Notebook cells of a differential expression: scipy's tests per stratum, or scanpy itself where its scores were asked for. */
import type { DeParams } from './de.ts';
import { code, pythonLiteral as text, type NotebookCell, type PythonNames } from './define.ts';

/** How a label that spells out a treatment begins. */
const treatmentStart = (drug: string): string => `[('${drug}', `;

const rankSum = ['test = stats.mannwhitneyu(x, y, method="asymptotic", axis=0)', 'statistic, p = test.statistic, test.pvalue'];
const welch = ['test = stats.ttest_ind(x, y, equal_var=False, axis=0)', 'statistic, p = test.statistic, test.pvalue'];
const tests: Readonly<Record<DeParams['method'], readonly string[]>> = {
  wilcoxon: rankSum, wilcoxon_counts: rankSum, 't-test': welch, pseudobulk: welch,
  't-test_overestim_var': [
    '# as many control cells as the condition has', 'n = len(x)',
    'test = stats.ttest_ind_from_stats(x.mean(0), x.std(0, ddof=1), n, y.mean(0), y.std(0, ddof=1), n, equal_var=False)', 'statistic, p = test.statistic, test.pvalue',
  ],
};

export function deCells(params: DeParams, names: PythonNames): NotebookCell[] {
  const named = params.strata ?? ['cell_line', 'plate'];
  // Plates are always kept apart.
  const strata = [...named, ...(names.plates > 1 && !named.includes('plate') ? ['plate'] : [])];
  const groups = strata.length > 0 ? `${names.adata}.obs.groupby(${text(strata)}, observed=True).indices.items()` : `[('all', np.arange(${names.adata}.n_obs))]`;
  const logged = params.method === 'wilcoxon_counts'
    ? ['    # raw counts: not corrected for depth']
    : [`    sc.pp.normalize_total(part, target_sum=${text(params.target_sum)})`, '    sc.pp.log1p(part)'];
  return [code(
    params.mode === 'all' ? '# every condition against all other labelled cells of its stratum' : '# every condition against the control of its stratum',
    'from scipy import stats', 'tables = []', `for stratum, rows in ${groups}:`, `    part = ${names.adata}[rows].copy()`,
    "    part.X = part.layers['counts'].copy() if 'counts' in part.layers else part.X  # layer='counts': X may be normalised already",
    ...(params.method === 'pseudobulk' ? ['    counts = part.X.copy()'] : []), ...logged, ...chosen(params),
    ...(params.compat === 'scanpy' && params.method !== 'pseudobulk' ? byScanpy(params) : byScipy(params)),
    ...(params.mode === 'on_target' ? onTarget(params) : []), 'de = pd.concat(tables)',
  )];
}

/** `groups`: label -> mask; `control`: mask, or None where each is compared with the rest. */
function chosen(params: DeParams): string[] {
  if (params.target_where !== null && params.reference_where !== null) {
    return [`    groups = {'target': part.obs.eval(${text(params.target_where)}).to_numpy()}`, `    control = part.obs.eval(${text(params.reference_where)}).to_numpy()`];
  }
  const control = params.mode === 'all' ? 'None' : `(labels.eq(${text(params.reference)}) | labels.str.startswith(${text(treatmentStart(params.reference))})).to_numpy()`;
  return [
    `    labels = part.obs[${text(params.groupby)}].astype(str)`, `    control = ${control}`,
    `    groups = {label: (labels == label).to_numpy() for label in sorted(labels${params.mode === 'all' ? "[~labels.isin(['', 'nan'])]" : '[~control]'}.unique())}`,
    ...(params.groups.length > 0 ? [`    groups = {label: mask for label, mask in groups.items() if any(label == name or label.startswith(f"[('{name}', ") for name in ${text(params.groups)})}`] : []),
  ];
}

function byScipy(params: DeParams): string[] {
  const rest = params.mode === 'all';
  const pseudobulk = params.method !== 'pseudobulk' ? [] : [
    '# wells instead of cells: counts per million with half a count added, log2',
    `wells = part.obs[${text(params.sample_key)}].astype(str).to_numpy()`,
    'bulk = lambda mask: np.stack([np.asarray(counts[mask & (wells == w)].sum(0)).ravel() for w in np.unique(wells[mask])])',
    'x, y = (np.log2((b + 0.5) / (b.sum(1, keepdims=True) + 1) * 1e6) for b in (bulk(mask), bulk(against)))',
  ];
  const mean = params.method === 'pseudobulk' ? 'a, b = 2 ** x.mean(0), 2 ** y.mean(0)'
    : params.method === 'wilcoxon_counts' ? 'a, b = np.expm1(np.log1p(x).mean(0)), np.expm1(np.log1p(y).mean(0))' : 'a, b = np.expm1(x.mean(0)), np.expm1(y.mean(0))';
  return [
    '    for label, mask in groups.items():', ...[
      ...(rest ? ["against = ~mask & ~labels.isin(['', 'nan']).to_numpy()"] : ['against = control']),
      `if mask.sum() < ${params.min_cells} or against.sum() < ${params.min_cells}:`, '    continue',
      'x, y = (part.X[m].toarray().astype(float) for m in (mask, against))', ...pseudobulk, ...tests[params.method],
      'p = np.nan_to_num(p, nan=1.0)', 'order = np.argsort(p)',
      'q = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]', 'fdr = np.empty(len(p)); fdr[order] = np.minimum(q, 1)', mean,
      `tables.append(pd.DataFrame({'stratum': str(stratum), 'target': label, 'feature': part.var_names, 'target_mean': a, 'ref_mean': b, 'log2_fold_change': np.log2((a + ${text(params.eps)}) / (b + ${text(params.eps)})), 'p_value': p, 'statistic': statistic, 'fdr': fdr}))`,
    ].map((line) => `        ${line}`),
  ];
}

/** rank_genes_groups: its names for columns are turned into ours. */
function byScanpy(params: DeParams): string[] {
  const method = params.method === 'wilcoxon_counts' ? 'wilcoxon' : params.method;
  const ties = method === 'wilcoxon' ? `, tie_correct=${text(params.tie_correct)}` : '';
  return [
    ...(params.mode === 'all'
      ? ["    part.obs['de_group'] = labels.where(~labels.isin(['', 'nan']), '')"]
      : ["    part.obs['de_group'] = ''", "    part.obs.loc[control, 'de_group'] = 'control'", '    for label, mask in groups.items():', "        part.obs.loc[mask, 'de_group'] = label"]),
    "    part = part[part.obs['de_group'] != ''].copy()",
    `    large = [label for label, mask in groups.items() if mask.sum() >= ${params.min_cells}]`,
    `    if not large${params.mode === 'all' ? '' : ` or (part.obs['de_group'] == 'control').sum() < ${params.min_cells}`}:`, '        continue',
    "    part.obs['de_group'] = part.obs['de_group'].astype('category')",
    `    sc.tl.rank_genes_groups(part, 'de_group', groups=large, reference=${params.mode === 'all' ? "'rest'" : "'control'"}, method=${text(method)}${ties}, use_raw=False)`,
    "    found = pd.concat([sc.get.rank_genes_groups_df(part, label).assign(target=label) for label in large])",
    "    found = found.rename(columns={'names': 'feature', 'scores': 'statistic', 'logfoldchanges': 'log2_fold_change', 'pvals': 'p_value', 'pvals_adj': 'fdr'})",
    '    tables.append(found.assign(stratum=str(stratum)))',
  ];
}

/** One gene of each condition, corrected together. */
function onTarget(params: DeParams): string[] {
  return [
    "    # one gene of each condition, corrected over all of them",
    "    own = pd.concat([t for t in tables if t['stratum'].iloc[0] == str(stratum)])",
    `    named = {label: part.obs.loc[labels.reindex(part.obs_names) == label, ${text(params.gene_key)}].astype(str).iloc[0] for label in own['target'].unique()}`,
    "    tables = [t for t in tables if t['stratum'].iloc[0] != str(stratum)]",
    "    own = own[own['feature'].astype(str) == own['target'].map(named)].sort_values('p_value')",
    "    own['fdr'] = np.minimum(np.minimum.accumulate((own['p_value'] * len(own) / np.arange(1, len(own) + 1)).to_numpy()[::-1])[::-1], 1)",
    '    tables.append(own)',
  ];
}
