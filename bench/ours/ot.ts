/** Our side of `ot`: the transport loop on centroids, neighbour searches on worker threads as in a run. */
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createPool } from '../../compute/host/pool.ts';
import type { Crew } from '../../compute/integration/crew.ts';
import { integrateCentroids, shared } from '../../compute/integration/loop.ts';
import { defaultLoop } from '../../compute/integration/settings.ts';
import { workerCrew } from '../../compute/steps/integrate-crew.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { batches: { type: 'string' }, dims: { type: 'string' }, threads: { type: 'string', default: '1' } } });
const [batches, dims, threads] = [Number(values.batches), Number(values.dims), Number(values.threads)];
const bytes = readFileSync(positionals[0]!);
const stored = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
const rows = { values: shared(stored.length), n: stored.length / dims, dims };
rows.values.set(stored);
const pool = await createPool(threads, { kernels: null, memoryBytes: 2 ** 32 });
const crew: Crew = await workerCrew({ workers: threads, call: (name, payload) => pool.call(name, payload), stopIfCancelled: () => undefined });
const batchStart = Int32Array.from({ length: batches + 1 }, (_, b) => (b * rows.n) / batches);
await crew.neighbors({ values: rows.values, n: 256, dims }, 5);
const started = performance.now();
const done = await integrateCentroids({ rows, batchStart, seed: 0 }, { ...defaultLoop, accept: 'parity' }, crew, { log: () => undefined, iteration: () => undefined });
const seconds = (performance.now() - started) / 1000;
await pool.close();
console.log(JSON.stringify({ seconds, cells: rows.n, mix0: done.mix0, log: done.history }));
