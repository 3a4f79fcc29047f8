import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { boundsOf, fit, insidePolygon, pan, toData, toPixels, zoomAt } from './camera.ts';

const size = { width: 800, height: 500 };
const coordinate = fc.double({ min: -1e3, max: 1e3, noNaN: true });

describe('a camera', () => {
  test('fits all points inside the frame', () => {
    fc.assert(fc.property(fc.array(fc.tuple(coordinate, coordinate), { minLength: 1, maxLength: 30 }), (points) => {
      const [x, y] = [Float32Array.from(points, (p) => p[0]), Float32Array.from(points, (p) => p[1])];
      const camera = fit(boundsOf(x, y), size);
      x.forEach((px, i) => {
        const at = toPixels(camera, size, px, y[i]!);
        expect(at.px).toBeGreaterThanOrEqual(-0.5);
        expect(at.px).toBeLessThanOrEqual(size.width + 0.5);
        expect(at.py).toBeGreaterThanOrEqual(-0.5);
        expect(at.py).toBeLessThanOrEqual(size.height + 0.5);
      });
    }));
  });

  test('zooming keeps what is under the pointer, dragging moves with it', () => {
    fc.assert(fc.property(coordinate, coordinate, fc.double({ min: 0.2, max: 5, noNaN: true }), (px, py, factor) => {
      const camera = { x: 3, y: -2, scale: 40 };
      const before = toData(camera, size, px, py);
      const after = toPixels(zoomAt(camera, size, px, py, factor), size, before.x, before.y);
      expect(after.px).toBeCloseTo(px, 5);
      expect(after.py).toBeCloseTo(py, 5);
      const moved = toPixels(pan(camera, 17, -9), size, before.x, before.y);
      expect(moved.px - px).toBeCloseTo(17, 5);
      expect(moved.py - py).toBeCloseTo(-9, 5);
    }));
  });

  test('points without a place do not count; no points give a frame all the same', () => {
    expect(boundsOf(Float32Array.of(NaN, 1, 2), Float32Array.of(0, 3, 4))).toEqual({ minX: 1, maxX: 2, minY: 3, maxY: 4 });
    expect(fit(boundsOf(new Float32Array(0), new Float32Array(0)), size).scale).toBeGreaterThan(0);
  });

  test('a lasso holds what lies inside, also when it is not convex', () => {
    const arrow = [{ x: 0, y: 0 }, { x: 4, y: 0 }, { x: 4, y: 4 }, { x: 2, y: 1 }, { x: 0, y: 4 }];
    expect([...insidePolygon(Float32Array.of(1, 2, 3.8, 9, NaN), Float32Array.of(0.5, 3, 3, 1, 1), arrow)]).toEqual([1, 0, 1, 0, 0]);
    expect([...insidePolygon(Float32Array.of(1), Float32Array.of(1), arrow.slice(0, 2))]).toEqual([0]);
  });
});
