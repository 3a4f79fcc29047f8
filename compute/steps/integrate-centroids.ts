/** Centroids that stand for each batch: seeded samples of its cells, weighted by how sparse they lie, clustered. */
import { failure } from '../../protocol/errors.ts';
import { formatCount } from '../../protocol/format.ts';
import type { Crew } from '../integration/crew.ts';
import { densityModeFor, drawWithout } from '../integration/density.ts';
import { shared } from '../integration/loop.ts';
import type { Rows } from '../integration/search.ts';
import { readFloat32, type StoredArray } from '../results/array.ts';
import type { StepContext } from './contract.ts';
import type { Groups } from './integrate-batches.ts';
import { limitTo } from './integrate-crew.ts';

export interface Centroids {
  readonly rows: Rows;
  readonly batchStart: Int32Array;
}

const sliceRows = 65_536;

/** Reads each batch once; the samples of at most two batches are in memory. @throws bad-embedding. */
export async function findCentroids(context: StepContext<'integrate'>, source: StoredArray, batches: Groups, crew: Crew): Promise<Centroids> {
  const { params, seed } = context;
  const dims = source.shape[1] ?? 1;
  const batchStart = new Int32Array(batches.names.length + 1);
  let done = 0;
  // Two samples at a time are what the plan has room for.
  const turn = limitTo(Math.min(2, context.workers));
  const fits = await Promise.all(batches.names.map((name, batch) => turn(async () => {
    const rows = readRows(context, source, sampleOf(batches.codes, batch, params.max_samples_per_batch, seed));
    const clusters = params.level === 'cells' ? rows.n : params.n_centroids_per_batch;
    const density = params.density === 'auto' ? densityModeFor(rows.n) : params.density;
    const fit = await crew.cluster({ rows, start: 0, count: rows.n, clusters, seed: seed + batch, density });
    if (rows.n === 1) context.note(`${name} has a single cell: it is its own centroid`);
    done += 1;
    context.progress(done, batches.names.length, 'batches clustered');
    await crew.breathe();
    return { centers: fit.centers, clusters: fit.clusters };
  })));
  const parts = fits.map((fit) => fit.centers);
  fits.forEach((fit, batch) => (batchStart[batch + 1] = batchStart[batch]! + fit.clusters));
  const n = batchStart.at(-1)!;
  const values = shared(n * dims);
  let at = 0;
  for (const part of parts) {
    values.set(part, at);
    at += part.length;
  }
  context.note(`${formatCount(n)} centroids stand for ${formatCount(batches.codes.length)} cells of ${batches.names.length} batches`);
  return { rows: { values, n, dims }, batchStart };
}

/** Positions of the batch's cells, or of a seeded sample of them, ascending. */
function sampleOf(codes: Uint16Array, batch: number, most: number, seed: number): Uint32Array {
  let count = 0;
  for (const code of codes) if (code === batch) count++;
  const chosen = count > most ? drawWithout(count, most, seed, 0x7363 + batch) : null;
  const ids = new Uint32Array(chosen?.length ?? count);
  let seen = 0;
  let at = 0;
  for (let row = 0; row < codes.length && at < ids.length; row++) {
    if (codes[row] !== batch) continue;
    if (chosen === null || chosen[at] === seen) ids[at++] = row;
    seen++;
  }
  return ids;
}

/** The rows at ascending positions, on shared memory; slices without any of them are not read. @throws bad-embedding. */
export function readRows(context: StepContext, source: StoredArray, ids: Uint32Array): Rows {
  const dims = source.shape[1] ?? 1;
  const values = shared(ids.length * dims);
  let at = 0;
  while (at < ids.length) {
    const start = ids[at]!;
    const end = Math.min(source.shape[0]!, start + sliceRows);
    const slice = readFloat32(source, start, end);
    for (; at < ids.length && ids[at]! < end; at++) {
      const from = (ids[at]! - start) * dims;
      const row = slice.subarray(from, from + dims);
      const bad = row.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0) throw badValue(source.path, ids[at]!, bad, row[bad]!);
      values.set(row, at * dims);
    }
    context.stopIfCancelled();
  }
  return { values, n: ids.length, dims };
}

export function badValue(path: string, row: number, component: number, value: number): Error {
  const slot = path.split(/[\\/]/).slice(-2).join('/');
  return failure('bad-embedding', { slot, row, component, problem: Number.isNaN(value) ? 'nan' : 'infinite' });
}
