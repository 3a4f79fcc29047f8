/** Leiden clusters: quality against leidenalg on the same graph, known groups, and what the algorithm guarantees. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { approximateNeighbors } from './approximate.ts';
import { connectedComponents, inducedGraph } from './csr.ts';
import type { CsrGraph } from './csr.ts';
import { fuzzyGraph } from './fuzzy.ts';
import { adjustedRand, clouds, reference } from './golden/reference.ts';
import { cellGraph, modularity } from './leiden.graph.ts';
import { leidenClusters } from './leiden.ts';
import { createRandom } from '../random/random.ts';

const { connectivities, rows } = reference;

describe.each(reference.leiden)('against leidenalg at resolution $resolution', ({ resolution, quality, membership }) => {
  test('the same clusters have the same quality', () => {
    expect(modularity(cellGraph(connectivities), membership, resolution)).toBeCloseTo(quality, 6);
  });

  test('every seed comes within 0.5 % of its best of ten', async () => {
    for (let seed = 0; seed < 5; seed++) {
      const found = await leidenClusters(connectivities, rows, { resolution, seed });
      expect(found.modularity).toBeGreaterThan(0.995 * quality);
      expect(found.modularity).toBeCloseTo(modularity(cellGraph(connectivities), found.labels, resolution), 10);
    }
  });
});

test('clear groups are found exactly, the largest is 0', async () => {
  const { points, labels } = clouds(1500, 12, 7, 6, 4);
  const { connectivities: graph } = await fuzzyGraph(await approximateNeighbors(points, 1500, 12, 14, { metric: 'euclidean', seed: 0 }), 1500);
  const found = await leidenClusters(graph, 1500, { seed: 0, resolution: 0.3 });
  expect(adjustedRand(found.labels, labels)).toBe(1);
  const sizes = [...found.sizes];
  expect(sizes).toEqual([...sizes].sort((a, b) => b - a));
  for (const [label, size] of sizes.entries()) expect(found.labels.filter((own) => own === label)).toHaveLength(size);
});

test('the same seed gives the same labels; more rounds are never worse', async () => {
  const run = (seed: number, nIterations: number): ReturnType<typeof leidenClusters> => leidenClusters(connectivities, rows, { seed, nIterations });
  expect((await run(3, -1)).labels).toEqual((await run(3, -1)).labels);
  const qualities = await Promise.all([1, 2, 4, -1].map(async (rounds) => (await run(3, rounds)).modularity));
  expect(qualities).toEqual([...qualities].sort((a, b) => a - b));
  expect((await run(3, 2)).iterations).toBe(2);
});

/** Random symmetric graph from a seed, all weights positive. */
function randomGraph(n: number, edges: number, seed: number): CsrGraph {
  const random = createRandom(seed);
  const rowsOf = Array.from({ length: n }, () => new Map<number, number>());
  for (let e = 0; e < edges; e++) {
    const [a, b, weight] = [random.below(n), random.below(n), Math.fround(random.uniform() + 0.01)];
    if (a === b) continue;
    rowsOf[a]!.set(b, weight);
    rowsOf[b]!.set(a, weight);
  }
  const sorted = rowsOf.map((row) => [...row].sort(([a], [b]) => a - b));
  const indptr = new Int32Array(n + 1);
  sorted.forEach((row, i) => { indptr[i + 1] = indptr[i]! + row.length; });
  return { n, indptr, indices: Int32Array.from(sorted.flat(), ([to]) => to), values: Float32Array.from(sorted.flat(), ([, weight]) => weight) };
}

test('on any graph clusters are connected, better than one or all apart, and no single cell would gain by moving', async () => {
  await fc.assert(fc.asyncProperty(
    fc.integer({ min: 2, max: 60 }), fc.integer({ min: 0, max: 200 }), fc.nat(), fc.double({ min: 0.1, max: 3, noNaN: true }),
    async (n, edges, seed, resolution) => {
      const graph = randomGraph(n, edges, seed);
      const cells = cellGraph(graph);
      const found = await leidenClusters(graph, n, { seed, resolution });
      const quality = modularity(cells, found.labels, resolution);
      expect(quality).toBeGreaterThanOrEqual(modularity(cells, Int32Array.from({ length: n }, (_, v) => v), resolution) - 1e-12);
      expect(quality).toBeGreaterThanOrEqual(modularity(cells, new Int32Array(n), resolution) - 1e-9);
      for (let label = 0; label < found.sizes.length; label++) {
        const members = Int32Array.from([...found.labels.keys()].filter((v) => found.labels[v] === label));
        expect(connectedComponents(inducedGraph(graph, members, new Int32Array(n))).count).toBe(1);
      }
      for (let v = 0; v < n; v++) {
        for (const label of new Set([...found.labels])) {
          const moved = found.labels.slice();
          moved[v] = label;
          expect(modularity(cells, moved, resolution)).toBeLessThanOrEqual(quality + 1e-9);
        }
      }
    },
    // The second needs whole groups to join on a level where no single part gains by moving.
  ), { numRuns: 200, examples: [[2, 1, 0, 1], [32, 122, 655617963, 0.24549744740890317]] });
});

test('cells without edges stay alone', async () => {
  const found = await leidenClusters({ n: 3, indptr: new Int32Array(4), indices: new Int32Array(0), values: new Float32Array(0) }, 3, { seed: 0 });
  expect(found).toMatchObject({ labels: Int32Array.of(0, 1, 2), sizes: Int32Array.of(1, 1, 1), modularity: 0 });
});

test('a cancel stops the clustering', async () => {
  const stop = new AbortController();
  stop.abort(new Error('enough'));
  await expect(leidenClusters(connectivities, rows, { seed: 0, signal: stop.signal })).rejects.toThrow('enough');
});
