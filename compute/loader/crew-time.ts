/** How long a crew takes for fetches whose costs are known, when minibatches are taken in order: workers wait for slots, the consumer for the next minibatch. */
import { reportedOf } from './slots.ts';

export interface FetchCosts {
  /** Seconds until its rows are at hand. */
  readonly load: number;
  readonly batches: number;
  /** Seconds of one minibatch. */
  readonly write: number;
}

/**
 * Seconds from the first minibatch of the fetches to the last, once the crew is under way. As in crew.ts: whoever is free takes
 * the next fetch, fills its slots, reports some at a time, and goes on where minibatches have been taken.
 */
export function crewSeconds(fetches: readonly FetchCosts[], workers: number, slots: number): number {
  const hands = Array.from({ length: workers }, () => ({ free: 0, made: 0, taken: new Float64Array(slots) }));
  const reported = reportedOf(slots);
  let taken = 0;
  let begun = 0;
  // The first pass only gets everyone to work.
  for (let pass = 0; pass < 2; pass++) {
    begun = taken;
    for (const { load, batches, write } of fetches) {
      const hand = hands.reduce((first, other) => (other.free < first.free ? other : first));
      let now = hand.free + load;
      for (let batch = 0; batch < batches; ) {
        const places: number[] = [];
        for (; batch < batches && places.length < reported; batch++) {
          const place = hand.made++ % slots;
          // A slot that nobody has given back yet is waited for, and what is ready is reported before.
          if (places.length > 0 && hand.taken[place]! > now) {
            hand.made--;
            break;
          }
          now = Math.max(now, hand.taken[place]!) + write;
          places.push(place);
        }
        taken = Math.max(taken, now);
        for (const place of places) hand.taken[place] = taken;
      }
      hand.free = now;
    }
  }
  return taken - begun;
}
