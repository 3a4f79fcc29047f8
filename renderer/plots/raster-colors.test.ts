import { describe, expect, test } from 'vitest';
import type { Raster } from '../../protocol/raster-file.ts';
import { labelColors, rgbOf } from './point-colors.ts';
import { meansPerSquare, paintRaster } from './raster-colors.ts';

const header: Raster['header'] = {
  truckeeRaster: 1, basis: 'X_umap', axes: ['UMAP1', 'UMAP2'], width: 2, height: 2, region: [0, 0, 2, 2], bounds: [0, 0, 2, 2], placed: 10, chosen: 6, cells: 10, hasChoice: true,
  color: { kind: 'categories', column: 'line', categories: ['B', 'A'], counts: [2, 4], missing: 0 }, demo: false,
};
const raster: Raster = { header, all: Uint32Array.from([0, 1, 4, 5]), chosen: Uint32Array.from([0, 0, 1, 5]), codes: Int32Array.from([-1, -1, 0, 1]), values: null };
const pixel = (pixels: Uint8ClampedArray, at: number): number[] => [...pixels.subarray(4 * at, 4 * at + 4)];

describe('pixels of a binned map', () => {
  test('empty squares are clear, those set aside faint, fuller ones stronger; labels keep the colours of the legend', () => {
    const pixels = paintRaster(raster, { dark: false, labels: ['A', 'B'] });
    const [a, b] = labelColors(2, false).map((color) => [...rgbOf(color)]);
    expect(pixel(pixels, 0)).toEqual([0, 0, 0, 0]);
    expect(pixel(pixels, 1)[3]).toBeLessThan(pixel(pixels, 2)[3]!);
    expect(pixel(pixels, 2).slice(0, 3)).toEqual(b);
    expect(pixel(pixels, 3)).toEqual([...a!, 255]);
    expect(pixel(pixels, 2)[3]).toBeLessThan(255);
    // Without a legend its own order counts.
    expect(pixel(paintRaster(raster, { dark: false, labels: null }), 2).slice(0, 3)).toEqual(a);
  });

  test('means of a sample per square, from the top; squares without a cell stay unknown', () => {
    const means = meansPerSquare(raster, Float32Array.from([0.5, 0.5, 2, 9]), Float32Array.from([1.5, 2, 0, 0]), Float32Array.from([1, 3, 7, 100]));
    expect([...means]).toEqual([2, Number.NaN, Number.NaN, 7]);
    const pixels = paintRaster({ ...raster, chosen: raster.all }, { dark: false, labels: null, values: { perSquare: means, min: 2, max: 7 } });
    expect(pixel(pixels, 3).slice(0, 3)).not.toEqual(pixel(pixels, 2).slice(0, 3));
  });
});
