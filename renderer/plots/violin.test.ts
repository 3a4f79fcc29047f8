import { describe, expect, test } from 'vitest';
import { quantile, violinOf } from './violin.ts';

describe('the shape of a distribution', () => {
  test('quantiles between neighbours, as numpy gives them', () => {
    const sorted = Float64Array.from([1, 2, 4, 8]);
    expect([quantile(sorted, 0), quantile(sorted, 0.5), quantile(sorted, 1)]).toEqual([1, 3, 8]);
    expect(quantile(sorted, 0.95)).toBeCloseTo(7.4, 12);
    expect(quantile(new Float64Array(0), 0.5)).toBeNaN();
  });

  test('two groups give two humps; missing values are left out', () => {
    const values = Float32Array.from({ length: 201 }, (_, i) => (i === 200 ? Number.NaN : i % 2 === 0 ? 10 : 90));
    const violin = violinOf(values, (value) => value, 0, 100);
    expect(violin).toMatchObject({ cells: 200, median: 50 });
    const [low, middle, high] = [4, 24, 43].map((at) => violin.density[at]!);
    expect(low).toBeGreaterThan(5 * middle!);
    expect(high).toBeGreaterThan(5 * middle!);
    expect(violin.density.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 1);
  });
});
