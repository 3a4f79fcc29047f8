/**
 * Reads scattered pieces of a file. What the page cache holds is read at once; as soon as a read takes as long as a disk does,
 * the rest is read several pieces at a time: on a cold disk the time is that of waiting, not of moving bytes.
 */
import type { FileBytes } from '../../../io/file.ts';
import { allEnded } from '../read-all.ts';

/** Pieces one behind the other in `target`: piece i lies at offsets[i] of the file and takes [ats[i], ats[i + 1]) of the target. */
export interface Runs {
  readonly count: number;
  readonly offsets: Float64Array;
  readonly ats: Uint32Array;
  readonly target: Uint8Array;
}

/** A read from memory takes 2 us and what copying takes (here at 1 GB/s); many times that is a disk, or a thread that had to wait. */
const slowMs = (bytes: number): number => 0.04 + bytes / 1e6;
/** Reads that are remembered, and how many of them must be slow: a busy machine delays one now and then, a cold disk all. */
const remembered = 8;
const mostSlow = 4;
/** A disk that was found cold is looked at again after so many requests. */
const untilLook = 8;
/** In flight at a time: as many as the system has threads for. */
const inFlight = 16;
/** Fewer are not worth the turn. */
const leastRuns = 4;

/** Nothing where all has been read on return, else a promise. Errors: those of reading. */
export function runReader(file: FileBytes): (runs: Runs) => void | Promise<void> {
  const { readSoon } = file;
  /** A bit for each of the last reads in this thread, 1 for a slow one. */
  let history = 0;
  let asked = 0;
  const isCold = (): boolean => bitsOf(history) >= mostSlow;
  return ({ count, offsets, ats, target }) => {
    let next = 0;
    const blind = readSoon !== undefined && count >= leastRuns && isCold() && ++asked % untilLook !== 0;
    for (let before = performance.now(); !blind && next < count; ) {
      const [at, end] = [ats[next]!, ats[next + 1]!];
      file.readInto(offsets[next++]!, target, at, end - at);
      const now = performance.now();
      const slow = now - before > slowMs(end - at);
      before = now;
      history = ((history << 1) | Number(slow)) & ((1 << remembered) - 1);
      if (readSoon !== undefined && slow && isCold() && count - next >= leastRuns) break;
    }
    if (readSoon === undefined || next >= count) return;
    const one = async (): Promise<void> => {
      while (next < count) {
        const [at, end] = [ats[next]!, ats[next + 1]!];
        await readSoon(offsets[next++]!, target, at, end - at);
      }
    };
    return allEnded(Array.from({ length: Math.min(inFlight, count - next) }, one));
  };
}

function bitsOf(word: number): number {
  let bits = 0;
  for (let left = word; left !== 0; left &= left - 1) bits++;
  return bits;
}
