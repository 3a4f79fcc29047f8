/**
 * All eigenpairs of a dense symmetric matrix in float64: Householder reduction to tridiagonal form, then implicit QL
 * with shifts. Costs about 6 g^3 operations; for small matrices, for projected ones, and as the way that always works.
 */
import { failure } from '../../protocol/errors.ts';

export interface EigenPairs {
  /** Descending. */
  values: Float64Array;
  /** Row i is the unit eigenvector of values[i]. */
  vectors: Float64Array;
}

/** matrix: n x n row-major, only its upper triangle is read; finite values. Returns the `k` largest pairs. */
export function denseEigen(matrix: Float64Array, n: number, k: number): EigenPairs {
  const work = matrix.slice(0, n * n);
  const scale = work.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // Unit scale keeps squares away from overflow and underflow.
  if (scale > 0) for (let i = 0; i < work.length; i++) work[i]! /= scale;
  const diagonal = new Float64Array(n);
  const beside = new Float64Array(n);
  const reflectors = tridiagonalise(work, n, diagonal, beside);
  const rotations = identity(n);
  implicitQl(diagonal, beside, rotations, n);

  const order = Array.from(diagonal.keys()).sort((a, b) => diagonal[b]! - diagonal[a]! || a - b).slice(0, k);
  const values = new Float64Array(k);
  const vectors = new Float64Array(k * n);
  order.forEach((from, i) => {
    values[i] = diagonal[from]! * scale;
    const vector = vectors.subarray(i * n, (i + 1) * n);
    vector.set(rotations.subarray(from * n, (from + 1) * n));
    for (let j = n - 3; j >= 0; j--) reflect(work, n, j, reflectors[j]!, vector);
  });
  return { values, vectors };
}

/**
 * Reduces the upper triangle of `a`; the vector of reflection j replaces a[j, j + 1 ...], its factor (2 / v'v) is
 * returned. diagonal[j] and beside[j] (between j and j + 1) receive the tridiagonal matrix.
 */
function tridiagonalise(a: Float64Array, n: number, diagonal: Float64Array, beside: Float64Array): Float64Array {
  const factors = new Float64Array(n);
  const product = new Float64Array(n);
  for (let j = 0; j < n; j++) {
    diagonal[j] = a[j * n + j]!;
    if (j === n - 2) beside[j] = a[j * n + j + 1]!;
    if (j >= n - 2) continue;
    const v = a.subarray(j * n, (j + 1) * n);
    let square = 0;
    for (let i = j + 2; i < n; i++) square += v[i]! * v[i]!;
    if (square === 0) {
      beside[j] = v[j + 1]!;
      continue;
    }
    const head = v[j + 1]!;
    const length = Math.sqrt(head * head + square);
    const target = head > 0 ? -length : length;
    beside[j] = target;
    v[j + 1] = head - target;
    const factor = 2 / (v[j + 1]! * v[j + 1]! + square);
    factors[j] = factor;
    upperProduct(a, n, j + 1, v, product);
    let overlap = 0;
    for (let i = j + 1; i < n; i++) overlap += product[i]! * v[i]!;
    for (let i = j + 1; i < n; i++) product[i] = factor * (product[i]! - 0.5 * factor * overlap * v[i]!);
    subtractRankTwo(a, n, j + 1, v, product);
  }
  return factors;
}

/** product[from...] = trailing block times v, from its upper triangle. */
function upperProduct(a: Float64Array, n: number, from: number, v: Float64Array, product: Float64Array): void {
  product.fill(0, from);
  for (let i = from; i < n; i++) {
    const row = a.subarray(i * n, (i + 1) * n);
    const own = v[i]!;
    let sum = row[i]! * own;
    for (let j = i + 1; j < n; j++) {
      const entry = row[j]!;
      sum += entry * v[j]!;
      product[j]! += entry * own;
    }
    product[i]! += sum;
  }
}

/** Trailing block -= v w' + w v', upper triangle. */
function subtractRankTwo(a: Float64Array, n: number, from: number, v: Float64Array, w: Float64Array): void {
  for (let i = from; i < n; i++) {
    const row = a.subarray(i * n, (i + 1) * n);
    const vi = v[i]!;
    const wi = w[i]!;
    for (let j = i; j < n; j++) row[j]! -= vi * w[j]! + wi * v[j]!;
  }
}

/** vector = (I - factor v v') vector, v being reflection j. */
function reflect(a: Float64Array, n: number, j: number, factor: number, vector: Float64Array): void {
  if (factor === 0) return;
  let overlap = 0;
  for (let i = j + 1; i < n; i++) overlap += a[j * n + i]! * vector[i]!;
  const amount = factor * overlap;
  for (let i = j + 1; i < n; i++) vector[i]! -= amount * a[j * n + i]!;
}

function identity(n: number): Float64Array {
  const rows = new Float64Array(n * n);
  for (let i = 0; i < n; i++) rows[i * n + i] = 1;
  return rows;
}

/** Makes `beside` vanish by rotations that are also applied to the rows of `vectors`. */
function implicitQl(diagonal: Float64Array, beside: Float64Array, vectors: Float64Array, n: number): void {
  let norm = 0;
  for (let i = 0; i < n; i++) norm = Math.max(norm, Math.abs(diagonal[i]!) + Math.abs(beside[i]!));
  const negligible = norm * 2 ** -52;
  for (let low = 0; low < n; low++) {
    for (let sweeps = 0; ; sweeps++) {
      let high = low;
      while (high < n - 1 && Math.abs(beside[high]!) > negligible) high++;
      if (high === low) break;
      if (sweeps === 100) throw failure('internal', { detail: 'the QL iteration of the eigen solver did not converge' });
      sweep(diagonal, beside, vectors, n, low, high);
    }
  }
}

/** One QL sweep over the unreduced block low..high with Wilkinson's shift. */
function sweep(diagonal: Float64Array, beside: Float64Array, vectors: Float64Array, n: number, low: number, high: number): void {
  const half = (diagonal[low + 1]! - diagonal[low]!) / (2 * beside[low]!);
  const root = Math.sqrt(half * half + 1);
  const shift = diagonal[low]! - beside[low]! / (half + (half < 0 ? -root : root));
  let bulge = diagonal[high]! - shift;
  let sine = 1;
  let cosine = 1;
  let carried = 0;
  for (let i = high - 1; i >= low; i--) {
    const out = sine * beside[i]!;
    const along = cosine * beside[i]!;
    const length = Math.sqrt(out * out + bulge * bulge);
    beside[i + 1] = length;
    if (length === 0) {
      // The block has split in the middle.
      diagonal[i + 1]! -= carried;
      beside[high] = 0;
      return;
    }
    sine = out / length;
    cosine = bulge / length;
    const rest = diagonal[i + 1]! - carried;
    const mixed = (diagonal[i]! - rest) * sine + 2 * cosine * along;
    carried = sine * mixed;
    diagonal[i + 1] = rest + carried;
    bulge = cosine * mixed - along;
    rotate(vectors, n, i, sine, cosine);
  }
  diagonal[low]! -= carried;
  beside[low] = bulge;
  beside[high] = 0;
}

function rotate(vectors: Float64Array, n: number, i: number, sine: number, cosine: number): void {
  const lower = vectors.subarray(i * n, (i + 1) * n);
  const upper = vectors.subarray((i + 1) * n, (i + 2) * n);
  for (let c = 0; c < n; c++) {
    const a = lower[c]!;
    const b = upper[c]!;
    upper[c] = sine * a + cosine * b;
    lower[c] = cosine * a - sine * b;
  }
}
