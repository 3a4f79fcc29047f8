/**
 * Turns counts of work into progress events: at most two a second, at least one a second while a step lives (with a total
 * of 0 until it has counted anything), with rate, time to go and memory; and a warning when nothing has moved for three
 * times as long as predicted.
 */
import type { JobEvent } from '../../protocol/events.ts';
import { formatBytes, formatSeconds } from '../../protocol/format.ts';
import { processBytes } from './memory.ts';

export interface Reporter {
  stepStarted(step: string, predictedSeconds: number): void;
  progress(done: number, total: number, unit: string): void;
  stepEnded(): void;
  readonly peakBytes: number;
  /** Of the step at work, or the last one. */
  readonly stepPeakBytes: number;
  close(): void;
}

interface Current {
  step: string;
  predictedSeconds: number;
  done: number;
  total: number;
  unit: string;
  /** When `done` last grew, and when the watchdog last spoke. */
  movedAt: number;
  warned: boolean;
  startedAt: number;
  startedDone: number;
  sentAt: number;
}

const tickMs = 500;
/** Asking the system takes some milliseconds. */
const leastMsBetweenSamples = 200;

export function createReporter(emit: (event: JobEvent) => void, hostPid: number, memoryBudget: number): Reporter {
  let current: Current | null = null;
  let peakBytes = 0;
  let stepPeakBytes = 0;
  let overBudget = false;
  let lastMemory: number | null = null;
  let sampledAt = Number.NEGATIVE_INFINITY;

  const sampleMemory = (atOnce = false): void => {
    const now = performance.now();
    if (!atOnce && now - sampledAt < leastMsBetweenSamples) return;
    sampledAt = now;
    const engine = processBytes(process.pid);
    if (engine === null) return;
    lastMemory = engine + (processBytes(hostPid) ?? 0);
    peakBytes = Math.max(peakBytes, lastMemory);
    stepPeakBytes = Math.max(stepPeakBytes, lastMemory);
    if (lastMemory > memoryBudget * 1.3 && !overBudget) {
      overBudget = true;
      emit({ kind: 'note', step: current?.step ?? null, level: 'warning', text: `memory is at ${formatBytes(lastMemory)}, above the ${formatBytes(memoryBudget)} allowed` });
    }
  };
  const send = (now: number): void => {
    if (!current) return;
    const seconds = (now - current.startedAt) / 1000;
    const worked = current.done - current.startedDone;
    const rate = seconds > 0.2 ? worked / seconds : 0;
    emit({
      kind: 'progress', step: current.step, done: current.done, total: current.total, unit: current.unit,
      rate, etaSeconds: rate > 0 && current.total > 0 ? (current.total - current.done) / rate : null, memoryBytes: lastMemory,
    });
    current.sentAt = now;
  };
  const watch = (now: number): void => {
    if (!current || current.warned) return;
    const silent = (now - current.movedAt) / 1000;
    const share = current.total > 0 ? 0.05 : 1;
    if (silent < Math.max(15, 3 * current.predictedSeconds * share)) return;
    current.warned = true;
    emit({
      kind: 'note', step: current.step, level: 'warning',
      text: `nothing has finished for ${formatSeconds(silent)}, three times longer than expected. Likely causes: a slow or disconnected disk, memory being swapped, or another program using all cores. It goes on; stopping keeps finished work.`,
    });
  };
  let ticks = 0;
  const timer = setInterval(() => {
    if (ticks++ % 2 === 0) sampleMemory();
    const now = performance.now();
    watch(now);
    if (current && now - current.sentAt >= tickMs) send(now);
  }, tickMs);
  timer.unref();

  return {
    stepStarted(step, predictedSeconds) {
      const now = performance.now();
      current = { step, predictedSeconds, done: 0, total: 0, unit: '', movedAt: now, warned: false, startedAt: now, startedDone: 0, sentAt: 0 };
      stepPeakBytes = 0;
      sampleMemory();
    },
    progress(done, total, unit) {
      if (!current) return;
      const now = performance.now();
      // The rate is that of one count: another unit, or a count that starts again (a second pass), is another one.
      if (unit !== current.unit || done < current.done) {
        current.startedDone = done;
        current.startedAt = now;
      }
      if (done !== current.done || unit !== current.unit) {
        current.movedAt = now;
        current.warned = false;
      }
      Object.assign(current, { done, total, unit });
      if (now - current.sentAt >= tickMs || done >= total) send(now);
    },
    stepEnded() {
      // A short step may have gone by between two looks.
      sampleMemory(true);
      current = null;
    },
    get peakBytes() {
      return peakBytes;
    },
    get stepPeakBytes() {
      return stepPeakBytes;
    },
    close: () => clearInterval(timer),
  };
}
