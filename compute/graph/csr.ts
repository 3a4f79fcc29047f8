/** Sparse square matrices over cells in compressed rows, and the two operations graphs need of them. */

/** Row i has the entries [indptr[i], indptr[i + 1]), columns ascending. Fewer than 2^31 entries. */
export interface CsrGraph {
  readonly n: number;
  readonly indptr: Int32Array;
  readonly indices: Int32Array;
  readonly values: Float32Array;
}

/** The transpose; columns come out ascending whatever the order inside the rows was. */
export function transposeGraph(graph: CsrGraph): CsrGraph {
  const { n, indptr, indices, values } = graph;
  const entries = indptr[n]!;
  const next = new Int32Array(n + 1);
  for (let e = 0; e < entries; e++) next[indices[e]! + 1]! += 1;
  for (let i = 0; i < n; i++) next[i + 1]! += next[i]!;
  const turned: CsrGraph = {
    n, indptr: next.slice(), indices: new Int32Array(entries), values: new Float32Array(entries),
  };
  for (let row = 0; row < n; row++) {
    for (let e = indptr[row]!; e < indptr[row + 1]!; e++) {
      const place = next[indices[e]!]!++;
      turned.indices[place] = row;
      turned.values[place] = values[e]!;
    }
  }
  return turned;
}

/** Number of connected components of a symmetric graph and the component of each vertex, in order of their first vertex. */
export function connectedComponents(graph: CsrGraph): { count: number; of: Int32Array } {
  const { n, indptr, indices } = graph;
  const of = new Int32Array(n).fill(-1);
  const stack = new Int32Array(n);
  let count = 0;
  for (let start = 0; start < n; start++) {
    if (of[start] !== -1) continue;
    let depth = 0;
    stack[depth++] = start;
    of[start] = count;
    while (depth > 0) {
      const vertex = stack[--depth]!;
      for (let e = indptr[vertex]!; e < indptr[vertex + 1]!; e++) {
        const next = indices[e]!;
        if (of[next] !== -1) continue;
        of[next] = count;
        stack[depth++] = next;
      }
    }
    count++;
  }
  return { count, of };
}

/** The graph among `members` (ascending), renumbered 0..members.length - 1; `place` is scratch of length n. */
export function inducedGraph(graph: CsrGraph, members: Int32Array, place: Int32Array): CsrGraph {
  place.fill(-1);
  members.forEach((vertex, index) => { place[vertex] = index; });
  const indptr = new Int32Array(members.length + 1);
  let entries = 0;
  for (const [index, vertex] of members.entries()) {
    for (let e = graph.indptr[vertex]!; e < graph.indptr[vertex + 1]!; e++) if (place[graph.indices[e]!]! >= 0) entries++;
    indptr[index + 1] = entries;
  }
  const indices = new Int32Array(entries);
  const values = new Float32Array(entries);
  let at = 0;
  for (const vertex of members) {
    for (let e = graph.indptr[vertex]!; e < graph.indptr[vertex + 1]!; e++) {
      const to = place[graph.indices[e]!]!;
      if (to < 0) continue;
      indices[at] = to;
      values[at++] = graph.values[e]!;
    }
  }
  return { n: members.length, indptr, indices, values };
}
