/** Scales every cell to the same total, as scanpy's normalize_total does: never written out, applied while reading. */
import { z } from 'zod';
import { planPass } from './cost.ts';
import { code, defineStep, pythonLiteral } from './define.ts';
import { param, realNumber } from './params.ts';

const what = z.strictObject({
  target_sum: param(realNumber(1e-6, 1e12).nullable().default(null), {
    help: 'Total of every cell afterwards.', unit: 'counts', whenNull: 'the median total of the kept cells, per plate',
  }),
  exclude_highly_expressed: param(z.boolean().default(false), {
    help: 'Leave genes that dominate some cell out of the totals. Costs two more passes over the data.', advanced: true,
  }),
  max_fraction: param(realNumber(0, 1).default(0.05), {
    help: 'Share of a cell above which a gene dominates it.', advanced: true,
  }),
  global_target: param(z.boolean().default(false), {
    help: 'One median over all plates instead of one per plate.', advanced: true,
  }),
});

export const normalize = defineStep({
  id: 'normalize',
  version: 1,
  title: 'Normalise to equal totals',
  why: 'Makes cells comparable that were sequenced to different depth.',
  what,
  uses: ['rows', 'genes'],
  seeded: false,
  reads: () => ['X:counts'],
  writes: () => ['X:normalized'],
  plan(facts, params, how, hardware) {
    const passes = params.exclude_highly_expressed ? 2 : 0;
    const plan = planPass(facts, how, hardware, {
      engineBytes: 2 * 1024 * 1024 + facts.nVars, workerBytes: facts.nVars, passes, rowBytes: passes > 0 ? 8 : 0, outputColumns: 2, workPerEntry: 0.1,
    });
    return { params, plan, facts };
  },
  python(p, n) {
    const args = [
      p.target_sum === null ? '' : `target_sum=${pythonLiteral(p.target_sum)}`,
      p.exclude_highly_expressed ? `exclude_highly_expressed=True, max_fraction=${p.max_fraction}` : '',
    ].filter(Boolean);
    if (p.target_sum === null && n.plates > 1 && !p.global_target) {
      const perPlate = [`${n.adata}_part`, ...args].join(', ');
      return [
        code(
          '# the median total is taken within each plate',
          'parts = []',
          `for plate in ${n.adata}.obs['plate'].unique():`,
          `    ${n.adata}_part = ${n.adata}[${n.adata}.obs['plate'] == plate].copy()`,
          `    ${n.library}.pp.normalize_total(${perPlate})`,
          `    parts.append(${n.adata}_part)`,
          `${n.adata} = ad.concat(parts, merge='same')`,
        ),
      ];
    }
    return [code(`${n.library}.pp.normalize_total(${[n.adata, ...args].join(', ')})`)];
  },
});
