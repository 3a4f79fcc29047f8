import { expect, test } from 'vitest';
import { digestNames } from './name-digest.ts';

const plateOf = (names: readonly string[]) => ({ nObs: names.length, obsNames: (start: number, end: number) => names.slice(start, end) });
const cells = (count: number, prefix = 'c'): string[] => Array.from({ length: count }, (_, i) => `${prefix}${i}`);

test('fourteen copies of one plate are seen, across slices too', () => {
  const plate = cells(40_001);
  expect(digestNames(plateOf(Array.from({ length: 14 }, () => plate).flat())).copies).toBe(14);
});

test('plates that share some names are no copies', () => {
  expect(digestNames(plateOf([...cells(5), ...cells(6)])).copies).toBe(1);
  expect(digestNames(plateOf([...cells(5), 'c0', ...cells(4, 'd')])).copies).toBe(1);
  expect(digestNames(plateOf(cells(300_000))).copies).toBe(1);
  expect(digestNames(plateOf([])).copies).toBe(1);
  expect(digestNames(plateOf(['a'])).copies).toBe(1);
});

test('the digest is of all names in order', () => {
  expect(digestNames(plateOf(['a', 'b'])).digest).not.toBe(digestNames(plateOf(['b', 'a'])).digest);
});
