import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { argsort } from './argsort.ts';

/** The meaning: a stable comparison sort. */
function plain(values: Float64Array, descending: boolean): number[] {
  return [...values.keys()].sort((a, b) => {
    const [p, q] = [values[a]!, values[b]!];
    if (Number.isNaN(p) || Number.isNaN(q)) return Number(Number.isNaN(p)) - Number(Number.isNaN(q)) || a - b;
    return p === q ? a - b : p < q === descending ? 1 : -1;
  });
}

describe('the order of numbers', () => {
  test('equals a stable comparison sort, missing values last, both ways', () => {
    const value = fc.oneof(fc.double(), fc.integer({ min: -3, max: 3 }), fc.constantFrom(Number.NaN, Infinity, -Infinity, 0, -0, Number.MAX_VALUE, -Number.MAX_VALUE, 5e-324));
    fc.assert(fc.property(fc.array(value, { maxLength: 200 }), fc.boolean(), (list, descending) => {
      const values = Float64Array.from(list);
      expect([...argsort(values, descending)]).toEqual(plain(values, descending));
    }), { numRuns: 400 });
  });

  test('many values', () => {
    const values = Float64Array.from({ length: 300_000 }, (_, i) => Math.sin(i * 12.9898) * 1e6);
    const order = argsort(values, false);
    for (let i = 1; i < order.length; i++) if (values[order[i]!]! < values[order[i - 1]!]!) throw new Error(`wrong at ${i}`);
  });
});
