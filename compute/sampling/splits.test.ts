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

test('cells without the label are in neither side, and counted; codes that are not one per row are refused', () => {
  const codes = Int32Array.from(plates, (plate, row) => (row % 50 === 7 ? -1 : plate));
  const split = splitRows(1400, { kind: 'label', codes, held: [2] });
  expect(split).toMatchObject({ unlabelled: 28, train: { length: 1274 }, test: { length: 98 } });
  expect([...at(split.train), ...at(split.test)].some((row) => codes[row] === -1)).toBe(false);
  for (const length of [1399, 1401]) expect(() => splitRows(1400, { kind: 'label', codes: new Int32Array(length), held: [0] })).toThrow(/1400 rows/);
});

test('a test plate that repeats a training plate is found: 14 and 6', () => {
  expect(findLeaks(splitRows(1400, { kind: 'label', codes: plates, held: [13] }), plates, conditions)).toEqual([{ test: 13, train: [5], share: 1 }]);
  expect(findLeaks(splitRows(1400, { kind: 'label', codes: plates, held: [2] }), plates, conditions)).toEqual([]);
  expect(findLeaks(splitRows(1400, { kind: 'label', codes: plates, held: [5, 13] }), plates, conditions)).toEqual([]);
});

test('a test plate whose conditions lie on two training plates is found, with both', () => {
  const shared = Int32Array.from(plates, (plate, row) => (plate === 13 ? (row % 10 < 7 ? 50 : 20) + (row % 10) : 10 * plate + (row % 10)));
  expect(findLeaks(splitRows(1400, { kind: 'label', codes: plates, held: [13] }), plates, shared)).toEqual([{ test: 13, train: [5, 2], share: 1 }]);
});

test('a split that holds no plate out has no leaks of plates: rows, or drugs', () => {
  expect(findLeaks(splitRows(1400, { kind: 'rows', share: 0.2, seed: 3 }), plates, conditions)).toEqual([]);
  const drugs = Int32Array.from(plates, (_, row) => row % 10);
  expect(findLeaks(splitRows(1400, { kind: 'label', codes: drugs, held: [4] }), plates, drugs)).toEqual([]);
});

test('leaks need a plate and a condition for every row of the split; -1 is left out', () => {
  const split = splitRows(1400, { kind: 'label', codes: plates, held: [13] });
  expect(() => findLeaks(split, plates.subarray(0, 1399), conditions)).toThrow(/plates cannot be 1399 codes/);
  expect(() => findLeaks(split, plates, conditions.subarray(0, 1200))).toThrow(/conditions cannot be 1200 codes/);
  const some = conditions.map((code, row) => (row % 10 === 3 ? -1 : code));
  expect(findLeaks(split, plates.map((plate, row) => (row % 100 === 1 ? -1 : plate)), some)).toEqual([{ test: 13, train: [5], share: 1 }]);
});

test('rows of a split are found by position and by row, in any order', () => {
  const { test: side } = splitRows(5000, { kind: 'rows', share: 0.1, seed: 4 });
  const rows = at(side);
  for (let position = rows.length - 1; position >= 0; position -= 7) expect(side.at(position)).toBe(rows[position]);
  for (let row = -1; row < 5003; row++) expect(side.find(row)).toBe(rows.filter((one) => one < row).length);
});

test('a split of 20 million rows is held in two bits a row', () => {
  const before = process.memoryUsage();
  const split = splitRows(20e6, { kind: 'rows', share: 0.1, seed: 1 });
  const after = process.memoryUsage();
  expect(split.train.length + split.test.length).toBe(20e6);
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(8e6);
  expect(after.heapUsed - before.heapUsed).toBeLessThan(80e6);
});
