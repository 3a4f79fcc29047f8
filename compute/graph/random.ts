/** Shuffling, for visits in random order. */
import type { Random } from '../random/random.ts';

/** Shuffles the first `count` entries in place (Fisher-Yates). */
export function shuffle(array: Int32Array, count: number, random: Random): void {
  for (let i = count - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const held = array[i]!;
    array[i] = array[j]!;
    array[j] = held;
  }
}
