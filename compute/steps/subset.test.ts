import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleAscending } from './subset.ts';

describe('sampleAscending', () => {
  test('ascending, without repeats, inside the range, as many as wanted', () => {
    fc.assert(fc.property(fc.integer({ min: 0, max: 3000 }), fc.double({ min: 0, max: 1, noNaN: true }), fc.nat(), (n, share, seed) => {
      const wanted = Math.floor(n * share);
      const chosen = sampleAscending(n, wanted, seed);
      expect(chosen.length).toBe(wanted);
      chosen.forEach((row, i) => {
        if (row >= n || (i > 0 && row <= chosen[i - 1]!)) throw new Error(`row ${row} at ${i} of ${n}`);
      });
    }));
  });

  test('all of them in order when all are wanted', () => expect([...sampleAscending(5, 5, 3)]).toEqual([0, 1, 2, 3, 4]));

  test('the seed decides: the same again, another sample for another seed', () => {
    expect(sampleAscending(10_000, 500, 7)).toEqual(sampleAscending(10_000, 500, 7));
    const shared = new Set(sampleAscending(10_000, 500, 8));
    const both = sampleAscending(10_000, 500, 7).filter((row) => shared.has(row)).length;
    // 500 * 500 / 10,000 = 25 by chance.
    expect(both).toBeGreaterThan(8);
    expect(both).toBeLessThan(50);
  });

  test('every row and every pair of rows is equally likely', () => {
    const [n, wanted, rounds] = [12, 5, 30_000];
    const single = new Float64Array(n);
    const pairs = new Float64Array(n * n);
    for (let seed = 0; seed < rounds; seed++) {
      const chosen = sampleAscending(n, wanted, seed);
      chosen.forEach((a, i) => {
        single[a]! += 1;
        for (const b of chosen.subarray(i + 1)) pairs[a * n + b]! += 1;
      });
    }
    // Each count is binomial: five standard deviations leave one chance in a million for a fair sampler to fail.
    const expectFair = (count: number, share: number): void => {
      expect(Math.abs(count - rounds * share)).toBeLessThan(5 * Math.sqrt(rounds * share * (1 - share)));
    };
    single.forEach((count) => expectFair(count, wanted / n));
    for (let a = 0; a < n; a++) for (let b = a + 1; b < n; b++) expectFair(pairs[a * n + b]!, (wanted * (wanted - 1)) / (n * (n - 1)));
  });
});
