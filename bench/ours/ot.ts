/**
 * Our side of `ot`: the transport loop on centroids, neighbour searches on worker threads as in a run. With --draws its clusters
 * and subsamples are written down after the clock has stopped, for the other side to walk the same path.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createPool } from '../../compute/host/pool.ts';
import type { Crew } from '../../compute/integration/crew.ts';
import { drawWithout } from '../../compute/integration/density.ts';
import type { KMeansFit } from '../../compute/integration/kmeans.ts';
import { integrateCentroids, shared } from '../../compute/integration/loop.ts';
import { defaultLoop } from '../../compute/integration/settings.ts';
import { workerCrew } from '../../compute/steps/integrate-crew.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { batches: { type: 'string' }, dims: { type: 'string' }, threads: { type: 'string', default: '1' }, draws: { type: 'string' } } });
const [batches, dims, threads] = [Number(values.batches), Number(values.dims), Number(values.threads)];
const bytes = readFileSync(positionals[0]!);
const stored = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const rows = { values: shared(stored.length), n: stored.length / dims, dims };
rows.values.set(stored);
const pool = await createPool(threads, { kernels: null, memoryBytes: 2 ** 32 });
const workers = await workerCrew({ workers: threads, call: (name, payload) => pool.call(name, payload), stopIfCancelled: () => undefined });
/** In the order asked for: the fits of a turn are its batches', the common one, and that of the sharpening. */
const fits: Promise<KMeansFit>[] = [];
const crew: Crew = {
  ...workers,
  cluster(task) {
    const fit = workers.cluster(task);
    fits.push(fit);
    return fit;
  },
};
const batchStart = Int32Array.from({ length: batches + 1 }, (_, b) => (b * rows.n) / batches);
await workers.neighbors({ values: rows.values, n: 256, dims }, 5);
const started = performance.now();
const done = await integrateCentroids({ rows, batchStart, seed: 0 }, { ...defaultLoop, accept: 'parity' }, crew, { log: () => undefined, iteration: () => undefined });
const seconds = (performance.now() - started) / 1000;
await pool.close();
if (values.draws !== undefined) writeFileSync(values.draws, Buffer.concat((await drawsOf(done.history.length)).map((part) => Buffer.from(part.buffer, part.byteOffset, part.byteLength))));
console.log(JSON.stringify({ seconds, cells: rows.n, mix0: done.mix0, log: done.history, draws: values.draws }));

async function drawsOf(turns: number): Promise<(Float32Array | Int32Array | Uint32Array)[]> {
  const all = await Promise.all(fits);
  const perTurn = all.length / turns;
  return Array.from({ length: turns }, (_, t) => [
    ...all.slice(t * perTurn, (t + 1) * perTurn).flatMap((fit) => [fit.centers, fit.nearest]), drawWithout(rows.n, Math.min(defaultLoop.eval_subsample, rows.n), t + 1),
  ]).flat();
}
