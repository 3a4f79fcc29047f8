/** Builds, verifies or deletes the packs beside some files, one file after the other. */
import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import { failure } from '../../protocol/errors.ts';
import type { PackAnswer, PackedFile, PackJob } from '../../protocol/loading.ts';
import { checkPackOf, deletePack, packPath, verifyPack } from '../stores/index.ts';
import { buildPackOf } from './build-pack.ts';
import { createPool, type Pool } from './pool.ts';
import { createReporter } from './reporter.ts';
import type { PipelineHost } from './run-pipeline.ts';

export interface PackHost extends Pick<PipelineHost, 'emit' | 'signal' | 'hostPid'> {
  answer(answer: PackAnswer): void;
}

/** Errors: those of the files, named; for verifying not-found where there is no pack, pack-unfit for one that is sound but not of this file as it is now. */
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
  const pack = packPath(file, job.genes !== null);
  const seconds = (): number => (performance.now() - startedAt) / 1000;
  const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  switch (job.action) {
    case 'delete': {
      // Also what another selection left: everything here can be made anew.
      const packs = [packPath(file), packPath(file, true)];
      if (![file, ...packs, ...packs.map((one) => `${one}.part`)].some((one) => existsSync(one))) throw failure('file-not-found', { path: file });
      const bytes = packs.reduce((sum, one) => sum + sizeOf(one), 0);
      packs.forEach(deletePack);
      return { file, pack, cells: 0, bytes, file_bytes: sizeOf(file), resumed_at: 0, seconds: seconds() };
    }
    case 'verify': {
      const packs = [packPath(file), packPath(file, true)].filter((one) => sizeOf(one) > 0);
      if (packs.length === 0) throw failure('not-found', { what: 'pack', name: pack, near: [] });
      let rows = 0;
      for (const one of packs) {
        const description = await verifyPack(one, { signal, onRows });
        checkPackOf(file, one, description);
        ({ rows } = description);
      }
      return { file, pack: packs[0]!, cells: rows, bytes: packs.reduce((sum, one) => sum + sizeOf(one), 0), file_bytes: sizeOf(file), resumed_at: 0, seconds: seconds() };
    }
    case 'build': {
      const built = await buildPackOf(file, pool!, { fractions: job.fractions, signal, onRows, ...(job.genes ? { genes: job.genes } : {}) });
      return { file, pack, cells: built.rows, bytes: built.bytes, file_bytes: sizeOf(file), resumed_at: built.resumedAt, seconds: seconds() };
    }
  }
}
