/**
 * Runs a prepared job: starts its engine, adopts each finished result, and when the engine is killed from outside (out of
 * memory, most often) starts it once more from its checkpoints with chunks half as large.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failure, toErrorData } from '../../protocol/errors.ts';
import { isFinal, type FinalEvent, type JobEvent, type LoggedEvent, type StepResult } from '../../protocol/events.ts';
import { formatSeconds } from '../../protocol/format.ts';
import type { EngineMessage, PipelineJob } from '../../protocol/jobs.ts';
import type { Recipe } from '../../protocol/recipe.ts';
import { addJobResult, endJob, insertJob, setJobRunning } from '../catalog/jobs.ts';
import { adoptResult } from '../results/adopt.ts';
import type { Limits } from '../preflight/hardware.ts';
import type { Workspace } from '../workspace.ts';
import type { Engine, EngineExit, StartEngine } from '../engine/contract.ts';
import { openEventLog } from './log.ts';
import type { JobPlan } from './past-run.ts';
import { watchSilence } from './silence.ts';

export interface RunningJob {
  cancel(): void;
  readonly finished: Promise<FinalEvent>;
}

export interface RunOptions {
  readonly start: StartEngine;
  /** What the user allowed: kept with the run. */
  readonly limits: Limits;
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
  /** Seconds of each step adopted in this job, and the steps whose result was told. */
  const adopted = new Map<string, number>();
  const told = new Set<string>();

  const record = (event: JobEvent): void => options.onEvent?.(log.add(event));
  let resolveFinished: (event: FinalEvent) => void = () => undefined;
  const finished = new Promise<FinalEvent>((resolve) => (resolveFinished = resolve));
  const end = (event: FinalEvent): void => {
    if (ended) return;
    ended = true;
    silence.close();
    let final = event;
    // A disk that is full can refuse these too: then that is how the job ended, and the next host tidies up.
    // The log first: a host that finds a job without an end in the catalog looks there.
    for (const keep of [() => record(final), () => endJob(workspace.catalog, job.id, final, new Date().toISOString())]) {
      try {
        keep();
      } catch (thrown) {
        if (final.kind !== 'failed') final = { kind: 'failed', error: toErrorData(thrown) };
      }
    }
    resolveFinished(final);
  };
  /** Nothing thrown while an event is handled may take the host down: the job fails, the engine goes. */
  const guarded = (act: () => void): void => {
    try {
      act();
    } catch (thrown) {
      engine?.kill();
      end({ kind: 'failed', error: toErrorData(thrown) });
    }
  };
  const silence = watchSilence((seconds) => guarded(() => record({
    kind: 'note', step: null, level: 'warning',
    text: `the engine has said nothing for ${formatSeconds(seconds)}. Likely causes: the machine sleeps or swaps memory, a disk that does not answer, or a suspended process. Nothing finished is lost; Ctrl+C stops.`,
  })));
  const adopt = (message: Extract<EngineMessage, { kind: 'finished' }>): void => {
    const step = job.steps[positions.get(message.step)!]!;
    try {
      const path = adoptResult(workspace, {
        step: step.id, fingerprint: step.fingerprint, work: message.work, job: job.id, seconds: message.seconds,
      });
      adopted.set(step.id, message.seconds);
      job = { ...job, steps: job.steps.map((other) => (other.id === step.id ? { ...other, reuse: path } : other)) };
      engine?.send({ kind: 'adopted', step: step.id, path });
    } catch (thrown) {
      engine?.send({ kind: 'refused', step: step.id, error: toErrorData(thrown) });
    }
  };
  const onResult = (event: StepResult): void => {
    // An engine started again counts what it finished before as reused; it was made by this job all the same.
    if (told.has(event.step)) return;
    told.add(event.step);
    const seconds = adopted.get(event.step);
    const result: StepResult = seconds === undefined ? event : { ...event, reused: false, seconds };
    addJobResult(workspace.catalog, job.id, positions.get(event.step)!, { step: event.step, fingerprint: event.fingerprint, reused: result.reused });
    record(result);
  };
  const onMessage = (message: EngineMessage): void => {
    if (ended) return;
    silence.heard();
    if (message.kind === 'finished') adopt(message);
    if (message.kind !== 'event') return;
    const { event } = message;
    if (event.kind === 'progress' && event.memoryBytes !== null) peakBytes = Math.max(peakBytes, event.memoryBytes);
    if (event.kind === 'result') {
      onResult(event);
    } else if (!isFinal(event)) {
      record(event);
    } else if (event.kind !== 'done') {
      end(event);
    } else {
      cpuSeconds += event.cpuSeconds;
      end({ ...event, seconds: (performance.now() - startedAt) / 1000, cpuSeconds, peakBytes: Math.max(peakBytes, event.peakBytes) });
    }
  };
  const onExit = (exit: EngineExit): void => {
    if (ended) return;
    if (cancelled) {
      end({ kind: 'cancelled', step: null });
      return;
    }
    const { code, signal, said } = exit;
    if (said) writeFileSync(join(workspace.folders.runs, `${job.id}.engine.txt`), said);
    // Killed from outside by the system's memory guard, or by V8 itself when its heap is full.
    const killed = signal === 'SIGKILL' || signal === 'SIGABRT' || code === 137 || code === 134;
    if (!killed || restarts >= mostRestarts) {
      end({ kind: 'gone', reason: killed ? 'oom' : signal ? 'crash' : 'exit', code, signal });
      return;
    }
    restarts += 1;
    job = withSmallerChunks(job);
    const chunkRows = job.steps.find((step) => step.reuse === null)?.plan.chunkRows;
    record({ kind: 'note', step: null, level: 'warning', text: `the engine was killed (memory?): starting again from its checkpoint with chunks of ${chunkRows} rows, same result` });
    engine = startEngine();
  };
  const startEngine = (): Engine =>
    options.start(job, { onMessage: (message) => guarded(() => onMessage(message)), onExit: (exit) => guarded(() => onExit(exit)) });

  const plan: JobPlan = { steps: job.steps, plates: job.plates, memoryBytes: job.memoryBytes, limits: options.limits, ...(job.overridden === undefined ? {} : { overridden: job.overridden }) };
  insertJob(workspace.catalog, { id: job.id, kind: job.kind, recipe: JSON.stringify(recipe), plan: JSON.stringify(plan), queuedAt: new Date().toISOString() });
  record({ kind: 'queued' });
  setJobRunning(workspace.catalog, job.id);
  engine = startEngine();
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
