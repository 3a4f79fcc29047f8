/**
 * Reads scattered pieces of a file. What the page cache holds is read at once; as soon as a read takes as long as a disk does,
 * the rest is read several pieces at a time: on a cold disk the time is that of waiting, not of moving bytes.
 */
import type { FileBytes } from '../../../io/file.ts';

export interface Run {
  readonly offset: number;
  readonly target: Uint8Array;
}

/** A read from memory takes 2 us and what copying takes (here at 1 GB/s); ten times that is a disk. */
const slowMs = (bytes: number): number => 0.04 + bytes / 1e6;
/** In flight at a time: more than the system's threads for it, so that none waits for us. */
const inFlight = 16;
/** Fewer are not worth the turn. */
const leastRuns = 4;

/** Nothing where all has been read on return, else a promise. Errors: those of reading. */
export function runReader(file: FileBytes): (runs: readonly Run[]) => void | Promise<void> {
  const { readSoon } = file;
  /** How it was found last time. */
  let cold = false;
  return (runs) => {
    let next = 0;
    if (readSoon === undefined || !cold || runs.length < leastRuns) {
      for (; next < runs.length; next++) {
        const { offset, target } = runs[next]!;
        const before = performance.now();
        file.readInto(offset, target);
        if (readSoon !== undefined && runs.length - next > leastRuns && performance.now() - before > slowMs(target.length)) break;
      }
      next++;
    }
    if (readSoon === undefined || next >= runs.length) return;
    const left = runs.length - next;
    const begun = performance.now();
    const one = async (): Promise<void> => {
      while (next < runs.length) {
        const { offset, target } = runs[next++]!;
        await readSoon(offset, target);
      }
    };
    // All have ended before anyone hears of one that failed: nothing is written behind anyone's back.
    return Promise.allSettled(Array.from({ length: Math.min(inFlight, left) }, one)).then((ends) => {
      const failed = ends.find((end) => end.status === 'rejected');
      if (failed) throw failed.reason;
      cold = performance.now() - begun > left * slowMs(0) / 2;
    });
  };
}
