import { expect, test } from 'vitest';
import { placedNames, powersIn, rangeOf, ticksIn } from './axes.ts';

test('ticks are round and lie inside, whatever the range', () => {
  expect(ticksIn(0, 13.3)).toEqual([0, 5, 10]);
  expect(ticksIn(-8, 8)).toEqual([-5, 0, 5]);
  expect(ticksIn(0.766, 1.1)).toEqual([0.8, 0.9, 1, 1.1]);
  expect(ticksIn(0, 0.3)).toEqual([0, 0.1, 0.2, 0.3]);
  expect(ticksIn(-2e-9, 3e-9)).toEqual([-2e-9, -1e-9, 0, 1e-9, 2e-9, 3e-9]);
  expect(ticksIn(4, 4)).toEqual([4]);
  expect(powersIn(-3, 2)).toEqual([-3, -2, -1, 0, 1, 2]);
  expect(powersIn(-3.2, 6)).toEqual([-2, 0, 2, 4, 6]);
  expect(powersIn(0.2, 0.8)).toEqual([]);
});

test('a range holds what has a place on the axis, with air at both ends', () => {
  expect(rangeOf([3, Number.NaN, -1, Infinity])).toEqual([-1, 3]);
  expect(rangeOf(Float32Array.of(0, 10), 0.1)).toEqual([-1, 11]);
  expect(rangeOf([0, 1, 1000], 0, Math.log10)).toEqual([0, 3]);
  expect([rangeOf([5, 5]), rangeOf([]), rangeOf([0], 0.1, Math.log10)]).toEqual([[4, 6], [0, 1], [0, 1]]);
});

test('names do not lie over one another; the most important ones stay, and none runs out of the drawing', () => {
  const placed = placedNames([{ text: 'FIRST', x: 10, y: 50 }, { text: 'HIDDEN', x: 12, y: 53 }, { text: 'BELOW', x: 10, y: 70 }, { text: 'EDGE', x: 95, y: 50 }], 10, 100);
  expect(placed.map(({ text, anchor }) => [text, anchor])).toEqual([['FIRST', 'start'], ['BELOW', 'start'], ['EDGE', 'end']]);
});
