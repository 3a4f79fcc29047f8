import { describe, expect, test } from 'vitest';
import { binValues, passing } from './bins.ts';

describe('bins', () => {
  test('count every finite value once and the chosen ones beside them', () => {
    const bins = binValues(Float32Array.of(0, 1, 2, 3, 4, NaN, Infinity), Uint8Array.of(1, 0, 0, 0, 1, 1, 1), 4);
    expect([...bins.all]).toEqual([1, 1, 1, 2]);
    expect([...bins.chosen]).toEqual([1, 0, 0, 1]);
    expect(bins.missing).toBe(2);
    expect([...bins.edges]).toEqual([0, 1, 2, 3, 4]);
  });

  test('hold one single value, and none', () => {
    expect(binValues(Float32Array.of(5, 5, 5), null, 3).all.reduce((a, b) => a + b)).toBe(3);
    expect(binValues(Float32Array.of(0), null, 2).all.reduce((a, b) => a + b)).toBe(1);
    expect(binValues(new Float32Array(0), null, 2).all.reduce((a, b) => a + b)).toBe(0);
  });

  test('a mask is what passes all tests, and none without tests', () => {
    expect(passing(4, [])).toBeNull();
    expect([...passing(4, [(i) => i > 0, (i) => i < 3])!]).toEqual([0, 1, 1, 0]);
  });
});
