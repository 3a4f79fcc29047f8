/** Real principal components with known cell types (Jurkat and 293T): neighbours, clusters and layout must keep them apart. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { cpuKernels } from '../kernels/cpu/index.ts';
import { approximateNeighbors } from './approximate.ts';
import { exactNeighbors } from './exact.ts';
import { fuzzyGraph } from './fuzzy.ts';
import { recall } from './golden/reference.ts';
import type { Knn } from './knn.ts';
import { leidenClusters } from './leiden.ts';

const sharedData = process.env['TRUCKEE_TEST_DATA'] ?? join(import.meta.dirname, '../../../shared/data');
const path = join(sharedData, 'jurkat-293t-pcs/jurkat_293t_2370_pcs.tsv.gz');
const dims = 20;
const k = 14;

function readCells(): { points: Float32Array; types: string[]; runs: string[] } {
  const lines = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n').slice(1).map((line) => line.split('\t'));
  return {
    points: Float32Array.from(lines.flatMap((cells) => cells.slice(5, 5 + dims)), Number),
    runs: lines.map((cells) => cells[1]!),
    types: lines.map((cells) => cells[4]!),
  };
}

/** Share of neighbours that carry the label of their cell. */
function agreement({ indices }: Knn, labels: readonly string[]): number {
  let same = 0;
  indices.forEach((other, e) => { if (labels[other] === labels[Math.floor(e / k)]) same++; });
  return same / indices.length;
}

describe.skipIf(!existsSync(path))('2,370 cells of two lines in three runs (shared data)', () => {
  test('neighbours agree in type and run as scikit-learn finds; the approximate search finds the same ones', async () => {
    const { points, types, runs } = readCells();
    const n = types.length;
    const exact = await exactNeighbors(points, n, dims, k, { metric: 'euclidean', kernels: cpuKernels });
    expect(agreement(exact, types)).toBeCloseTo(0.998794, 4);
    expect(agreement(exact, runs)).toBeCloseTo(0.920313, 4);
    const found = await approximateNeighbors(points, n, dims, k, { metric: 'euclidean', seed: 1 });
    expect(recall(found, exact, n)).toBeGreaterThan(0.995);
  });

  test('clusters hardly ever mix the two cell types', async () => {
    const { points, types } = readCells();
    const n = types.length;
    const { connectivities } = await fuzzyGraph(await exactNeighbors(points, n, dims, k, { metric: 'euclidean', kernels: cpuKernels }), n);
    const { labels, sizes } = await leidenClusters(connectivities, n, { seed: 0 });
    let major = 0;
    for (let label = 0; label < sizes.length; label++) {
      const jurkat = types.filter((type, row) => labels[row] === label && type === 'jurkat').length;
      major += Math.max(jurkat, sizes[label]! - jurkat);
    }
    expect(major / n).toBeGreaterThan(0.99);
  });
});
