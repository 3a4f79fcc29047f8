/** How long an epoch takes: told before it begins from the predicted rate, then from what has been seen. */

export interface EpochPace {
  /** After so many cells more. */
  saw(cells: number): void;
  /** Of the whole epoch, and until its end; seconds. */
  estimate(): { readonly totalSeconds: number; readonly leftSeconds: number };
}

/** What was seen this long ago or longer counts for less and less: an epoch's pace changes with the page cache. */
const memorySeconds = 60;
/** Until so many seconds have been seen the prediction still counts. */
const trustSeconds = 10;

/** `predictedRate` in cells a second; `now` in milliseconds. */
export function epochPace(cells: number, predictedRate: number, now: () => number = () => performance.now()): EpochPace {
  const start = now();
  let seen = 0;
  let last = start;
  let rate = predictedRate;
  let pending = 0;
  return {
    saw(more) {
      seen += more;
      pending += more;
      const seconds = (now() - last) / 1000;
      // Single minibatches come in bursts.
      if (seconds < 0.5) return;
      const elapsed = (now() - start) / 1000;
      const fresh = 1 - Math.exp(-seconds / Math.min(memorySeconds, Math.max(trustSeconds, elapsed)));
      // Times add up, rates do not.
      rate = 1 / ((1 - fresh) / rate + (fresh * seconds) / pending);
      last = now();
      pending = 0;
    },
    estimate() {
      const elapsed = (now() - start) / 1000;
      const leftSeconds = Math.max(0, cells - seen) / rate;
      return { totalSeconds: elapsed + leftSeconds, leftSeconds };
    },
  };
}

/** Seconds for so many cells at a rate. */
export const epochSeconds = (cells: number, cellsPerSecond: number): number => cells / cellsPerSecond;
