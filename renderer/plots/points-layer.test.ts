import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fairOrder, pointDiameter } from './points-layer.ts';

test('the drawing order holds every point once', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 5000 }), (n) => {
    expect([...fairOrder(n)].sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
  }));
});

test('any beginning of it is spread evenly over all', () => {
  const n = 100_000;
  for (const taken of [1000, 15_000]) {
    const tenths = new Array<number>(10).fill(0);
    for (const point of fairOrder(n).subarray(0, taken)) tenths[Math.floor((10 * point) / n)]! += 1;
    for (const count of tenths) expect(Math.abs(count - taken / 10)).toBeLessThan(taken / 100);
  }
});

test('points shrink with their number and grow with the zoom, within limits', () => {
  expect(pointDiameter(1_000, 1)).toBeGreaterThan(pointDiameter(100_000, 1));
  expect(pointDiameter(1e7, 1)).toBe(1.4);
  expect(pointDiameter(10, 100)).toBe(14);
});
