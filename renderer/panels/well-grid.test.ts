import { expect, test } from 'vitest';
import { wellGrid } from './well-grid.ts';

const samples = (count: number, first = 995) => Array.from({ length: count }, (_, i) => ({ sample: `smp_${first + i}` })).reverse();

test('wells are filled row by row in the order of sample numbers', () => {
  const { rows, left } = wellGrid(samples(96));
  expect(rows.map((row) => row.length)).toEqual(Array.from({ length: 8 }, () => 12));
  expect([rows[0]![0]!.sample, rows[0]![11]!.sample, rows[1]![0]!.sample, rows[7]![11]!.sample, left]).toEqual(['smp_995', 'smp_1006', 'smp_1007', 'smp_1090', 0]);
});

test('a plate with fewer or more samples than wells loses none without a word', () => {
  expect(wellGrid(samples(5)).rows[0]!.map((one) => one?.sample ?? null).slice(4, 6)).toEqual(['smp_999', null]);
  expect(wellGrid(samples(100)).left).toBe(4);
});
