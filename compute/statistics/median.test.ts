import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { goldenArrays, goldenNames, specExamples } from '../../fixtures/golden.ts';
import { medianOfPositive, sortedMedianOfPositive, type NumberSource } from './median.ts';

/** Independent of both: counts how many numbers lie on each side. */
function isMedian(values: number[], median: number): boolean {
  const positive = values.filter((v) => v > 0).sort((a, b) => a - b);
  const low = positive[Math.ceil(positive.length / 2) - 1]!;
  const high = positive[Math.floor(positive.length / 2)]!;
  return median === (low + high) / 2;
}

const inChunks = (values: Float64Array | Float32Array, length: number): NumberSource =>
  function* chunks() {
    for (let i = 0; i < values.length; i += length) yield values.subarray(i, i + length);
  };

describe('median of positive numbers', () => {
  test('any numbers in any chunks', () => {
    const number = fc.oneof(fc.integer({ min: -3, max: 6 }), fc.double({ noNaN: false, noDefaultInfinity: true, max: 1e300 }), fc.constant(5e-324));
    fc.assert(fc.property(fc.array(number, { maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (values, length) => {
      const array = Float64Array.from(values);
      const median = medianOfPositive(inChunks(array, length));
      expect(sortedMedianOfPositive(array)).toEqual(median);
      if (values.some((v) => v > 0)) expect(isMedian(values, median)).toBe(true);
      else expect(median).toBeNaN();
    }));
  });

  test('float32 chunks give exact float32 numbers', () => {
    fc.assert(fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 80 }), (values) => {
      const array = Float32Array.from(values);
      expect(medianOfPositive(inChunks(array, 7))).toEqual(sortedMedianOfPositive(array));
    }));
  });

  test('the target of normalize_total: worked example and golden folders', () => {
    const { rows, target } = specExamples().normalize;
    const totals = Float64Array.from(rows, (row) => row.reduce((a, b) => a + b, 0));
    expect(medianOfPositive(() => [totals])).toBe(target);
    for (const name of goldenNames('normalize')) {
      const golden = goldenArrays(name, 'normalize');
      for (const option of ['default', 'exclude']) {
        expect(medianOfPositive(inChunks(golden.numbers(`${option}/totals`), 13))).toBe(golden.scalar(`${option}/target`));
      }
    }
  });

  test('an even count whose middle two lie far apart in their bits', () => {
    expect(medianOfPositive(() => [Float64Array.of(1e-300, 1e300)])).toBe(5e299);
    expect(medianOfPositive(() => [Float64Array.of(3, 1), Float64Array.of(0, -7, 4, 2)])).toBe(2.5);
  });

  test('a million numbers, more than one slice per chunk', () => {
    const values = Float64Array.from({ length: 1_000_001 }, (_, i) => ((i * 7919) % 1_000_001) + 1);
    expect(medianOfPositive(() => [values])).toBe(500_001);
  });
});
