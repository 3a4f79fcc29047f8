/** A figure taken on a busy machine is no figure: checks and waits for quiet, and drops or fills the page cache. */
import { createReadStream, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCommand } from './measure.ts';

/** Load average (one minute) above which a machine counts as busy. */
export const quietLoad = 0.5;

export function loadNow(): number {
  return Number(readFileSync('/proc/loadavg', 'latin1').split(' ')[0]);
}

/** Waits until the machine is quiet, at most `seconds`; the load it found in the end. */
export async function waitForQuiet(seconds: number): Promise<number> {
  for (let waited = 0; loadNow() > quietLoad && waited < seconds; waited += 5) {
    if (waited === 0) console.error(`load ${loadNow()}: waiting for ${quietLoad} or less`);
    await sleep(5000);
  }
  return loadNow();
}

export type CacheState = 'warm' | 'cold';

/** Brings the files into the page cache, or out of it (dd tells the kernel to drop the whole file). */
export async function setCache(files: readonly string[], state: CacheState): Promise<void> {
  for (const file of files) {
    if (state === 'warm') for await (const _ of createReadStream(file, { highWaterMark: 1 << 22 }));
    else await runCommand({ argv: ['dd', `if=${file}`, 'iflag=nocache', 'count=0', 'status=none'] }, 1);
  }
}
