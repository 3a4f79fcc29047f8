import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { goldenArrays, relativeGap } from '../../fixtures/golden.ts';
import { loess, loessDirect } from './loess.ts';

const curves = goldenArrays('loess', 'curves');

/** Deterministic numbers in 0..1 (Weyl sequence): no seed to carry. */
const spread = (i: number): number => (i * 0.6180339887498949) % 1;

describe('loess', () => {
  test.each(['smooth', 'repeated', 'gap', 'few'])('golden curve %s: blended and direct fits', (name) => {
    const x = curves.numbers(`${name}/x`);
    const y = curves.numbers(`${name}/y`);
    const span = curves.scalar(`${name}/span`);
    expect(relativeGap(loess(x, y, span), curves.numbers(`${name}/interpolated`))).toBeLessThan(1e-9);
    expect(relativeGap(loessDirect(x, y, span), curves.numbers(`${name}/direct`))).toBeLessThan(1e-9);
  });

  test('a quadratic comes back as it is, whatever the span', () => {
    fc.assert(fc.property(
      fc.uniqueArray(fc.integer({ min: -500, max: 500 }), { minLength: 12, maxLength: 60 }), fc.double({ min: 0.5, max: 1, noNaN: true }),
      (integers, span) => {
        const x = Float64Array.from(integers, (v) => v / 100);
        const y = x.map((v) => 0.7 * v * v - 2 * v + 3);
        expect(relativeGap(loessDirect(x, y, span), y)).toBeLessThan(1e-6);
      },
    ), { numRuns: 40 });
  });

  test('the order of the points does not matter', () => {
    const x = curves.numbers('smooth/x');
    const y = curves.numbers('smooth/y');
    const order = [...x.keys()].sort((a, b) => spread(a) - spread(b));
    const shuffled = loess(Float64Array.from(order, (i) => x[i]!), Float64Array.from(order, (i) => y[i]!), 0.3);
    const straight = loess(x, y, 0.3);
    order.forEach((original, i) => expect(shuffled[i]).toBeCloseTo(straight[original]!, 10));
  });

  test('neighbourhoods on one or two abscissae fall back to lower degrees', () => {
    const flat = loess(new Float64Array(9).fill(2), Float64Array.from({ length: 9 }, (_, i) => i), 0.5);
    expect(flat.every((v) => v >= 0 && v <= 8)).toBe(true);
    const two = loessDirect(Float64Array.of(0, 0, 0, 1, 1, 1), Float64Array.of(1, 1, 1, 3, 3, 3), 1);
    expect(relativeGap(two, [1, 1, 1, 3, 3, 3])).toBeLessThan(1e-9);
  });

  test('none, one and two points', () => {
    expect([...loess(new Float64Array(0), new Float64Array(0), 0.3)]).toEqual([]);
    expect([...loess(Float64Array.of(4), Float64Array.of(7), 0.3)]).toEqual([7]);
    expect(relativeGap(loess(Float64Array.of(1, 2), Float64Array.of(5, 6), 0.3), [5, 6])).toBeLessThan(0.2);
  });

  test('62,710 points follow the curve', () => {
    const x = Float64Array.from({ length: 62_710 }, (_, i) => spread(i) * 6 - 4);
    const y = x.map((v, i) => 1.2 * v + Math.sin(v) + (spread(i * 7 + 3) - 0.5) * 0.2);
    const fitted = loess(x, y, 0.3);
    for (let i = 0; i < x.length; i += 997) expect(Math.abs(fitted[i]! - 1.2 * x[i]! - Math.sin(x[i]!))).toBeLessThan(0.1);
  });
});
