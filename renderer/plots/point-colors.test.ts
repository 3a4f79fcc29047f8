import { describe, expect, test } from 'vitest';
import { categoryColors } from '../../protocol/colors.ts';
import { missingGrey } from '../../protocol/palettes.table.ts';
import type { View } from '../../protocol/view-file.ts';
import { labelColors, paint, rgbOf } from './point-colors.ts';

const header = { truckeeView: 1, basis: 'X_umap', axes: ['UMAP1', 'UMAP2'], points: 3, placed: 3, cells: 3, varianceRatio: null, demo: false } as const;
const place = { x: new Float32Array(3), y: new Float32Array(3) };
const labels: View = { header: { ...header, axes: ['UMAP1', 'UMAP2'], color: { kind: 'categories', column: 'c', categories: ['a', 'b'], counts: [1, 1], missing: 1 } }, ...place, codes: Int32Array.of(0, 1, -1), values: null };
const numbers: View = { header: { ...header, axes: ['UMAP1', 'UMAP2'], color: { kind: 'numbers', column: 'n', min: 0, max: 1, missing: 1 } }, ...place, codes: null, values: Float32Array.of(0, 1, NaN) };
const at = (rgba: Uint8Array, i: number): number[] => [...rgba.subarray(4 * i, 4 * i + 3)];

describe('paint', () => {
  test('gives categories the colours of the figures, and grey where there is no label', () => {
    const rgba = paint(labels, { shown: null, chosen: null, dark: false });
    expect([at(rgba, 0), at(rgba, 1), at(rgba, 2)]).toEqual([...categoryColors(2), missingGrey].map((color) => [...rgbOf(color)]));
  });

  test('fades what is set aside by legend or choice', () => {
    const alpha = (rgba: Uint8Array): number[] => [rgba[3]!, rgba[7]!, rgba[11]!];
    const [full, , faded] = alpha(paint(labels, { shown: null, chosen: Uint8Array.of(1, 1, 0), dark: false }));
    expect(full).toBeGreaterThan(200);
    expect(faded).toBeLessThan(60);
    expect(alpha(paint(labels, { shown: new Set([1]), chosen: null, dark: false }))).toEqual([faded, full, faded]);
  });

  test('numbers run along the scale, missing ones stay grey', () => {
    const rgba = paint(numbers, { shown: null, chosen: null, dark: false });
    expect(at(rgba, 0)).not.toEqual(at(rgba, 1));
    expect(at(rgba, 2)).toEqual([...rgbOf(missingGrey)]);
  });

  test('no colour of a dark page sinks into it, and all stay different', () => {
    const colors = labelColors(102, true);
    expect(new Set(colors).size).toBe(102);
    for (const color of colors) expect(Math.max(...rgbOf(color))).toBeGreaterThan(70);
  });
});
