/** Makes demo plates, one per worker at a time, each appearing under its name only when it is whole. */
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '../../io/make-folder.ts';
import { failure, systemFailure } from '../../protocol/errors.ts';
import type { GenerateAnswer, GenerateJob } from '../../protocol/jobs.ts';
import { createPool, type Pool } from './pool.ts';
import { createReporter } from './reporter.ts';
import type { PipelineHost } from './run-pipeline.ts';

export interface GenerateHost extends Pick<PipelineHost, 'emit' | 'signal' | 'hostPid'> {
  answer(answer: GenerateAnswer): void;
}

export async function runGenerate(job: GenerateJob, host: GenerateHost): Promise<number> {
  const { params, folder } = job;
  const startedAt = performance.now();
  const paths = Array.from({ length: params.plates }, (_, i) => join(folder, `plate${i + 1}_demo.h5ad`));
  for (const path of paths) if (existsSync(path)) throw failure('already-exists', { path });
  makeFolder(folder);
  const pool = await createPool(Math.min(job.workers, paths.length), { kernels: 'cpu', memoryBytes: job.memoryBytes });
  const onAbort = (): void => pool.stop();
  host.signal.addEventListener('abort', onAbort);
  const reporter = createReporter(host.emit, host.hostPid, job.memoryBytes);
  host.emit({ kind: 'step-started', step: 'generate', index: 0, of: 1, title: 'Demo plates' });
  reporter.stepStarted('generate', (params.plates * params.cells) / 8000);
  const done = paths.map(() => 0);
  const waiting = paths.map((path, i) => ({ path, i }));
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const { path, i } = next;
      await writePlate(pool, job, path, i + 1, (cells) => {
        done[i] = cells;
        reporter.progress(done.reduce((a, b) => a + b, 0), params.plates * params.cells, 'cells');
      });
    }
  };
  try {
    await Promise.all(Array.from({ length: pool.size }, work));
    reporter.stepEnded();
    host.answer({ folder, files: paths, cells: params.plates * params.cells, seconds: (performance.now() - startedAt) / 1000 });
    return reporter.peakBytes;
  } finally {
    host.signal.removeEventListener('abort', onAbort);
    reporter.close();
    await pool.close();
    // When one plate fails the others are cut off in the middle.
    for (const path of paths) rmSync(`${path}.part`, { force: true });
  }
}

async function writePlate(pool: Pool, job: GenerateJob, path: string, plate: number, onCells: (cells: number) => void): Promise<void> {
  const { params, folder } = job;
  const part = `${path}.part`;
  try {
    await pool.call('generate', {
      path: part, plate, cells: params.cells, genes: params.genes, seed: params.seed, lines: params.lines, drugs: params.drugs,
      plateChunks: params.plate_chunks, indexType: params.index_dtype,
    }, onCells);
    // Registering a plate is acknowledged: a power cut after that must not take the plate away.
    forceToDisk(part);
    renameSync(part, path);
    forceToDisk(folder);
  } catch (thrown) {
    // Neither name was there before.
    for (const file of [part, path]) rmSync(file, { force: true });
    throw systemFailure(thrown, path) ?? thrown;
  }
}

/** Of a file its bytes, of a folder its names. */
function forceToDisk(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
