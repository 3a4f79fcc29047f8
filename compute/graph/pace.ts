/**
 * Lets a long numeric loop breathe: about ten times a second it reports how far it is, lets messages of the thread in
 * (so that a cancel can arrive at all) and stops when asked to. Everything in this folder that runs long uses it.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';

/** What a caller may pass to every long function here. */
export interface LongRun {
  /** Called at least once a second with work done and work in all, both in the same unit (rows, epochs, tasks). */
  readonly report?: (done: number, total: number) => void;
  /** When it aborts, the function rejects with the signal's reason and leaves nothing behind. */
  readonly signal?: AbortSignal;
}

export interface Pace {
  /** Undefined while the last breath is recent; otherwise a promise to await. Throws the reason once aborted. */
  at(done: number): Promise<void> | undefined;
  /** Reports the whole as done and checks for a cancel a last time. */
  end(): void;
}

const breathMs = 100;

export function makePace(run: LongRun, total: number): Pace {
  let last = performance.now();
  run.signal?.throwIfAborted();
  const breathe = async (done: number): Promise<void> => {
    run.report?.(done, total);
    await nextTurn();
    run.signal?.throwIfAborted();
    last = performance.now();
  };
  return {
    at: (done) => (performance.now() - last < breathMs ? undefined : breathe(done)),
    end: () => {
      run.signal?.throwIfAborted();
      run.report?.(total, total);
    },
  };
}
