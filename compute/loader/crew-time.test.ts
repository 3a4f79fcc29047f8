import { expect, test } from 'vitest';
import { crewSeconds, type FetchCosts } from './crew-time.ts';

const fetches = (count: number, one: FetchCosts): FetchCosts[] => Array.from({ length: count }, () => one);

test('one worker takes what its fetches take', () => {
  expect(crewSeconds(fetches(12, { load: 2, batches: 5, write: 0.5 }), 1, 4)).toBeCloseTo(12 * 4.5, 9);
});

test('workers share evenly where there is room for all that they make', () => {
  expect(crewSeconds(fetches(12, { load: 1, batches: 8, write: 1 }), 2, 16)).toBeCloseTo((12 * 9) / 2, 9);
  expect(crewSeconds(fetches(12, { load: 1, batches: 8, write: 1 }), 3, 16)).toBeCloseTo((12 * 9) / 3, 9);
});

test('long reading is shared however few slots there are', () => {
  const seconds = crewSeconds(fetches(12, { load: 1000, batches: 100, write: 0.01 }), 2, 4);
  expect(seconds).toBeGreaterThan((12 * 1001) / 2 - 1);
  expect(seconds).toBeLessThan((12 * 1001) / 2 + 12);
});

test('long fetches and few slots leave the second worker waiting for the first', () => {
  // It makes four minibatches ahead of a hundred, whose turn comes when the first has made all of its own.
  const seconds = crewSeconds(fetches(40, { load: 0, batches: 100, write: 1 }), 2, 4);
  expect(seconds).toBeGreaterThan(40 * 90);
  expect(seconds).toBeLessThan(40 * 100);
});

test('no minibatch is counted for less than it takes, whatever the numbers', () => {
  for (const workers of [1, 2, 3, 7]) {
    for (const slots of [1, 2, 3, 16]) {
      for (const batches of [1, 5, 64]) {
        const all = fetches(14, { load: 3, batches, write: 1 });
        const seconds = crewSeconds(all, workers, slots);
        const work = 14 * (3 + batches);
        // Counted from the last minibatch of the first round: at most one fetch of each worker lies across it.
        expect(seconds).toBeGreaterThanOrEqual(work / workers - (3 + batches));
        expect(seconds).toBeLessThanOrEqual(work + 1e-9);
      }
    }
  }
});
