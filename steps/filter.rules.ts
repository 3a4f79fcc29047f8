/** The rules of the filter and where they look: all that a worker needs of the step, without the forms and parsers of its parameters. */

/** The obs column of the filter level. */
export const levelColumn = 'pass_filter';

/** scanpy-like order in which limits are applied; a cell is counted under the first one that removes it. */
export const filterRules = ['level', 'where', 'min_counts', 'max_counts', 'min_genes', 'max_genes', 'max_pct_mt'] as const;
export type FilterRule = (typeof filterRules)[number];

/** The obs column each limit looks at. */
export const limitColumn: Readonly<Record<Exclude<FilterRule, 'level' | 'where'>, string>> = {
  min_counts: 'total_counts',
  max_counts: 'total_counts',
  min_genes: 'n_genes_by_counts',
  max_genes: 'n_genes_by_counts',
  max_pct_mt: 'pct_counts_mt',
};
