/** Runs `umap`: lays the neighbour graph out in two dimensions. */
import { join } from 'node:path';
import { writeArray } from '../results/array.ts';
import type { StepContext } from './contract.ts';
import { readEmbedding } from './embedding.ts';
import { readGraph } from './graph-files.ts';
import type { NeighborsFacts } from './neighbors.ts';

export async function runUmap(context: StepContext<'umap'>): Promise<void> {
  const { params } = context;
  const connectivities = readGraph(context, 'connectivities');
  const { params: used } = context.facts<NeighborsFacts>('neighbors');
  const columns = typeof used['n_pcs'] === 'number' ? used['n_pcs'] : null;
  const embedding = readEmbedding(context, `obsm/${String(used['use_rep'])}`, columns);
  const epochs = params.n_epochs ?? (embedding.n <= 10_000 ? 500 : 200);
  const positions = await context.call('umap', {
    connectivities, n: embedding.n, minDist: params.min_dist, spread: params.spread, epochs,
    negativeSampleRate: params.negative_sample_rate, seed: context.seed, points: { values: embedding.points, dims: embedding.dims },
  });
  writeArray(join(context.folder, 'obsm', 'X_umap'), positions, 2);
  context.writeFacts('umap', { params: { min_dist: params.min_dist, spread: params.spread, random_state: context.seed } });
  context.outcome({ cells: embedding.n, epochs });
}
