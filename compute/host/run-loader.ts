/** Designs a loader for some files: predicts and measures a grid of settings. */
import type { LoaderAnswer, LoaderJob } from '../../protocol/loading.ts';
import { designLoader } from '../loader/design.ts';
import type { PipelineHost } from './run-pipeline.ts';

export interface LoaderHost extends Pick<PipelineHost, 'emit' | 'signal'> {
  answer(answer: LoaderAnswer): void;
}

/** Errors: those of opening a loader over the files. */
export async function runLoader(job: LoaderJob, host: LoaderHost): Promise<number> {
  host.emit({ kind: 'step-started', step: 'loader', index: 0, of: 1, title: 'Settings of a loader' });
  const startedAt = performance.now();
  let saidAt = 0;
  host.answer(await designLoader(job, {
    signal: host.signal,
    onCells(done, total, etaSeconds) {
      const now = performance.now();
      if (now - saidAt < 500 && done < total) return;
      saidAt = now;
      host.emit({ kind: 'progress', step: 'loader', done, total, unit: 'cells', rate: (total - done) / Math.max(1e-9, etaSeconds), etaSeconds, memoryBytes: process.memoryUsage.rss() });
    },
    onSetting(done, total) {
      const rate = done / ((performance.now() - startedAt) / 1000);
      host.emit({ kind: 'progress', step: 'loader', done, total, unit: 'settings', rate, etaSeconds: (total - done) / rate, memoryBytes: process.memoryUsage.rss() });
    },
  }));
  return process.memoryUsage.rss();
}
