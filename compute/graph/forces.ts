/**
 * The pull and push of UMAP's gradient as functions of the squared distance, from tables: powers cost more than all the
 * rest of the optimiser. A table has a cell for every value of the upper 16 bits of a positive float32, so that no range
 * needs checking and the relative error is even everywhere.
 */
import type { LayoutCurve } from './curve.ts';

/** A float32's bits shifted right by this are its cell; the bits shifted out interpolate inside it (error below 1e-4). */
export const cellShift = 16;
const cells = 1 << 15;

/** No single force moves a point further than this, at learning rate 1 (the reference limits each coordinate so). */
export const longestStep = 4;

export interface Forces {
  /** Factor of (x - y) that moves a pair together; negative. */
  readonly pull: Float32Array;
  /** Factor of (x - y) that moves x away from a random other; positive. */
  readonly push: Float32Array;
}

export function makeForces({ a, b }: LayoutCurve): Forces {
  const pull = new Float32Array(cells + 1);
  const push = new Float32Array(cells + 1);
  const number = new Float32Array(1);
  const bits = new Uint32Array(number.buffer);
  // The last 128 cells are infinity and NaN, which no distance of finite points reaches; 0 itself has no direction.
  for (let cell = 1; cell < cells - 128; cell++) {
    bits[0] = cell << cellShift;
    const squared = number[0]!;
    const longest = longestStep / Math.sqrt(squared);
    const curve = 1 + a * squared ** b;
    pull[cell] = -Math.min(longest, (2 * a * b * squared ** (b - 1)) / curve);
    push[cell] = Math.min(longest, (2 * b) / ((0.001 + squared) * curve));
  }
  return { pull, push };
}
