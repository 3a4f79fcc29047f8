/** What the neighbour step holds in memory, for plans; those of the layout and the clusters stand beside their code. */
import { approximateNeighborsBytes } from './descent.state.ts';
import { exactNeighborsBytes } from './exact.ts';
import { fuzzyGraphBytes } from './fuzzy.ts';
import type { Metric } from './knn.ts';

export interface NeighborsPlan {
  readonly method: 'exact' | 'approximate';
  readonly metric: Metric;
  readonly workers: number;
}

/**
 * Bytes beside the n x dims points for finding k others of every cell and making the fuzzy graph: the search, or its lists
 * together with the graph, whichever is more.
 */
export function neighborsBytes(n: number, dims: number, k: number, { method, metric, workers }: NeighborsPlan): number {
  // Cosine works on rows scaled to length 1: a copy, one per worker in the exact search.
  const scaled = metric === 'cosine' ? n * (4 * (dims + 1) + 8) : 0;
  const search = method === 'exact'
    ? exactNeighborsBytes(n, dims, k, metric) + (workers - 1) * scaled
    : approximateNeighborsBytes(n, dims, k, workers) + scaled;
  return Math.max(search, 8 * n * k + fuzzyGraphBytes(n, k));
}
