/**
 * Trees that halve the rows by random planes, again and again, until leaves are small. Halves are equal, so that leaf
 * bounds depend on the number of rows alone and every leaf has enough members to start a neighbour search from.
 */
import { createRandom } from '../random/random.ts';
import type { Random } from '../random/random.ts';

/** Start of every leaf and, last, the number of rows: the same for every tree over n rows. */
export function leafBounds(n: number, leafRows: number): Int32Array {
  const bounds: number[] = [0];
  const halve = (start: number, end: number): void => {
    if (end - start <= leafRows) {
      bounds.push(end);
      return;
    }
    const middle = start + ((end - start) >> 1);
    halve(start, middle);
    halve(middle, end);
  };
  halve(0, n);
  return Int32Array.from(bounds);
}

/**
 * Fills `order` with the rows 0..n-1 so that [bounds[leaf], bounds[leaf + 1]) are the members of a leaf. The tree depends on
 * the points, the seed and its number only.
 */
export function growTree(
  points: Float32Array, n: number, dims: number, leafRows: number, seed: number, tree: number, order: Int32Array,
): void {
  for (let row = 0; row < n; row++) order[row] = row;
  const random = createRandom(seed, tree + 1);
  const plane = new Float64Array(dims);
  const heights = new Float64Array(n);
  const split = (start: number, end: number): void => {
    if (end - start <= leafRows) return;
    const middle = start + ((end - start) >> 1);
    drawPlane(points, dims, order, start, end, random, plane);
    for (let i = start; i < end; i++) {
      const at = order[i]! * dims;
      let height = 0;
      for (let d = 0; d < dims; d++) height += points[at + d]! * plane[d]!;
      heights[i] = height;
    }
    selectLower(heights, order, start, end, middle);
    split(start, middle);
    split(middle, end);
  };
  split(0, n);
}

/** The direction between two random members; random when they coincide. */
function drawPlane(
  points: Float32Array, dims: number, order: Int32Array, start: number, end: number, random: Random, plane: Float64Array,
): void {
  const first = order[start + random.below(end - start)]! * dims;
  const second = order[start + random.below(end - start)]! * dims;
  let length = 0;
  for (let d = 0; d < dims; d++) {
    plane[d] = points[first + d]! - points[second + d]!;
    length += Math.abs(plane[d]!);
  }
  if (length === 0) for (let d = 0; d < dims; d++) plane[d] = random.uniform() - 0.5;
}

/** Partially sorts rows by (height, row) until the lowest middle - start of them stand before `middle` (quickselect). */
function selectLower(heights: Float64Array, order: Int32Array, start: number, end: number, middle: number): void {
  let low = start;
  let high = end - 1;
  while (low < high) {
    const centre = (low + high) >> 1;
    if (isBefore(heights, order, centre, low)) swap(heights, order, centre, low);
    if (isBefore(heights, order, high, low)) swap(heights, order, high, low);
    if (isBefore(heights, order, high, centre)) swap(heights, order, high, centre);
    const pivotHeight = heights[centre]!;
    const pivotRow = order[centre]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (heights[i]! < pivotHeight || (heights[i] === pivotHeight && order[i]! < pivotRow)) i++;
      while (heights[j]! > pivotHeight || (heights[j] === pivotHeight && order[j]! > pivotRow)) j--;
      if (i <= j) swap(heights, order, i++, j--);
    }
    if (middle <= j) high = j;
    else if (middle >= i) low = i;
    else return;
  }
}

function isBefore(heights: Float64Array, order: Int32Array, a: number, b: number): boolean {
  return heights[a]! < heights[b]! || (heights[a] === heights[b] && order[a]! < order[b]!);
}

function swap(heights: Float64Array, order: Int32Array, a: number, b: number): void {
  const height = heights[a]!;
  heights[a] = heights[b]!;
  heights[b] = height;
  const row = order[a]!;
  order[a] = order[b]!;
  order[b] = row;
}
