/** The nearest cells of every cell, and how strongly they belong together (UMAP's fuzzy graph, as scanpy has it). */
import { z } from 'zod';
import { planInMemory } from './cost.ts';
import { code, defineStep, pythonLiteral } from './define.ts';
import { neighborsBytesPerCell } from './graph-cost.ts';
import { param, wholeNumber } from './params.ts';

const what = z.strictObject({
  n_neighbors: param(wholeNumber(2, 200).default(15), { help: 'Neighbours of a cell, itself counted.', unit: 'cells' }),
  n_pcs: param(wholeNumber(1).nullable().default(null), { help: 'Components to use.', whenNull: 'all', advanced: true }),
  use_rep: param(z.string().default('X_pca'), { help: 'The obsm slot that holds the coordinates; auto: what integrate wrote when that helped, X_pca otherwise.', advanced: true }),
  metric: param(z.enum(['euclidean', 'cosine']).default('euclidean'), { help: 'Distance between cells.', advanced: true }),
  method: param(z.enum(['auto', 'exact', 'approximate']).default('auto'), {
    help: 'exact compares all pairs; approximate is far faster for many cells and misses a few per cent; auto decides by their number.', advanced: true,
  }),
});

/** auto compares all pairs up to this many cells. */
export const exactUpTo = 30_000;

export const neighbors = defineStep({
  id: 'neighbors',
  version: 1,
  title: 'Neighbours',
  why: 'The graph of similar cells, on which UMAP and clusters are built.',
  what,
  uses: ['rows:subset'],
  seeded: true,
  reads: (p) => (p.use_rep === 'auto' ? ['obsm/X_pca', 'uns/integrate'] : [`obsm/${p.use_rep}`]),
  writes: () => ['obsp/distances', 'obsp/connectivities', 'uns/neighbors'],
  plan(facts, params, how, hardware) {
    const n = facts.graphCells;
    const method = params.method === 'auto' ? (n <= exactUpTo ? 'exact' : 'approximate') : params.method;
    const dims = Math.min(params.n_pcs ?? facts.components, facts.components);
    const workers = Math.min(how.workers ?? hardware.workers, hardware.workers);
    const seconds = method === 'exact' ? (n * n * dims) / 2.5e9 / Math.min(workers, hardware.cores) : (n * Math.log2(n + 2)) / 40_000;
    return {
      params: { ...params, method, n_pcs: params.n_pcs },
      plan: planInMemory(hardware, n * neighborsBytesPerCell(dims, params.n_neighbors), seconds + 0.5, n * params.n_neighbors * 20, workers),
      facts: { ...facts, neighbors: params.n_neighbors },
    };
  },
  python: (p, n) => [
    code(
      `${n.library}.pp.neighbors(${n.adata}, n_neighbors=${p.n_neighbors}, n_pcs=${pythonLiteral(p.n_pcs)}, use_rep=${p.use_rep === 'auto' ? `'X_ot' if 'X_ot' in ${n.adata}.obsm else 'X_pca'` : pythonLiteral(p.use_rep)}, ` +
        `metric=${pythonLiteral(p.metric)}, random_state=${n.seed})`,
    ),
  ],
});
