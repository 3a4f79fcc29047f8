/** Parameters of `integrate`: names and defaults of the published recipe where it has them, in three groups. */
import { z } from 'zod';
import { param, realNumber, wholeNumber } from './params.ts';

const advanced = true;
const share = realNumber(0, 1);
const column = z.string().min(1);

/** The transport loop; defaults are the values behind the published log. */
export const loopShape = {
  K_ref: param(wholeNumber(2, 100_000).default(1024), { help: 'Most common prototypes.', advanced }),
  K_batch: param(wholeNumber(2, 100_000).default(448), { help: 'Most prototypes of one batch.', advanced }),
  reg: param(realNumber(1e-4, 10).default(0.03), { help: 'Blur of the transport; smaller is stricter.', advanced }),
  reg_m: param(realNumber(1e-4, 100).default(0.4), { help: 'How strictly cell numbers are kept; smaller lets unmatched cells stay.', advanced }),
  sharpen: param(realNumber(0, 5).default(0.15), { help: 'Pull towards group centres; 0 leaves it out.', advanced }),
  K_pseudo: param(wholeNumber(2, 10_000).default(24), { help: 'Groups that sharpening sees.', advanced }),
  pull: param(realNumber(0, 5).default(0.75), { help: 'Pull to the nearest group.', advanced }),
  push: param(realNumber(0, 5).default(0.3), { help: 'Push from the second nearest group.', advanced }),
  lambda0_hi: param(share.default(0.5), { help: 'Smoothing over neighbours, first turn.', advanced }),
  lambda0_lo: param(share.default(0.35), { help: 'Smoothing over neighbours, last turn.', advanced }),
  smin_bulk: param(realNumber(0, 1).default(0.75), { help: 'Least stretch of an edge inside a batch.', advanced }),
  smax_bulk: param(realNumber(1, 10).default(1.65), { help: 'Most stretch of an edge inside a batch.', advanced }),
  smin_bridge: param(realNumber(0, 1).default(0.85), { help: 'Least stretch where batches meet.', advanced }),
  smax_bridge: param(realNumber(1, 10).default(1.25), { help: 'Most stretch where batches meet.', advanced }),
  max_step_local: param(realNumber(0.01, 10).default(1), { help: 'Longest move of a turn, in mean neighbour distances.', advanced }),
  step_lo: param(realNumber(0.01, 2).default(0.75), { help: 'Share of the wanted move taken, first turn.', advanced }),
  step_hi: param(realNumber(0.01, 2).default(0.95), { help: 'Share of the wanted move taken, last turn.', advanced }),
  q_start: param(share.default(0.8), { help: 'Costs above this quantile are out of reach, first turn.', advanced }),
  q_end: param(share.default(0.9), { help: 'Costs above this quantile are out of reach, last turn.', advanced }),
  overlap0_lo: param(share.default(0.6), { help: 'Share of old neighbours to keep, first turn.', advanced }),
  overlap0_hi: param(share.default(0.7), { help: 'Share of old neighbours to keep, last turn.', advanced }),
  w_overlap: param(realNumber(0, 10).default(0.2), { help: 'Weight of kept neighbours in the score.', advanced }),
  w_strain: param(realNumber(0, 10).default(1), { help: 'Weight of stretched edges in the score.', advanced }),
  gamma: param(realNumber(0, 100).default(1.5), { help: 'Penalty for too few kept neighbours.', advanced }),
  k_local: param(wholeNumber(2, 200).default(15), { help: 'Neighbours of the local scale.', advanced }),
  k_eval: param(wholeNumber(2, 200).default(30), { help: 'Neighbours that mixing is measured on.', advanced }),
  eval_subsample: param(wholeNumber(10, 1_000_000).default(5000), { help: 'Centroids that kept neighbours are measured on.', advanced }),
  trust_subsample: param(wholeNumber(10, 20_000).default(2500), { help: 'Centroids that trustworthiness is measured on.', advanced }),
  max_iter: param(wholeNumber(1, 1000).default(15), { help: 'Most turns.' }),
  patience: param(wholeNumber(1, 1000).default(3), { help: 'Turns without a better score before it ends.', advanced }),
  tol: param(realNumber(0, 1).default(1e-3), { help: 'Least rise of the score that counts.', advanced }),
  postscale: param(z.boolean().default(true), { help: 'Bring every component back to its old mean and spread after each turn.', advanced }),
  reference: param(z.enum(['union', 'largest']).default('union'), { help: 'Move all batches to common prototypes, or all to the largest batch.', advanced }),
  ot_mode: param(z.enum(['unbalanced', 'balanced']).default('unbalanced'), { help: 'Balanced forces every cell to find a partner.', advanced }),
  ot_kernel: param(z.enum(['log', 'plain']).default('log'), { help: 'plain repeats the published float32 arithmetic, which sends far cells to the origin.', advanced }),
  accept: param(z.enum(['guarded', 'parity']).default('guarded'), { help: 'guarded keeps the old embedding unless the score beats doing nothing; parity always takes the best turn, as published.' }),
} as const;

const loopSchema = z.strictObject(loopShape);
export type LoopSettings = Readonly<z.output<typeof loopSchema>>;
export const defaultLoop: LoopSettings = loopSchema.parse({});

export const what = z.strictObject({
  method: param(z.enum(['ot', 'harmony', 'mnn']).default('ot'), {
    help: 'ot: optimal transport on centroids, for any number of cells; harmony and mnn: the usual methods, all cells in memory, to compare with.',
  }),
  obsm_key: param(column.default('X_pca'), { help: 'The obsm slot to integrate.' }),
  batch_key: param(column.default('plate'), { help: 'The obs column that names the batches.' }),
  out_key: param(z.string().regex(/^[\p{L}\p{N}_.-]+$/u).nullable().default(null), {
    help: 'Name of the obsm slot to write.', whenNull: 'X_ot; X_pca_harmony or X_mnn for the other methods',
  }),
  label_key: param(column.nullable().default(null), {
    help: 'An obs column of groups that must stay apart (cell lines, cell types): only measured, never used to move cells.',
    whenNull: 'cell_line, cell_type or cell_name, the first that is there; otherwise none',
  }),
  control_key: param(column.default('drug'), { help: 'The obs column that names treatments; mixing is judged on controls where it exists.', advanced }),
  control: param(z.string().default('DMSO_TF'), { help: 'The whole name of the control treatment.', advanced }),
  confirm_confounded: param(z.array(z.string()).default([]), {
    help: 'obs columns that batches determine and whose differences you accept to lose, as ["drug", "dose"]; recorded with the result.',
  }),
  level: param(z.enum(['centroids', 'cells']).default('centroids'), { help: 'cells transports every cell itself: only for small data, its cost grows with the square.', advanced }),
  n_centroids_per_batch: param(wholeNumber(2, 20_000).default(2048), { help: 'Centroids that stand for a batch; fewer is faster.', unit: 'centroids' }),
  max_samples_per_batch: param(wholeNumber(10, 5_000_000).default(500_000), { help: 'Cells of a batch that its centroids are found from; fewer is faster.', unit: 'cells' }),
  density: param(z.enum(['auto', 'exact', 'sampled', 'off']).default('auto'), { help: 'How sparse regions are weighted; auto: exact up to 50,000 cells of a batch, sampled above.', advanced }),
  k_interp: param(wholeNumber(1, 200).default(8), { help: 'Centroids that carry a cell.', advanced }),
  interp_scope: param(z.enum(['all', 'own_batch']).default('all'), { help: 'all: every centroid may carry a cell, as published; own_batch: only those of its batch, better where batches lie over one another.' }),
  interp_search: param(z.enum(['exact', 'ivf']).default('exact'), {
    help: 'ivf looks into the nearest lists of centroids only: faster, and the share of neighbours it finds is reported.', advanced,
  }),
  chunk_size: param(wholeNumber(1, 10_000_000).default(1_000_000), { help: 'Cells carried between two checkpoints.', unit: 'cells', advanced }),
  eval_cells: param(wholeNumber(100, 100_000).default(10_000), { help: 'Cells that quality is measured on before and after.', unit: 'cells', advanced }),
  theta: param(realNumber(0, 100).default(2), { help: 'harmony: reward for clusters that hold all batches.', advanced }),
  lamb: param(realNumber(0, 1000).default(1), { help: 'harmony: ridge penalty of the offsets.', advanced }),
  sigma: param(realNumber(0.001, 10).default(0.1), { help: 'harmony: softness of the clusters.', advanced }),
  nclust: param(wholeNumber(1, 10_000).nullable().default(null), { help: 'harmony: clusters.', whenNull: 'a thirtieth of the cells, at most 100', advanced }),
  max_iter_harmony: param(wholeNumber(1, 1000).default(10), { help: 'harmony: most iterations.', advanced }),
  k_mnn: param(wholeNumber(1, 500).default(20), { help: 'mnn: neighbours in which pairs are sought.', advanced }),
  ndist: param(realNumber(0.1, 100).default(3), { help: 'mnn: width of the smoothing, in distances to the middle neighbour.', advanced }),
  ...loopShape,
});

