/** Runs `neighbors`: the nearest cells of each cell, then UMAP's fuzzy graph of them. */
import { failure } from '../../protocol/errors.ts';
import { approximateNeighbors, type DescentPool } from '../graph/approximate.ts';
import type { DescentState } from '../graph/descent.state.ts';
import { smallestDescent } from '../graph/descent.state.ts';
import type { Knn } from '../graph/knn.ts';
import type { StepContext } from './contract.ts';
import { readEmbedding, type Embedding } from './embedding.ts';
import { writeGraph } from './graph-files.ts';
import type { IntegrateFacts } from './integrate.ts';

/** What later steps and exports read of the graph. */
export interface NeighborsFacts {
  readonly params: Readonly<Record<string, unknown>>;
  readonly method: 'exact' | 'approximate';
}

export async function runNeighbors(context: StepContext<'neighbors'>): Promise<void> {
  const { params } = context;
  const rep = chosenRep(context);
  const embedding = readEmbedding(context, `obsm/${rep}`, params.n_pcs);
  const { n } = embedding;
  if (n < 3) throw failure('nothing-left', { step: 'neighbors', before: n, axis: 'cells', detail: 'a neighbour graph needs at least 3 cells' });
  // scanpy counts the cell itself among its n_neighbors.
  const k = Math.min(params.n_neighbors, n) - 1;
  if (k < params.n_neighbors - 1) context.note(`${k + 1} neighbours: there are only ${n} cells`);
  const method = params.method === 'approximate' && n >= Math.max(smallestDescent, 4 * k) ? 'approximate' : 'exact';
  const knn = method === 'exact' ? await searchExactly(context, embedding, k) : await searchApproximately(context, embedding, k);
  const graph = await context.call('connect', { knn, n });
  writeGraph(context.folder, 'distances', graph.distances);
  writeGraph(context.folder, 'connectivities', graph.connectivities);
  const facts: NeighborsFacts = {
    params: { n_neighbors: params.n_neighbors, method: 'umap', metric: params.metric, use_rep: rep, ...(params.n_pcs === null ? {} : { n_pcs: params.n_pcs }), random_state: context.seed },
    method,
  };
  context.writeFacts('neighbors', facts);
  context.outcome({ cells: n, neighbors: k + 1, dims: embedding.dims, method, edges: graph.connectivities.indptr[n]! });
}

/** The slot asked for; with auto what integrate's verdict recommends, said in a note. */
function chosenRep(context: StepContext<'neighbors'>): string {
  const { use_rep } = context.params;
  if (use_rep !== 'auto') return use_rep;
  const { use, obsm_key, out_key, words } = context.facts<IntegrateFacts>('integrate');
  const rep = use ? out_key : obsm_key;
  context.note(`neighbours are searched in ${rep}. ${words}`);
  return rep;
}

async function searchExactly(context: StepContext<'neighbors'>, { points, n, dims }: Embedding, k: number): Promise<Knn> {
  const { metric } = context.params;
  const parts = Math.min(context.workers, Math.ceil(n / 512));
  const perPart = Math.ceil(n / parts);
  const found = await Promise.all(
    Array.from({ length: parts }, (_, part) => {
      const rowStart = part * perPart;
      return context.call('nearest', { points, n, dims, k, metric, rowStart, rowEnd: Math.min(n, rowStart + perPart) });
    }),
  );
  const knn = { k, indices: new Int32Array(n * k), distances: new Float32Array(n * k) };
  let at = 0;
  for (const part of found) {
    knn.indices.set(part.indices, at);
    knn.distances.set(part.distances, at);
    at += part.indices.length;
  }
  return knn;
}

async function searchApproximately(context: StepContext<'neighbors'>, { points, n, dims }: Embedding, k: number): Promise<Knn> {
  let state: DescentState;
  const pool: DescentPool = {
    start: async (made) => void (state = made),
    async run(tasks) {
      context.stopIfCancelled();
      const shares = Array.from({ length: context.workers }, (_, worker) => tasks.filter((_, i) => i % context.workers === worker));
      const improved = await Promise.all(shares.filter((share) => share.length > 0).map((share) => context.call('descend', { state, tasks: share })));
      return improved.reduce((a, b) => a + b, 0);
    },
  };
  return approximateNeighbors(points, n, dims, k, {
    metric: context.params.metric, seed: context.seed, pool, report: (done, total) => context.progress(done, total, 'steps'),
  });
}
