/** Groups of cells that are more connected to each other than to the rest. */
import { z } from 'zod';
import { planInMemory } from './cost.ts';
import { code, defineStep, pythonLiteral } from './define.ts';
import { leidenBytesPerCell } from './graph-cost.ts';
import { param, realNumber } from './params.ts';

const what = z.strictObject({
  resolution: param(realNumber(0.0001, 1000).default(1), { help: 'Higher gives more and smaller clusters.' }),
  n_iterations: param(z.int().min(-1).max(1000).default(-1), { help: 'Rounds; -1 goes on until nothing improves.', advanced: true }),
  key_added: param(z.string().regex(/^[\p{L}\p{N}_.-]+$/u).default('leiden'), { help: 'Name of the obs column to write.', advanced: true }),
});

export const leiden = defineStep({
  id: 'leiden',
  version: 2,
  title: 'Leiden clusters',
  why: 'Names the groups that the map shows.',
  what,
  uses: [],
  seeded: true,
  reads: () => ['obsp/connectivities'],
  writes: (p) => [`obs/${p.key_added}`, `uns/${p.key_added}`],
  plan(facts, params, _how, hardware) {
    const n = facts.graphCells;
    return {
      params,
      plan: planInMemory(hardware, n * leidenBytesPerCell(facts.neighbors), 0.3 + (n * facts.neighbors) / 1.5e6, n * 4),
      facts,
    };
  },
  python: (p, n) => [
    code(n.library === 'rsc'
      ? `rsc.tl.leiden(${n.adata}, resolution=${p.resolution}, ${p.n_iterations < 0 ? '' : `n_iterations=${p.n_iterations}, `}key_added=${pythonLiteral(p.key_added)}, random_state=${n.seed})`
      : `sc.tl.leiden(${n.adata}, resolution=${p.resolution}, n_iterations=${p.n_iterations}, key_added=${pythonLiteral(p.key_added)}, flavor='igraph', directed=False, random_state=${n.seed})`),
  ],
});
