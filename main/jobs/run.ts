/**
 * Runs a prepared job: starts its engine, adopts each finished result, and when the engine is killed from outside (out of
 * memory, most often) starts it once more from its checkpoints with chunks half as large.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { failure, toErrorData } from '../../protocol/errors.ts';
import { isFinal, type FinalEvent, type JobEvent, type LoggedEvent } from '../../protocol/events.ts';
import type { EngineMessage, PipelineJob } from '../../protocol/jobs.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import { addJobResult, endJob, insertJob, setJobRunning } from '../catalog/jobs.ts';
import { adoptResult } from '../results/adopt.ts';
import type { Workspace } from '../workspace.ts';
import type { Engine, EngineExit, StartEngine } from '../engine/contract.ts';
import { openEventLog } from './log.ts';

export interface RunningJob {
  cancel(): void;
  readonly finished: Promise<FinalEvent>;
}

export interface RunOptions {
  readonly start: StartEngine;
  onEvent?(logged: LoggedEvent): void;
}

/** Most times an engine that was killed from outside is started again. */
const mostRestarts = 3;

export function runJob(workspace: Workspace, recipe: Recipe, prepared: PipelineJob, options: RunOptions): RunningJob {
  const log = openEventLog(workspace, prepared.id);
  const startedAt = performance.now();
  let job = prepared;
  let engine: Engine | null = null;
  let restarts = 0;
  let cancelled = false;
  let ended = false;
  let cpuSeconds = 0;
  let peakBytes = 0;
  const positions = new Map(prepared.steps.map((step, i) => [step.id, i]));

  const record = (event: JobEvent): void => {
    const logged = log.add(event);
    options.onEvent?.(logged);
  };
  let resolveFinished: (event: FinalEvent) => void = () => undefined;
  const finished = new Promise<FinalEvent>((resolve) => (resolveFinished = resolve));
  const end = (event: FinalEvent): void => {
    if (ended) return;
    ended = true;
    endJob(workspace.catalog, job.id, event, new Date().toISOString());
    record(event);
    resolveFinished(event);
  };
  const adopt = (message: Extract<EngineMessage, { kind: 'finished' }>): void => {
    const step = job.steps[positions.get(message.step)!]!;
    try {
      const path = adoptResult(workspace, {
        step: step.id, fingerprint: step.fingerprint, work: message.work, job: job.id, seconds: message.seconds,
      });
      job = { ...job, steps: job.steps.map((other) => (other.id === step.id ? { ...other, reuse: path } : other)) };
      engine?.send({ kind: 'adopted', step: step.id, path });
    } catch (thrown) {
      engine?.send({ kind: 'refused', step: step.id, error: toErrorData(thrown) });
    }
  };
  const onMessage = (message: EngineMessage): void => {
    if (message.kind === 'finished') adopt(message);
    if (message.kind !== 'event') return;
    const { event } = message;
    if (event.kind === 'progress' && event.memoryBytes !== null) peakBytes = Math.max(peakBytes, event.memoryBytes);
    if (event.kind === 'result') {
      addJobResult(workspace.catalog, job.id, positions.get(event.step)!, { step: event.step, fingerprint: event.fingerprint, reused: event.reused });
      // After a restart the engine reports what it finished before as reused: that was already said.
      if (restarts > 0 && event.reused && prepared.steps[positions.get(event.step)!]!.reuse === null) return;
    }
    if (!isFinal(event)) {
      record(event);
      return;
    }
    if (event.kind !== 'done') {
      end(event);
      return;
    }
    cpuSeconds += event.cpuSeconds;
    end({ ...event, seconds: (performance.now() - startedAt) / 1000, cpuSeconds, peakBytes: Math.max(peakBytes, event.peakBytes) });
  };
  const onExit = (exit: EngineExit): void => {
    if (ended) return;
    if (cancelled) {
      end({ kind: 'cancelled', step: null });
      return;
    }
    // Killed from outside, by the system's memory guard most likely.
    const killed = exit.signal === 'SIGKILL' || exit.code === 137;
    if (!killed || restarts >= mostRestarts) {
      end({ kind: 'gone', reason: killed ? 'oom' : exit.signal ? 'crash' : 'exit', ...exit });
      return;
    }
    restarts += 1;
    job = withSmallerChunks(job);
    const chunkRows = job.steps.find((step) => step.reuse === null)?.plan.chunkRows;
    record({ kind: 'note', step: null, level: 'warning', text: `the engine was killed (memory?): starting again from its checkpoint with chunks of ${chunkRows} rows, same result` });
    engine = options.start(job, { onMessage, onExit });
  };

  insertJob(workspace.catalog, { id: job.id, kind: job.kind, recipe: JSON.stringify(recipe), plan: JSON.stringify(job.steps), queuedAt: new Date().toISOString() });
  record({ kind: 'queued' });
  setJobRunning(workspace.catalog, job.id);
  engine = options.start(job, { onMessage, onExit });
  return {
    finished,
    cancel() {
      cancelled = true;
      engine?.stop();
    },
  };
}

function withSmallerChunks(job: PipelineJob): PipelineJob {
  const steps = job.steps.map((step) => {
    if (step.reuse !== null) return step;
    const { plan } = step;
    return { ...step, plan: { ...plan, chunkRows: Math.max(64, Math.floor(plan.chunkRows / 2)), chunkStored: Math.max(16_384, Math.floor(plan.chunkStored / 2)) } };
  });
  return { ...job, steps };
}

/** Result folders of a job in recipe order, for exports and figures. @throws corrupt-result when one is missing. */
export function resultFolders(job: PipelineJob): { step: string; path: string }[] {
  return job.steps.map((step) => {
    if (step.reuse === null || !existsSync(join(step.reuse, 'provenance.json'))) throw failure('corrupt-result', { path: step.reuse ?? step.id, reason: 'it is missing' });
    return { step: step.id, path: step.reuse };
  });
}
