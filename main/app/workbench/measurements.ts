/** Something that is measured from the workbench: one at a time, beside no run; the last answer is kept in the workspace. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MeasurementState } from '../../../protocol/api.loading.ts';
import { failure, isKind, toErrorData } from '../../../protocol/errors.ts';
import type { EngineJob } from '../../../protocol/jobs.ts';
import { callEngine } from '../../engine/call.ts';
import type { StartEngine } from '../../engine/contract.ts';

export interface Measurement<Wish, Answer> {
  state(): MeasurementState<Wish, Answer> | null;
  /** To be called while none goes on. @throws what its job can be refused for */
  start(wish: Wish): void;
  stop(): boolean;
  close(): Promise<void>;
}

export interface MeasurementKind<Wish, Answer> {
  /** File of the workspace that keeps the last answer. */
  readonly keptName: string;
  /** @throws not-found, no-datasets... */
  jobOf(wish: Wish): EngineJob;
  /** What is known before it begins. */
  first(wish: Wish): Pick<MeasurementState<Wish, Answer>, 'total' | 'unit' | 'etaSeconds'>;
}

export function createMeasurement<Wish, Answer>(root: string, start: StartEngine, kind: MeasurementKind<Wish, Answer>): Measurement<Wish, Answer> {
  type State = MeasurementState<Wish, Answer>;
  const kept = join(root, kind.keptName);
  let shown: State | null = readKept<State>(kept);
  let stop = new AbortController();
  let running: Promise<void> = Promise.resolve();
  const work = async (job: EngineJob): Promise<void> => {
    try {
      const answer = await callEngine<Answer>(job, {
        start, signal: stop.signal,
        onEvent(event) {
          if (event.kind === 'progress') shown = { ...shown!, done: event.done, total: event.total, unit: event.unit, etaSeconds: event.etaSeconds };
        },
      });
      if (!answer) throw failure('internal', { detail: 'the engine gave no answer' });
      shown = { ...shown!, state: 'done', answer, etaSeconds: null };
      writeFileSync(`${kept}.new`, JSON.stringify(shown));
      renameSync(`${kept}.new`, kept);
    } catch (thrown) {
      const stopped = isKind(thrown, 'cancelled');
      shown = { ...shown!, state: stopped ? 'stopped' : 'failed', error: stopped ? null : toErrorData(thrown), etaSeconds: null };
    }
  };
  return {
    state: () => shown,
    start(wish) {
      const job = kind.jobOf(wish);
      shown = { wish, state: 'going', startedAt: new Date().toISOString(), done: 0, answer: null, error: null, ...kind.first(wish) };
      stop = new AbortController();
      running = work(job);
    },
    stop() {
      stop.abort();
      return shown?.state === 'going';
    },
    async close() {
      stop.abort();
      await running;
    },
  };
}

function readKept<State extends { readonly state: string; readonly answer: unknown }>(path: string): State | null {
  try {
    const kept = JSON.parse(readFileSync(path, 'utf8')) as State;
    return kept.state === 'done' && kept.answer !== null ? kept : null;
  } catch {
    // None yet, or damaged: it can be measured again.
    return null;
  }
}
