/** The fuzzy graph against umap-learn on the same neighbours, and what must hold for any neighbours. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { CsrGraph } from './csr.ts';
import { connectedComponents, inducedGraph, transposeGraph } from './csr.ts';
import { fuzzyGraph } from './fuzzy.ts';
import { reference } from './golden/reference.ts';
import type { Knn } from './knn.ts';
import { shuffle } from './random.ts';
import { createRandom } from '../random/random.ts';

test('memberships equal those of umap-learn', async () => {
  const { connectivities } = await fuzzyGraph(reference.euclidean, reference.rows);
  const wanted = reference.connectivities;
  expect([...connectivities.indptr]).toEqual([...wanted.indptr]);
  expect([...connectivities.indices]).toEqual([...wanted.indices]);
  let worst = 0;
  wanted.values.forEach((value, e) => { worst = Math.max(worst, Math.abs(value - connectivities.values[e]!)); });
  expect(worst).toBeLessThan(1e-5);
});

test('distances are the neighbour lists, columns ascending', async () => {
  const { distances } = await fuzzyGraph(reference.euclidean, reference.rows);
  const { k, indices, distances: lengths } = reference.euclidean;
  for (let row = 0; row < reference.rows; row++) {
    expect(distances.indptr[row + 1]! - distances.indptr[row]!).toBe(k);
    const wanted = Array.from({ length: k }, (_, r) => [indices[row * k + r]!, lengths[row * k + r]!]).sort((a, b) => a[0]! - b[0]!);
    const found = Array.from({ length: k }, (_, r) => [distances.indices[row * k + r]!, distances.values[row * k + r]!]);
    expect(found).toEqual(wanted);
  }
});

/** Neighbour lists that no geometry need allow: random others, random lengths, some of them 0 or equal. */
function anyLists(n: number, k: number, seed: number): Knn {
  const random = createRandom(seed);
  const indices = new Int32Array(n * k);
  const distances = new Float32Array(n * k);
  const others = Int32Array.from({ length: n }, (_, i) => i);
  for (let row = 0; row < n; row++) {
    shuffle(others, n, random);
    indices.set(others.filter((other) => other !== row).subarray(0, k), row * k);
    distances.subarray(row * k, (row + 1) * k).set(Float32Array.from({ length: k }, () => Math.max(0, random.below(40) - 5) / (1 + random.below(3))).sort());
  }
  return { k, indices, distances };
}

test('any lists give a symmetric graph without diagonal, values in (0, 1], nearest neighbours at 1', async () => {
  await fc.assert(fc.asyncProperty(fc.integer({ min: 3, max: 40 }), fc.integer({ min: 1, max: 12 }), fc.nat(), async (n, wanted, seed) => {
    const k = Math.min(wanted, n - 1);
    const { indices, distances } = anyLists(n, k, seed);
    const { connectivities: graph } = await fuzzyGraph({ k, indices, distances }, n);
    const turned = transposeGraph(graph);
    expect([...turned.indices]).toEqual([...graph.indices]);
    expect([...turned.values]).toEqual([...graph.values]);
    for (let row = 0; row < n; row++) {
      const columns = [...graph.indices.subarray(graph.indptr[row]!, graph.indptr[row + 1]!)];
      expect(columns).toEqual([...new Set(columns)].sort((a, b) => a - b));
      expect(columns).not.toContain(row);
      // 1 + x - x in float32.
      expect(graph.values[graph.indptr[row]! + columns.indexOf(indices[row * k]!)]).toBeCloseTo(1, 6);
    }
    expect(graph.values.every((value) => value > 0 && value <= 1)).toBe(true);
  }));
});

test('components, and the graph inside one', () => {
  // 0 - 3 - 4 and 1 - 2
  const graph: CsrGraph = {
    n: 5, indptr: Int32Array.of(0, 1, 2, 3, 5, 6), indices: Int32Array.of(3, 2, 1, 0, 4, 3), values: Float32Array.of(1, 5, 5, 1, 2, 2),
  };
  expect(connectedComponents(graph)).toEqual({ count: 2, of: Int32Array.of(0, 1, 1, 0, 0) });
  expect(inducedGraph(graph, Int32Array.of(0, 3, 4), new Int32Array(5))).toEqual({
    n: 3, indptr: Int32Array.of(0, 1, 3, 4), indices: Int32Array.of(1, 0, 2, 1), values: Float32Array.of(1, 1, 2, 2),
  });
});
