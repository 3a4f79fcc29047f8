import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { tallyValues } from './value-tally.ts';

const value = fc.oneof(
  fc.integer({ min: -2, max: 50 }), fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 0.5, -1.25, 1e300), fc.float({ noNaN: true }),
);

test('figures and first places are those of looking at every value on its own, in pieces of any size', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 400 }), fc.integer({ min: 1, max: 97 }), (values, piece) => {
      const tally = tallyValues();
      for (let at = 0; at < values.length; at += piece) {
        const part = Float64Array.from(values.slice(at, at + piece));
        tally.add(part, part.length);
      }
      const finite = values.filter(Number.isFinite);
      const result = tally.result();
      expect(result.seen).toBe(values.length);
      expect(result.nonzero).toBe(finite.filter((v) => v !== 0).length);
      expect(result.zeros).toBe(finite.filter((v) => v === 0).length);
      expect(result.max).toBe(finite.length === 0 ? 0 : finite.reduce((a, b) => (b > a ? b : a), -Infinity));
      expect(result.integer).toBe(finite.every(Number.isInteger));
      const first = (is: (v: number) => boolean) => ({ count: values.filter(is).length, first: values.findIndex(is) });
      expect(result.notFinite).toMatchObject(first((v) => !Number.isFinite(v)));
      expect(result.negative).toMatchObject(first((v) => Number.isFinite(v) && v < 0));
      expect(result.fractional).toMatchObject(first((v) => Number.isFinite(v) && !Number.isInteger(v)));
    }),
    { seed: 3, numRuns: 300 },
  );
});
