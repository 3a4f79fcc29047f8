import fc from 'fast-check';
import { expect, test } from 'vitest';
import { adjustedRandIndex } from './rand-index.ts';

test.each([
  [[0, 0, 0, 1, 1, 1, 2, 2], [5, 5, 7, 7, 7, 7, 8, 5], 0.30434782608695654],
  [[0, 1, 2, 3], [0, 0, 1, 1], 0],
  [[0, 0, 1, 1], [0, 1, 0, 1], -0.5],
  [[1, 1, 1, 1], [2, 2, 2, 2], 1],
])('scikit-learn gives the same for %j and %j', (a, b, expected) => expect(adjustedRandIndex(a, b)).toBeCloseTo(expected, 12));

test('renaming groups and changing sides change nothing', () => {
  fc.assert(fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 })), { minLength: 2, maxLength: 60 }), (pairs) => {
    const [a, b] = [pairs.map((pair) => pair[0]), pairs.map((pair) => pair[1])];
    const value = adjustedRandIndex(a, b);
    expect(adjustedRandIndex(b, a.map((label) => `group ${7 - label}`))).toBeCloseTo(value, 12);
    expect(value).toBeLessThanOrEqual(1);
    expect(adjustedRandIndex(a, a)).toBe(1);
  }));
});
