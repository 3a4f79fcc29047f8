/** What a job says while it lives: numbered by the host, logged, replayable from any number. */
import type { ErrorData } from './errors.ts';
import type { Fingerprint, JobId } from './ids.ts';

export interface StepProgress {
  readonly kind: 'progress';
  readonly step: string;
  /** Work done and in all, in `unit`s (cells, epochs, bytes...); a total of 0 while a step has not counted its work yet. */
  readonly done: number;
  readonly total: number;
  readonly unit: string;
  /** Units per second over the last seconds; 0 while unknown. */
  readonly rate: number;
  /** Seconds to go; null while unknown. */
  readonly etaSeconds: number | null;
  /** Memory of engine and workers now, summed Pss in bytes; null where the system does not tell. */
  readonly memoryBytes: number | null;
}

export interface StepResult {
  readonly kind: 'result';
  readonly step: string;
  readonly fingerprint: Fingerprint;
  /** Folder of the finished result. */
  readonly path: string;
  readonly reused: boolean;
  readonly seconds: number;
}

export type JobEvent =
  | { readonly kind: 'queued' }
  | { readonly kind: 'accepted'; readonly pid: number }
  | { readonly kind: 'step-started'; readonly step: string; readonly index: number; readonly of: number; readonly title: string }
  | StepProgress
  | { readonly kind: 'note'; readonly step: string | null; readonly level: 'info' | 'warning'; readonly text: string }
  | StepResult
  | { readonly kind: 'done'; readonly seconds: number; readonly cpuSeconds: number; readonly peakBytes: number }
  | { readonly kind: 'failed'; readonly error: ErrorData }
  | { readonly kind: 'cancelled'; readonly step: string | null }
  | { readonly kind: 'gone'; readonly reason: 'exit' | 'oom' | 'crash' | 'killed'; readonly code: number | null; readonly signal: string | null };

export type FinalEvent = Extract<JobEvent, { kind: 'done' | 'failed' | 'cancelled' | 'gone' }>;

/** One line of a job's log. */
export interface LoggedEvent {
  readonly job: JobId;
  /** 1, 2, 3... without gaps. */
  readonly number: number;
  /** ISO time. */
  readonly at: string;
  readonly event: JobEvent;
}

export function isFinal(event: JobEvent): event is FinalEvent {
  return event.kind === 'done' || event.kind === 'failed' || event.kind === 'cancelled' || event.kind === 'gone';
}
