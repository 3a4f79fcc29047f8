/** Compares formats of storage on the user's own disk. */
import type { StorageAnswer, StorageJob } from '../../protocol/storage.ts';
import { compareStorage } from '../export/storage/bench.ts';
import type { PipelineHost } from './run-pipeline.ts';

export interface StorageBenchHost extends Pick<PipelineHost, 'emit' | 'signal'> {
  answer(answer: StorageAnswer): void;
}

/** Errors: those of opening the files and of writing the copies. */
export async function runStorage(job: StorageJob, host: StorageBenchHost): Promise<number> {
  host.emit({ kind: 'step-started', step: 'storage', index: 0, of: 1, title: 'Formats of storage' });
  const startedAt = performance.now();
  host.answer(await compareStorage(job, {
    signal: host.signal,
    onEpoch(done, total) {
      const rate = done / ((performance.now() - startedAt) / 1000);
      host.emit({ kind: 'progress', step: 'storage', done, total, unit: 'epochs', rate, etaSeconds: (total - done) / rate, memoryBytes: process.memoryUsage.rss() });
    },
  }));
  return process.memoryUsage.rss();
}
