/**
 * The weighted graph as the Leiden algorithm sees it, from cells up to communities of communities: vertices with strength,
 * edges without loops. The weight inside an aggregated vertex never changes a decision, so it is only kept in `strength`.
 */
import type { CsrGraph } from './csr.ts';

export interface LeidenGraph {
  readonly n: number;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly weights: Float32Array | Float64Array;
  /** Sum of all weights at a vertex, loops counted twice. */
  readonly strength: Float64Array;
  /** Sum of all strengths: twice the weight of the graph. */
  readonly total: number;
}

/** Level 0: the cells. The diagonal must be empty. */
export function cellGraph(graph: CsrGraph): LeidenGraph {
  const { n, indptr, indices, values } = graph;
  const strength = new Float64Array(n);
  let total = 0;
  for (let v = 0; v < n; v++) {
    for (let e = indptr[v]!; e < indptr[v + 1]!; e++) strength[v]! += values[e]!;
    total += strength[v]!;
  }
  return { n, indptr, indices, weights: values, strength, total };
}

/** Entries of an aggregate relative to the graph it was made from: 0.46 to 0.56 on neighbour graphs of 20,000 cells. */
const usualShare = 0.6;

/** One vertex per group; weights between two groups are summed in order of their members. */
export function aggregate(graph: LeidenGraph, groupOf: Int32Array, groups: number): LeidenGraph {
  const { n, indptr, indices, weights } = graph;
  const { starts, members } = membersOf(groupOf, n, groups);
  const strength = new Float64Array(groups);
  for (let v = 0; v < n; v++) strength[groupOf[v]!]! += graph.strength[v]!;

  const between = new Float64Array(groups);
  const met = new Int32Array(groups);
  const seen = new Uint8Array(groups);
  // There cannot be more entries than before, and usually there are about half as many.
  const most = indptr[n]!;
  let room = Math.ceil(usualShare * most);
  let outIndices = new Int32Array(room);
  let outWeights = new Float64Array(room);
  const outIndptr = new Int32Array(groups + 1);
  let at = 0;
  for (let group = 0; group < groups; group++) {
    let count = 0;
    for (let i = starts[group]!; i < starts[group + 1]!; i++) {
      const v = members[i]!;
      for (let e = indptr[v]!; e < indptr[v + 1]!; e++) {
        const other = groupOf[indices[e]!]!;
        if (other === group) continue;
        if (seen[other] === 0) {
          seen[other] = 1;
          met[count++] = other;
        }
        between[other]! += weights[e]!;
      }
    }
    if (at + count > room) {
      room = most;
      outIndices = grown(outIndices, new Int32Array(room));
      outWeights = grown(outWeights, new Float64Array(room));
    }
    for (let i = 0; i < count; i++) {
      const other = met[i]!;
      outIndices[at] = other;
      outWeights[at++] = between[other]!;
      between[other] = 0;
      seen[other] = 0;
    }
    outIndptr[group + 1] = at;
  }
  return {
    n: groups, indptr: outIndptr, indices: outIndices.subarray(0, at), weights: outWeights.subarray(0, at), strength, total: graph.total,
  };
}

function grown<T extends Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

function membersOf(groupOf: Int32Array, n: number, groups: number): { starts: Int32Array; members: Int32Array } {
  const starts = new Int32Array(groups + 1);
  for (let v = 0; v < n; v++) starts[groupOf[v]! + 1]! += 1;
  for (let g = 0; g < groups; g++) starts[g + 1]! += starts[g]!;
  const next = starts.slice();
  const members = new Int32Array(n);
  for (let v = 0; v < n; v++) members[next[groupOf[v]!]!++] = v;
  return { starts, members };
}

/** Renumbers groups 0, 1, ... in order of their first vertex, in place; returns how many there are. */
export function renumber(groupOf: Int32Array): number {
  const number = new Int32Array(groupOf.length).fill(-1);
  let groups = 0;
  for (let v = 0; v < groupOf.length; v++) {
    const old = groupOf[v]!;
    if (number[old] === -1) number[old] = groups++;
    groupOf[v] = number[old]!;
  }
  return groups;
}

/**
 * Modularity with a resolution (the quality RBConfiguration of leidenalg, divided by the total weight):
 * sum over groups of inside / total - resolution * (strength / total)^2, of a grouping of cells.
 */
export function modularity(graph: LeidenGraph, groupOf: Int32Array, resolution: number): number {
  const strength = new Float64Array(graph.n);
  let inside = 0;
  for (let v = 0; v < graph.n; v++) {
    const group = groupOf[v]!;
    strength[group]! += graph.strength[v]!;
    for (let e = graph.indptr[v]!; e < graph.indptr[v + 1]!; e++) {
      if (groupOf[graph.indices[e]!] === group) inside += graph.weights[e]!;
    }
  }
  if (graph.total === 0) return 0;
  let expected = 0;
  for (const sum of strength) expected += (sum / graph.total) ** 2;
  return inside / graph.total - resolution * expected;
}
