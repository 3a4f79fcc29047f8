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
 * Seconds that the fetches take: a `whole` epoch from its start, else some of one that is under way. As in crew.ts: whoever is
 * free takes the next fetch, fills its slots, reports some at a time, and goes on where minibatches have been taken.
 */
export function crewSeconds(fetches: readonly FetchCosts[], workers: number, slots: number, whole = false): number {
  const hands = Array.from({ length: workers }, () => ({ free: 0, made: 0, taken: new Float64Array(slots) }));
  const reported = reportedOf(slots);
  let taken = 0;
  let begun = 0;
  // The first of two passes only gets everyone to work.
  for (let passes = whole ? 1 : 2; passes > 0; passes--) {
    begun = taken;
    for (const { load, batches, write } of fetches) {
      const hand = hands.reduce((first, other) => (other.free < first.free ? other : first));
      let now = hand.free + load;
      for (let batch = 0; batch < batches; ) {
        const places: number[] = [];
        for (; batch < batches && places.length < reported; batch++) {
          const place = hand.made % slots;
          // A slot that nobody has given back yet is waited for, and what is ready is reported before.
          if (places.length > 0 && hand.taken[place]! > now) break;
          hand.made++;
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
