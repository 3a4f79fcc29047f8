/** Where the unconnected components of a graph stand in the picture, and how much room each has. */

export interface ComponentPlaces {
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** Half the distance to the nearest other component. */
  readonly radius: Float64Array;
}

const powerSteps = 100;
/** Components whose centres fall together still get this share of the largest extent. */
const smallestRadius = 0.01;

/**
 * With the points: the two main directions of the components' mean points. Without: a spiral, first component in the
 * middle, which keeps any number of them apart evenly.
 */
export function componentPlaces(
  components: { readonly count: number; readonly of: Int32Array }, n: number,
  points?: { readonly values: Float32Array; readonly dims: number },
): ComponentPlaces {
  const { count } = components;
  const x = new Float64Array(count);
  const y = new Float64Array(count);
  if (points) {
    const centred = meanPoints(components, n, points.values, points.dims);
    leadingScores(centred, count, points.dims, x);
    leadingScores(centred, count, points.dims, y);
  } else {
    const goldenAngle = Math.PI * (3 - Math.sqrt(5));
    for (let c = 0; c < count; c++) {
      x[c] = Math.sqrt(c) * Math.cos(c * goldenAngle);
      y[c] = Math.sqrt(c) * Math.sin(c * goldenAngle);
    }
  }
  return { x, y, radius: freeRadius(x, y) };
}

/** Mean point of every component less the mean of these means, count x dims. */
function meanPoints(
  { count, of }: { readonly count: number; readonly of: Int32Array }, n: number, values: Float32Array, dims: number,
): Float64Array {
  const sums = new Float64Array(count * dims);
  const sizes = new Float64Array(count);
  for (let row = 0; row < n; row++) {
    const c = of[row]!;
    sizes[c]! += 1;
    for (let d = 0; d < dims; d++) sums[c * dims + d]! += values[row * dims + d]!;
  }
  for (let i = 0; i < sums.length; i++) sums[i]! /= sizes[Math.floor(i / dims)]!;
  for (let d = 0; d < dims; d++) {
    let mean = 0;
    for (let c = 0; c < count; c++) mean += sums[c * dims + d]! / count;
    for (let c = 0; c < count; c++) sums[c * dims + d]! -= mean;
  }
  return sums;
}

/** Scores on the leading direction (power iteration), which is then taken out of the rows. */
function leadingScores(rows: Float64Array, count: number, dims: number, scores: Float64Array): void {
  let axis = new Float64Array(dims);
  for (let d = 0; d < dims; d++) axis[d] = 1 / (d + 1);
  for (let step = 0; step < powerSteps; step++) {
    const next = new Float64Array(dims);
    for (let c = 0; c < count; c++) {
      const score = dot(rows, c * dims, axis);
      for (let d = 0; d < dims; d++) next[d]! += score * rows[c * dims + d]!;
    }
    const length = Math.sqrt(dot(next, 0, next));
    if (length === 0) break;
    axis = next.map((value) => value / length);
  }
  const norm = dot(axis, 0, axis);
  for (let c = 0; c < count; c++) {
    scores[c] = dot(rows, c * dims, axis) / Math.sqrt(norm);
    for (let d = 0; d < dims; d++) rows[c * dims + d]! -= (scores[c]! * axis[d]!) / Math.sqrt(norm);
  }
}

function dot(rows: Float64Array, at: number, axis: Float64Array): number {
  let sum = 0;
  for (let d = 0; d < axis.length; d++) sum += rows[at + d]! * axis[d]!;
  return sum;
}

function freeRadius(x: Float64Array, y: Float64Array): Float64Array {
  let extent = 0;
  const radius = x.map((_, c) => {
    let nearest = Infinity;
    for (let other = 0; other < x.length; other++) {
      if (other !== c) nearest = Math.min(nearest, Math.hypot(x[c]! - x[other]!, y[c]! - y[other]!));
    }
    extent = Math.max(extent, Math.abs(x[c]!), Math.abs(y[c]!));
    return nearest / 2;
  });
  return radius.map((value) => (Number.isFinite(value) && extent > 0 ? Math.max(value, smallestRadius * extent) : 1));
}
