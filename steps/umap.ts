/** Two coordinates per cell that keep neighbours together: the map of the data. */
import { z } from 'zod';
import { planInMemory } from './cost.ts';
import { code, defineStep } from './define.ts';
import { umapBytesPerCell } from './graph-cost.ts';
import { param, realNumber, wholeNumber } from './params.ts';

const what = z.strictObject({
  min_dist: param(realNumber(0, 10).default(0.5), { help: 'Smaller packs similar cells closer together.' }),
  spread: param(realNumber(0.01, 10).default(1), { help: 'Scale of the whole map.', advanced: true }),
  n_epochs: param(wholeNumber(1, 10_000).nullable().default(null), { help: 'Rounds of optimisation.', whenNull: '500 up to 10,000 cells, 200 above', advanced: true }),
  negative_sample_rate: param(wholeNumber(1, 100).default(5), { help: 'Distant cells pushed away for each neighbour pulled closer.', advanced: true }),
});

export const umap = defineStep({
  id: 'umap',
  version: 1,
  title: 'UMAP',
  why: 'A picture of the data in two dimensions.',
  what,
  uses: [],
  seeded: true,
  reads: () => ['obsp/connectivities'],
  writes: () => ['obsm/X_umap', 'uns/umap'],
  plan(facts, params, _how, hardware) {
    const n = facts.graphCells;
    const n_epochs = params.n_epochs ?? (n <= 10_000 ? 500 : 200);
    return {
      params: { ...params, n_epochs },
      plan: planInMemory(hardware, n * umapBytesPerCell(facts.neighbors), 0.5 + (n * facts.neighbors * n_epochs) / 1.2e7, n * 8),
      facts,
    };
  },
  python: (p, n) => [
    code(`${n.library}.tl.umap(${n.adata}, min_dist=${p.min_dist}, spread=${p.spread}, maxiter=${p.n_epochs ?? 'None'}, negative_sample_rate=${p.negative_sample_rate}, random_state=${n.seed})`),
  ],
});
