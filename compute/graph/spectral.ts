/**
 * The smoothest coordinates of a connected graph: leading eigenvectors of D^-1/2 A D^-1/2 after the trivial one, found by
 * subspace iteration with a Chebyshev filter. Good to about two digits, which is what a start for a layout needs.
 */
import type { CsrGraph } from './csr.ts';
import type { Pace } from './pace.ts';
import { createRandom } from '../random/random.ts';
import { smallEigen } from './small-eigen.ts';

const blockColumns = 6;
const filterDegree = 24;
const mostRounds = 12;
const residualGoal = 1e-4;

/** Eigenvectors 1 and 2 (x, y per vertex, each of length 1), largest eigenvalue first. Needs n > 3 and a connected graph. */
export async function spectralCoordinates(graph: CsrGraph, seed: number, pace: Pace, done: number): Promise<Float64Array> {
  const { n } = graph;
  const columns = Math.min(blockColumns, n - 1);
  const scale = new Float64Array(n);
  const trivial = new Float64Array(n);
  for (let row = 0; row < n; row++) {
    let degree = 0;
    for (let e = graph.indptr[row]!; e < graph.indptr[row + 1]!; e++) degree += graph.values[e]!;
    scale[row] = 1 / Math.sqrt(degree);
    trivial[row] = Math.sqrt(degree);
  }
  const random = createRandom(seed, 2);
  let block = Float64Array.from({ length: n * columns }, () => random.uniform() - 0.5);
  orthonormalise(block, n, columns, trivial);
  let spare = new Float64Array(n * columns);
  let image = new Float64Array(n * columns);
  let cut = 0;
  for (let round = 0; ; round++) {
    multiply(graph, scale, block, columns, image);
    const { values, residual } = rotate(block, image, n, columns);
    if (residual < residualGoal || round === mostRounds) break;
    cut = Math.max(cut, Math.min(0.999, values[columns - 1]!));
    // Chebyshev recurrence on [-1, cut]: what lies above grows exponentially with the degree.
    const half = (cut + 1) / 2;
    const centre = (cut - 1) / 2;
    for (let i = 0; i < block.length; i++) image[i] = (image[i]! - centre * block[i]!) / half;
    for (let degree = 2; degree <= filterDegree; degree++) {
      multiply(graph, scale, image, columns, spare);
      for (let i = 0; i < block.length; i++) spare[i] = (2 * (spare[i]! - centre * image[i]!)) / half - block[i]!;
      [block, image, spare] = [image, spare, block];
      const wait = pace.at(done);
      if (wait) await wait;
    }
    [block, image] = [image, block];
    orthonormalise(block, n, columns, trivial);
  }
  const coordinates = new Float64Array(2 * n);
  for (let row = 0; row < n; row++) {
    coordinates[2 * row] = block[row * columns]!;
    coordinates[2 * row + 1] = block[row * columns + 1]!;
  }
  return coordinates;
}

/** Bytes held for one component of n vertices. */
export function spectralBytes(n: number): number {
  return 8 * n * (3 * blockColumns + 2 + 2);
}

function multiply(graph: CsrGraph, scale: Float64Array, from: Float64Array, columns: number, to: Float64Array): void {
  const { n, indptr, indices, values } = graph;
  to.fill(0);
  for (let row = 0; row < n; row++) {
    const at = row * columns;
    for (let e = indptr[row]!; e < indptr[row + 1]!; e++) {
      const other = indices[e]!;
      const weight = values[e]! * scale[row]! * scale[other]!;
      for (let c = 0; c < columns; c++) to[at + c] = to[at + c]! + weight * from[other * columns + c]!;
    }
  }
}

/** Gram-Schmidt, twice, against the trivial vector and the columns before; a column that vanishes stays zero. */
function orthonormalise(block: Float64Array, n: number, columns: number, trivial: Float64Array): void {
  let trivialLength = 0;
  for (const value of trivial) trivialLength += value * value;
  for (let pass = 0; pass < 2; pass++) {
    for (let c = 0; c < columns; c++) {
      let overlap = 0;
      for (let row = 0; row < n; row++) overlap += block[row * columns + c]! * trivial[row]!;
      overlap /= trivialLength;
      for (let row = 0; row < n; row++) block[row * columns + c] = block[row * columns + c]! - overlap * trivial[row]!;
      for (let before = 0; before < c; before++) {
        overlap = 0;
        for (let at = 0; at < n * columns; at += columns) overlap += block[at + c]! * block[at + before]!;
        for (let at = 0; at < n * columns; at += columns) block[at + c] = block[at + c]! - overlap * block[at + before]!;
      }
      let length = 0;
      for (let row = 0; row < n; row++) length += block[row * columns + c]! ** 2;
      length = length > 0 ? 1 / Math.sqrt(length) : 0;
      for (let row = 0; row < n; row++) block[row * columns + c] = block[row * columns + c]! * length;
    }
  }
}

/** Turns the block (and its image) onto the Ritz vectors, largest first; residual of the first two. */
function rotate(block: Float64Array, image: Float64Array, n: number, columns: number): { values: Float64Array; residual: number } {
  const small = new Float64Array(columns * columns);
  for (let row = 0; row < n * columns; row += columns) {
    for (let a = 0; a < columns; a++) {
      for (let b = 0; b < columns; b++) small[a * columns + b] = small[a * columns + b]! + block[row + a]! * image[row + b]!;
    }
  }
  const { values, vectors } = smallEigen(small, columns);
  for (const array of [block, image]) {
    const held = new Float64Array(columns);
    for (let row = 0; row < n * columns; row += columns) {
      for (let c = 0; c < columns; c++) {
        held[c] = 0;
        for (let a = 0; a < columns; a++) held[c] = held[c]! + array[row + a]! * vectors[a * columns + c]!;
      }
      array.set(held, row);
    }
  }
  let residual = 0;
  for (let c = 0; c < Math.min(2, columns); c++) {
    let sum = 0;
    for (let row = 0; row < n * columns; row += columns) sum += (image[row + c]! - values[c]! * block[row + c]!) ** 2;
    residual = Math.max(residual, Math.sqrt(sum));
  }
  return { values, residual };
}
