/**
 * Leiden clustering of the neighbour graph by modularity with a resolution: what scanpy's tl.leiden optimises by default.
 * Labels are numbered by decreasing size, so that '0' is the largest cluster whatever the seed.
 */
import type { CsrGraph } from './csr.ts';
import { aggregate, cellGraph, modularity, renumber } from './leiden.graph.ts';
import type { LeidenGraph } from './leiden.graph.ts';
import { moveVertices, refineGroups } from './leiden.moves.ts';
import type { Sweep } from './leiden.moves.ts';
import { makePace } from './pace.ts';
import type { LongRun } from './pace.ts';
import { createRandom } from '../random/random.ts';

export interface LeidenOptions extends LongRun {
  /** Higher gives more clusters; default 1. */
  readonly resolution?: number;
  /** Rounds over the whole hierarchy; -1 (default): until a round improves nothing. */
  readonly nIterations?: number;
  readonly seed: number;
}

export interface LeidenClusters {
  /** Cluster of each cell, 0..count - 1; equal sizes are numbered by their first cell. */
  readonly labels: Int32Array;
  readonly sizes: Int32Array;
  /** Modularity reached, at the resolution asked for. */
  readonly modularity: number;
  readonly iterations: number;
}

/** Rounds that "until nothing improves" is taken to need when progress is reported. */
const usualIterations = 5;
/** An end for graphs on which rounding could make rounds improve for ever. */
const mostIterations = 100;
const leastImprovement = 1e-10;

/** Clusters n cells by their symmetric connectivities (no diagonal). Deterministic for a seed; one thread. */
export async function leidenClusters(connectivities: CsrGraph, n: number, options: LeidenOptions): Promise<LeidenClusters> {
  const { resolution = 1, nIterations = -1, seed } = options;
  const graph = cellGraph(connectivities);
  const limit = nIterations < 0 ? mostIterations : nIterations;
  const usual = nIterations < 0 ? usualIterations : nIterations;
  const pace = makePace(options, usual);
  const random = createRandom(seed, 5);
  const groupOf = Int32Array.from({ length: n }, (_, v) => v);
  let quality = modularity(graph, groupOf, resolution);
  let iterations = 0;
  while (iterations < limit && graph.total > 0) {
    const done = Math.min(iterations, usual - 1);
    const before = quality;
    await improve(graph, groupOf, { resolution, random, pace, done: () => done });
    quality = modularity(graph, groupOf, resolution);
    iterations++;
    if (nIterations < 0 && quality <= before + leastImprovement) break;
  }
  const sizes = orderBySize(groupOf);
  pace.end();
  return { labels: groupOf, sizes, modularity: quality, iterations };
}

/**
 * One round: move, refine, aggregate, and again on the aggregate until every group is one vertex. Levels on which nothing
 * moves are not the last: parts that stay where they are may still belong to groups that gain by joining as a whole.
 */
async function improve(cells: LeidenGraph, groupOf: Int32Array, sweep: Sweep): Promise<void> {
  let graph = cells;
  let groups = groupOf;
  /** Vertex of the present level that holds each cell; null at level 0, where they are the same. */
  let vertexOf: Int32Array | null = null;
  for (;;) {
    await moveVertices(graph, groups, sweep);
    const count = renumber(groups);
    if (vertexOf) for (let cell = 0; cell < groupOf.length; cell++) groupOf[cell] = groups[vertexOf[cell]!]!;
    if (count === graph.n) return;
    const parts = await refineGroups(graph, groups, sweep);
    const partCount = renumber(parts);
    // Parts as fine as the vertices themselves would aggregate to the same graph for ever.
    const next = partCount === graph.n ? groups : parts;
    const nextCount = partCount === graph.n ? count : partCount;
    const nextGroups = new Int32Array(nextCount);
    for (let v = 0; v < graph.n; v++) nextGroups[next[v]!] = groups[v]!;
    if (vertexOf === null) vertexOf = next.slice();
    else for (let cell = 0; cell < vertexOf.length; cell++) vertexOf[cell] = next[vertexOf[cell]!]!;
    graph = aggregate(graph, next, nextCount);
    groups = nextGroups;
  }
}

function orderBySize(groupOf: Int32Array): Int32Array {
  const count = renumber(groupOf);
  const sizes = new Int32Array(count);
  for (const group of groupOf) sizes[group]! += 1;
  const rank = Array.from({ length: count }, (_, g) => g).sort((a, b) => sizes[b]! - sizes[a]! || a - b);
  const label = new Int32Array(count);
  rank.forEach((group, place) => { label[group] = place; });
  for (let v = 0; v < groupOf.length; v++) groupOf[v] = label[groupOf[v]!]!;
  return Int32Array.from(rank, (group) => sizes[group]!);
}

/** Bytes held beside the graph of n cells with k neighbours each: all marks of a sweep, and two levels of aggregates. */
export function leidenBytes(n: number, k: number): number {
  const entries = 2 * n * k;
  const marks = 8 + 4 + 4 + 8 + 8 + 5 * 4 + 1;
  const aggregates = 8 + 8 + 4 * 6;
  return n * (marks + aggregates) + 12 * entries;
}
