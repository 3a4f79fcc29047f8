/** A seeded sample of cells for the steps that hold all their cells in memory. */
import { z } from 'zod';
import { formatCount } from '../protocol/format.ts';
import { engineBaseBytes, hostBaseBytes, planInMemory, workerBaseBytes } from './cost.ts';
import { code, defineStep } from './define.ts';
import { graphBytesPerCell } from './graph-cost.ts';
import { param, wholeNumber } from './params.ts';

/** Above this the picture gains nothing and the wait grows. */
const mostCells = 1_000_000;

const what = z.strictObject({
  n: param(wholeNumber(1).nullable().default(null), {
    help: 'Cells to draw, without repeats. The others keep X_pca and get no UMAP position and no cluster.',
    unit: 'cells', whenNull: 'all cells, or as many as fit the memory budget (at most 1,000,000)',
  }),
});

export const subset = defineStep({
  id: 'subset',
  version: 1,
  title: 'Sample of cells',
  why: 'Neighbours, UMAP and clusters work in memory: a fair sample keeps them inside the budget.',
  what,
  uses: ['rows'],
  seeded: true,
  reads: () => [],
  writes: () => ['rows:subset'],
  plan(facts, params, _how, hardware) {
    const perCell = graphBytesPerCell(Math.max(facts.components, 50), 30);
    const free = hardware.memoryBytes - hostBaseBytes - engineBaseBytes - hardware.workers * workerBaseBytes;
    const fits = Math.max(1000, Math.floor((0.8 * free) / perCell / 1000) * 1000);
    const n = Math.min(params.n ?? Math.min(fits, mostCells), facts.nObs);
    const notes = n < facts.nObs ? [`a sample of ${formatCount(n)} of ${formatCount(facts.nObs)} cells`] : [];
    return {
      params: { n },
      plan: planInMemory(hardware, 4 * n, 0.1 + facts.nObs / 2e7, 4 * n, 1, notes),
      facts: { ...facts, graphCells: n },
    };
  },
  python: (p, n) => [
    code(
      `rng = np.random.default_rng(${n.seed})`,
      `chosen = np.sort(rng.choice(${n.adata}.n_obs, size=min(${p.n}, ${n.adata}.n_obs), replace=False))`,
      `${n.adata} = ${n.adata}[chosen].copy()`,
    ),
  ],
});
