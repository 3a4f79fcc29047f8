/** Runs `leiden`: groups the cells of the neighbour graph; '0' is the largest group. */
import { join } from 'node:path';
import { writeArray } from '../results/array.ts';
import type { StepContext } from './contract.ts';
import { readGraph } from './graph-files.ts';

export async function runLeiden(context: StepContext<'leiden'>): Promise<void> {
  const { params } = context;
  const connectivities = readGraph(context, 'connectivities');
  const found = await context.call('leiden', {
    connectivities, n: connectivities.n, resolution: params.resolution, iterations: params.n_iterations, seed: context.seed,
  });
  const categories = Array.from(found.sizes, (_, group) => String(group));
  writeArray(join(context.folder, 'obs', params.key_added), found.labels, undefined, { categories, ordered: false });
  context.writeFacts(params.key_added, {
    params: { resolution: params.resolution, n_iterations: params.n_iterations, random_state: context.seed }, modularity: found.modularity,
  });
  context.outcome({ clusters: categories.length, modularity: found.modularity, iterations: found.iterations, sizes: Array.from(found.sizes) });
}
