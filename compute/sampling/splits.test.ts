import { expect, test } from 'vitest';
import { findLeaks, splitRows } from './splits.ts';

const plates = Int32Array.from({ length: 1400 }, (_, row) => Math.floor(row / 100));
/** Conditions of a plate are its own, but plate 13 (the fourteenth) repeats plate 5. */
const conditions = Int32Array.from(plates, (plate, row) => 10 * (plate === 13 ? 5 : plate) + (row % 10));
const at = (set: { length: number; at(i: number): number }): number[] => Array.from({ length: set.length }, (_, i) => set.at(i));

test('rows, plates and other labels are held out whole; both sides together are all cells', () => {
  const byRow = splitRows(1400, { kind: 'rows', share: 0.2, seed: 3 });
  expect([...at(byRow.train), ...at(byRow.test)].sort((a, b) => a - b)).toEqual(Array.from({ length: 1400 }, (_, i) => i));
  expect(Math.abs(byRow.test.length - 280)).toBeLessThan(60);
  expect(at(splitRows(1400, { kind: 'rows', share: 0.2, seed: 3 }).test)).toEqual(at(byRow.test));
  const byPlate = splitRows(1400, { kind: 'label', codes: plates, held: [2] });
  expect(at(byPlate.test)).toEqual(Array.from({ length: 100 }, (_, i) => 200 + i));
  expect(byPlate.train.length).toBe(1300);
  expect(() => splitRows(1400, { kind: 'label', codes: plates, held: [77] })).toThrow(/no cell would be left for test/);
});

test('a test plate that repeats a training plate is found: 14 and 6', () => {
  expect(findLeaks(splitRows(1400, { kind: 'label', codes: plates, held: [13] }), plates, conditions)).toEqual([{ test: 13, train: 5, share: 1 }]);
  expect(findLeaks(splitRows(1400, { kind: 'label', codes: plates, held: [2] }), plates, conditions)).toEqual([]);
  expect(findLeaks(splitRows(1400, { kind: 'label', codes: plates, held: [5, 13] }), plates, conditions)).toEqual([]);
});
