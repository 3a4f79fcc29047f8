/** Runs one short engine job to its end and returns its answer; the process is killed when it takes too long. */
import { failure, TruckeeError } from '../../protocol/errors.ts';
import type { JobEvent } from '../../protocol/events.ts';
import type { EngineJob } from '../../protocol/jobs.ts';
import type { StartEngine } from '../engine/contract.ts';

export interface EngineCallOptions {
  readonly start: StartEngine;
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
  /** Kills the engine at once: what it has saved by then is there for whoever goes on. */
  readonly abandon?: AbortSignal;
  onEvent?(event: JobEvent): void;
}

/** @throws what the job failed with; reader-timeout; engine-gone; cancelled. */
export function callEngine<Answer>(job: EngineJob, options: EngineCallOptions): Promise<Answer | undefined> {
  return new Promise((resolve, reject) => {
    let answer: Answer | undefined;
    let settled = false;
    const settle = (act: () => void): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      options.abandon?.removeEventListener('abort', onAbandon);
      act();
    };
    const engine = options.start(job, {
      onMessage(message) {
        if (message.kind === 'answer') answer = message.answer as Answer;
        if (message.kind !== 'event') return;
        options.onEvent?.(message.event);
        const { event } = message;
        if (event.kind === 'done') settle(() => resolve(answer));
        if (event.kind === 'failed') settle(() => reject(new TruckeeError(event.error)));
        if (event.kind === 'cancelled') settle(() => reject(failure('cancelled', { step: job.kind })));
      },
      onExit(exit) {
        const { code, signal, said } = exit;
        settle(() => reject(failure('engine-gone', { reason: signal ? 'killed' : 'crash', code, signal }, said || undefined)));
      },
    });
    const onAbort = (): void => engine.stop();
    options.signal?.addEventListener('abort', onAbort);
    const onAbandon = (): void => engine.kill();
    options.abandon?.addEventListener('abort', onAbandon);
    // What was aborted before tells nobody of it any more.
    if (options.signal?.aborted) onAbort();
    if (options.abandon?.aborted) onAbandon();
    const seconds = options.timeoutSeconds;
    const timer = setTimeout(() => {
      const path = 'path' in job ? job.path : job.kind;
      settle(() => reject(failure('reader-timeout', { path, seconds: seconds ?? 0 })));
      engine.kill();
    }, Math.min(2 ** 31 - 1, (seconds ?? 1e9) * 1000));
  });
}
