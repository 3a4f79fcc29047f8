/** Principal components by the covariance route: two passes over the data, never a dense matrix of cells. */
import { z } from 'zod';
import { planPass } from './cost.ts';
import { code, defineStep } from './define.ts';
import { param, wholeNumber } from './params.ts';

/** Beyond this many genes the g x g covariance is no longer the sensible route. */
export const maxCovarianceGenes = 8000;

const what = z.strictObject({
  n_comps: param(wholeNumber(1, 300).default(50), { help: 'Principal components to keep.', unit: 'components' }),
});

export const pca = defineStep({
  id: 'pca',
  version: 1,
  title: 'Principal components',
  why: 'Turns thousands of genes into a few dozen coordinates per cell that the next steps can work with.',
  what,
  uses: ['rows', 'genes', 'var/highly_variable'],
  seeded: false,
  reads: () => ['X:lognorm'],
  writes: () => ['obsm/X_pca', 'varm/PCs', 'uns/pca'],
  plan(facts, params, how, hardware) {
    const genes = facts.selectedGenes;
    const n_comps = Math.max(1, Math.min(params.n_comps, genes, facts.nObs));
    const meanSelected = meanSelectedOf(facts.stored, facts.nObs, genes, facts.nVars);
    // Kept between the passes when four times as much disk is free, and deleted with the step.
    const kept = spoolBytes(facts.stored, facts.nObs, genes, facts.nVars);
    const spooled = 4 * kept <= hardware.diskFreeBytes;
    const plan = planPass(facts, how, hardware, {
      // float64 totals, the covariance and the Lanczos basis in the engine; a float64 tile matrix in each worker
      engineBytes: genes * genes * 8 * 2 + genes * 8 * 6 * n_comps,
      workerBytes: genes * genes * 8 + genes * n_comps * 4 + tileOut(n_comps),
      passes: spooled ? 1 : 2, rowBytes: 4 * n_comps, outputColumns: n_comps,
      workPerEntry: 0.2 + (meanSelected * meanSelected) / 2 / 10 / Math.max(1, facts.stored / Math.max(1, facts.nObs)),
      fixedSeconds: 3 * (genes / 2000) ** 2, fixedDiskBytes: facts.nVars * n_comps * 4 + (spooled ? kept : 0),
      notes: genes > maxCovarianceGenes ? [`${genes} genes: more than ${maxCovarianceGenes} need the hvg step first`] : [],
    });
    return { params: { n_comps }, plan, facts: { ...facts, components: n_comps } };
  },
  python: (p, n) => [code(n.library === 'rsc' ? `rsc.pp.pca(${n.adata}, n_comps=${p.n_comps})` : `sc.tl.pca(${n.adata}, n_comps=${p.n_comps}, svd_solver='covariance_eigh')`)],
});

/** Chosen genes seen per cell: they are more frequent than the average gene, about threefold. */
function meanSelectedOf(stored: number, nObs: number, genes: number, allGenes: number): number {
  return Math.min(genes, ((stored / Math.max(1, nObs)) * genes * 3) / Math.max(1, allGenes));
}

/** Bytes of the selected values of all cells: a 16-bit gene and a float32 each, and a count per cell. */
export function spoolBytes(stored: number, nObs: number, genes: number, allGenes: number): number {
  return nObs * (6 * meanSelectedOf(stored, nObs, genes, allGenes) + 4);
}

const tileOut = (components: number): number => 4096 * components * 4;
