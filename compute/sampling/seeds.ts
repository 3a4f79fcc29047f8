/**
 * Which random sequence serves what. An epoch's seed is seed + 1000 * epoch, as scDataset has it; within an epoch each use
 * has a stream of its own and each fetch an index of its own, so nothing depends on the number of workers.
 */
import { createRandom, type Random } from '../random/random.ts';

/** Numbers are part of the format: a changed one changes every order that was ever recorded. */
export const streams = { blocks: 1, remainder: 2, dropped: 3, units: 4, draws: 5, rounds: 6, quota: 7, fetch: 8, minibatch: 9, keys: 10 } as const;

/** @returns the sequence of one use in one epoch; `index` tells apart fetches, plates, rounds... */
export function randomFor(seed: number, epoch: number, stream: keyof typeof streams, index = 0): Random {
  return createRandom(epochSeed(seed, epoch), streams[stream], index);
}

export function epochSeed(seed: number, epoch: number): number {
  return seed + 1000 * epoch;
}

/** Fisher and Yates, from the end. */
export function shuffleInPlace(values: Uint32Array, random: Random): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const kept = values[i]!;
    values[i] = values[j]!;
    values[j] = kept;
  }
}
