/** Builds, verifies or deletes the packs beside some files, one file after the other. */
import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import type { PackAnswer, PackedFile, PackJob } from '../../protocol/loading.ts';
import { buildPack, deletePack, openPlate, packPath, sourceOf, verifyPack } from '../stores/index.ts';
import { createPool, type Pool } from './pool.ts';
import { createReporter } from './reporter.ts';
import type { PipelineHost } from './run-pipeline.ts';

export interface PackHost extends Pick<PipelineHost, 'emit' | 'signal' | 'hostPid'> {
  answer(answer: PackAnswer): void;
}

/** Errors: those of the files, named; not-found for a pack that is to be verified and is not there. */
export async function runPack(job: PackJob, host: PackHost): Promise<number> {
  const reporter = createReporter(host.emit, host.hostPid, job.memoryBytes);
  const pool = job.action === 'build' ? await createPool(job.workers, { kernels: 'cpu', memoryBytes: job.memoryBytes }) : null;
  const onAbort = (): void => pool?.stop();
  host.signal.addEventListener('abort', onAbort);
  const packs: PackedFile[] = [];
  try {
    for (const [i, file] of job.files.entries()) {
      host.emit({ kind: 'step-started', step: `pack ${job.action}`, index: i, of: job.files.length, title: basename(file) });
      reporter.stepStarted(`pack ${job.action}`, 60);
      packs.push(await onePack(job, file, pool, host.signal, (done, total) => reporter.progress(done, total, 'cells')));
      reporter.stepEnded();
    }
    host.answer({ action: job.action, packs });
    return reporter.peakBytes;
  } finally {
    host.signal.removeEventListener('abort', onAbort);
    reporter.close();
    await pool?.close();
  }
}

async function onePack(job: PackJob, file: string, pool: Pool | null, signal: AbortSignal, onRows: (done: number, total: number) => void): Promise<PackedFile> {
  const startedAt = performance.now();
  const pack = packPath(file);
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  switch (job.action) {
    case 'delete': {
      const bytes = sizeOf(pack);
      deletePack(pack);
      return { file, pack, cells: 0, bytes, file_bytes: sizeOf(file), resumed_at: 0, seconds: seconds() };
    }
    case 'verify': {
      if (sizeOf(pack) === 0) throw failure('not-found', { what: 'pack', name: pack, near: [] });
      const { rows } = await verifyPack(pack, { signal, onRows });
      return { file, pack, cells: rows, bytes: sizeOf(pack), file_bytes: sizeOf(file), resumed_at: 0, seconds: seconds() };
    }
    case 'build': {
      const plate = await openPlate(file);
      try {
        const matrix = plate.counts() ?? plate.matrices()[0];
        if (matrix === undefined) throw failure('no-matrix', { path: file });
        if (matrix.kind === 'columns' && matrix.spool === null) {
          throw failure('unsupported-encoding', { path: file, element: matrix.facts.slot, encoding: 'columns (genes first), which cannot be read cell by cell' });
        }
        const built = await buildPack(pack, {
          matrix, geneNames: plate.geneNames(), source: sourceOf(file, basename(file)), fractions: job.fractions, parallel: 2 * pool!.size, signal, onRows,
          encode: inTurn(pool!),
        });
        return { file, pack, cells: built.rows, bytes: built.bytes, file_bytes: sizeOf(file), resumed_at: built.resumedAt, seconds: seconds() };
      } finally {
        plate.close();
      }
    }
  }
}

/** At most as many ranges at a time as the pool has workers; the others wait for their turn. */
function inTurn(pool: Pool) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (request: Parameters<typeof call>[0]) => {
    while (running >= pool.size) await new Promise<void>((resolve) => waiting.push(resolve));
    running++;
    try {
      return await call(request);
    } finally {
      running--;
      waiting.shift()?.();
    }
  };
  function call(request: Parameters<NonNullable<Parameters<typeof buildPack>[1]['encode']>>[0]) {
    return pool.call('pack', request);
  }
}
