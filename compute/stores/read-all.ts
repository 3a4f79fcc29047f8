/** Several reads at a time, some of which take turns of their own. */

/** All have ended before anyone hears of one that failed: nothing is written behind anyone's back. */
export async function allEnded(waits: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(waits)).find((end) => end.status === 'rejected');
  if (failed) throw failed.reason;
}

/** Starts reads one after the other, none behind one that failed; nothing where all were done on return, else a promise. */
export function readAll(starts: readonly (() => void | Promise<void>)[]): void | Promise<void> {
  const waits: Promise<void>[] = [];
  for (const start of starts) {
    try {
      const wait = start();
      if (wait) waits.push(wait);
    } catch (thrown) {
      if (waits.length === 0) throw thrown;
      waits.unshift(Promise.reject(thrown));
      break;
    }
  }
  if (waits.length > 0) return allEnded(waits);
}
