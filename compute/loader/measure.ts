/** Measures a loader as published benchmarks do: minibatches after a warm-up, counted until the time is up. */
import { entropyTally } from '../sampling/index.ts';
import type { Loader } from './contract.ts';

export interface MeasureOptions {
  readonly warmSeconds: number;
  readonly seconds: number;
  /** Called before the first minibatch and before every epoch: empties the page cache, for what comes from the disk. */
  readonly beforeEpoch?: () => void;
  readonly signal?: AbortSignal;
}

export interface Measured {
  readonly cells: number;
  readonly elapsed: number;
  readonly cellsPerSecond: number;
  /** Of every label of the loader, over the minibatches counted. */
  readonly entropy: Readonly<Record<string, { readonly mean: number; readonly std: number }>>;
  /** Seconds that the consumer waited for a minibatch. */
  readonly wait: { readonly p50: number; readonly p95: number; readonly max: number };
  readonly bytesPerWorker: number;
}

/** The protocol of the published figures. */
export const publishedProtocol = { warmSeconds: 30, seconds: 120 } as const;

/** Counting starts with the first minibatch after the warm-up and ends with the first one past the time; epochs follow one another. */
export async function measureLoader(loader: Pick<Loader, 'labels' | 'epoch' | 'heldBytesPerWorker'>, { warmSeconds, seconds, beforeEpoch, signal }: MeasureOptions): Promise<Measured> {
  const codes = Object.entries(loader.labels).filter(([, label]) => label.kind === 'codes').map(([name]) => name);
  const tallies = Object.fromEntries(codes.map((name) => [name, entropyTally()]));
  const waits: number[] = [];
  const begun = performance.now();
  let start = Infinity;
  let asked = begun;
  let cells = 0;
  let elapsed = 0;
  measuring: for (let epoch = 0; ; epoch++) {
    beforeEpoch?.();
    if (beforeEpoch) asked = performance.now();
    for await (const batch of loader.epoch(epoch, signal ? { signal } : {})) {
      const now = performance.now();
      if (start === Infinity) {
        if (now - begun >= 1000 * warmSeconds) start = now;
      } else {
        waits.push((now - asked) / 1000);
        cells += batch.cells;
        for (const name of codes) tallies[name]!.add(batch.obs[name]!, batch.cells);
        elapsed = (now - start) / 1000;
        if (elapsed >= seconds) break measuring;
      }
      asked = performance.now();
    }
  }
  waits.sort((a, b) => a - b);
  const at = (share: number): number => waits[Math.min(waits.length - 1, Math.floor(share * waits.length))] ?? 0;
  return {
    cells, elapsed, cellsPerSecond: cells / elapsed,
    entropy: Object.fromEntries(codes.map((name) => [name, tallies[name]!.result()])),
    wait: { p50: at(0.5), p95: at(0.95), max: waits.at(-1) ?? 0 },
    bytesPerWorker: loader.heldBytesPerWorker(),
  };
}
