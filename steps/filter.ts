/** Which cells (and genes) go on: by filter level, limits on quality metrics, and any expression over obs columns. */
import { z } from 'zod';
import { parseWhere } from '../protocol/where.ts';
import { planPass } from './cost.ts';
import { code, defineStep, pythonLiteral } from './define.ts';
import { levelColumn } from './filter.rules.ts';
import { param, realNumber, wholeNumber } from './params.ts';

const limit = (help: string, unit: string) =>
  param(wholeNumber(0).nullable().default(null), { help, unit, whenNull: 'no limit' });

const what = z.strictObject({
  level: param(z.string().nullable().default(null), {
    help: "Keep cells of this filter level in the obs column pass_filter ('full' is the strict one).", whenNull: 'all levels',
  }),
  min_genes: limit('Least number of detected genes.', 'genes'),
  max_genes: limit('Largest number of detected genes.', 'genes'),
  min_counts: limit('Least number of counts.', 'counts'),
  max_counts: limit('Largest number of counts.', 'counts'),
  max_pct_mt: param(realNumber(0, 100).nullable().default(null), {
    help: 'Largest share of mitochondrial counts.', unit: '%', whenNull: 'no limit',
  }),
  where: param(z.string().nullable().default(null), {
    help: "Keep cells for which this holds, over any obs column, e.g. cell_line == 'A549' and pct_counts_mt < 20.", whenNull: 'all cells',
  }),
  min_cells: param(wholeNumber(0).nullable().default(null), {
    help: 'Drop genes seen in fewer of the kept cells than this. Costs one more pass over the data.', unit: 'cells', whenNull: 'keep all genes', advanced: true,
  }),
});

export type FilterParams = z.infer<typeof what>;

export const filter = defineStep({
  id: 'filter',
  version: 1,
  title: 'Filter cells',
  why: 'Removes empty, damaged or unwanted cells before anything is averaged over them.',
  what,
  uses: [],
  seeded: false,
  reads(p) {
    if (p.where !== null) parseWhere(p.where);
    const slots: string[] = [];
    if (p.min_genes !== null || p.max_genes !== null) slots.push('obs/n_genes_by_counts');
    if (p.min_counts !== null || p.max_counts !== null) slots.push('obs/total_counts');
    if (p.max_pct_mt !== null) slots.push('obs/pct_counts_mt');
    return slots;
  },
  writes: () => ['rows', 'genes'],
  plan(facts, params, how, hardware) {
    const plan = planPass(facts, how, hardware, {
      engineBytes: 8 * 1024 * 1024, workerBytes: facts.nVars * 16, passes: params.min_cells === null ? 0 : 1, rowBytes: 1, outputColumns: 1, workPerEntry: 0.1,
    });
    return { params, plan, facts };
  },
  python(p, n) {
    const a = n.adata;
    const lines: string[] = [];
    if (p.level !== null) lines.push(`${a} = ${a}[${a}.obs[${pythonLiteral(levelColumn)}] == ${pythonLiteral(p.level)}]`);
    if (p.where !== null) lines.push(`${a} = ${a}[${a}.obs.eval(${pythonLiteral(p.where)}).to_numpy()]`);
    const limits: readonly [string, number | null, string][] = [
      ['min_counts', p.min_counts, 'filter_cells'], ['max_counts', p.max_counts, 'filter_cells'],
      ['min_genes', p.min_genes, 'filter_cells'], ['max_genes', p.max_genes, 'filter_cells'],
    ];
    const copied = lines.length > 0;
    if (copied) lines.push(`${a} = ${a}.copy()`);
    for (const [name, value, call] of limits) {
      if (value !== null) lines.push(`${n.library}.pp.${call}(${a}, ${name}=${value})`);
    }
    if (p.max_pct_mt !== null) lines.push(`${a} = ${a}[${a}.obs['pct_counts_mt'] <= ${p.max_pct_mt}].copy()`);
    if (p.min_cells !== null) lines.push(`${n.library}.pp.filter_genes(${a}, min_cells=${p.min_cells})`);
    return lines.length > 0 ? [code(...lines)] : [];
  },
});
