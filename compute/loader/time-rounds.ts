/** What reading rows takes in one thread, as its minibatches would be made. */
import type { FetchEngine } from './fetches.ts';
import type { Slot } from './slots.ts';

/** Seconds of every round; `slotFor` gives a slot with room for so many entries. */
export async function timeRounds(engine: FetchEngine, rounds: readonly Uint32Array[], batch: number, slotFor: (entries: number) => Slot): Promise<number[]> {
  const seconds: number[] = [];
  for (const rows of rounds) {
    const start = performance.now();
    await engine.load(rows);
    for (let first = 0; first < rows.length; first += batch) {
      const end = Math.min(rows.length, first + batch);
      engine.write(first, end, slotFor(engine.stored(first, end)));
    }
    seconds.push((performance.now() - start) / 1000);
  }
  engine.flush();
  return seconds;
}
