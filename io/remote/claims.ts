/**
 * Blocks that are being fetched: threads and processes that read one remote file at once ask for every block only once.
 * A claim is a file named by the block that holds the fetcher's process; whoever died holding one is passed over.
 */
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAtWork } from '../process-life.ts';

/** A claim older than this is no longer respected: a block fetched twice costs less than a reader that waits for ever. */
const patienceMs = 2 * 60_000;
const napMs = 5;

const nap = new Int32Array(new SharedArrayBuffer(4));

export const claimsPath = (path: string): string => `${path}.remote.claims`;

export interface Claims {
  /** Claims `first` and the blocks after it, up to `last`; the last one claimed, or null while another has `first`. */
  claim(first: number, last: number): number | null;
  /** Sleeps until the claim on `block` may have gone. */
  wait(): void;
  release(first: number, last: number): void;
}

/** @throws plain system errors where the folder cannot be written */
export function openClaims(path: string): Claims {
  const folder = claimsPath(path);
  mkdirSync(folder, { recursive: true });
  const nameOf = (block: number): string => join(folder, String(block));

  const claimOne = (block: number): boolean => {
    for (let tries = 0; tries < 2; tries++) {
      try {
        writeFileSync(nameOf(block), String(process.pid), { flag: 'wx' });
        return true;
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
        if (!isStale(nameOf(block))) return false;
        rmSync(nameOf(block), { force: true });
      }
    }
    return false;
  };

  return {
    claim(first, last) {
      if (!claimOne(first)) return null;
      let to = first;
      while (to < last && claimOne(to + 1)) to++;
      return to;
    },
    wait: () => void Atomics.wait(nap, 0, 0, napMs),
    release(first, last) {
      for (let block = first; block <= last; block++) rmSync(nameOf(block), { force: true });
    },
  };
}

function isStale(claim: string): boolean {
  const stat = statSync(claim, { throwIfNoEntry: false });
  if (!stat) return true;
  if (Date.now() - stat.mtimeMs > patienceMs) return true;
  try {
    const pid = Number(readFileSync(claim, 'utf8'));
    // Empty for the moment between making and writing it.
    return pid > 0 && !isAtWork(pid);
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === 'ENOENT';
  }
}
