/**
 * The leading eigenpairs of a symmetric matrix (covariance for PCA): Lanczos where few pairs of many are wanted, a full
 * decomposition otherwise or when Lanczos fails. Deterministic: equal matrix, kernel set and seed give equal bits.
 */
import { failure } from '../../protocol/errors.ts';
import type { Arena } from './block.ts';
import { denseEigen } from './eigen.dense.ts';
import type { EigenPairs } from './eigen.dense.ts';
import { lanczos } from './eigen.lanczos.ts';
import type { KernelSet } from './kernels.ts';
import { createRandom } from '../random/random.ts';

export interface EigenOptions {
  /** Product of the matrix with a vector. */
  readonly symv: KernelSet['symv'];
  /** Arena of the same kernel set: the matrix is copied there once, not for every product. Leave out if it lies there. */
  readonly arena?: Arena;
  /** Of the random start vectors; default 0. */
  readonly seed?: number;
  /** Largest |C w - lambda w| relative to the norm of C; default 1e-9. */
  readonly tolerance?: number;
  /** Called every few hundred products with the number of pairs that have converged, of those wanted. */
  readonly report?: (convergedPairs: number, wantedPairs: number) => void;
}

export interface TopEigen {
  /** k values, descending. */
  readonly values: Float64Array;
  /** k x g, row i the unit eigenvector of values[i]. Its entry of largest absolute value is positive. */
  readonly vectors: Float64Array;
  /** Which way was taken. */
  readonly method: 'lanczos' | 'dense';
  /** Products with the matrix, those of the final check included. */
  readonly products: number;
}

type Product = (x: Float64Array, y: Float64Array) => void;

/** Up to this order a full decomposition is as fast. */
const denseOrder = 200;

/**
 * matrix: symmetric, g x g row-major, full storage, finite (checked); 1 <= k <= g. Repeated eigenvalues get all their
 * copies, with any orthonormal basis of the eigenspace. Throws `internal` when no way reaches the tolerance.
 */
export function topEigen(matrix: Float64Array, g: number, k: number, options: EigenOptions): TopEigen {
  const { arena } = options;
  if (!arena) return solve(matrix, g, k, options);
  const near = arena.float64(g * g);
  try {
    near.set(matrix.subarray(0, g * g));
    return solve(near, g, k, options);
  } finally {
    arena.release(near);
  }
}

function solve(matrix: Float64Array, g: number, k: number, options: EigenOptions): TopEigen {
  if (!(Number.isInteger(k) && k >= 1 && k <= g)) throw failure('internal', { detail: `${k} eigenpairs of a matrix of order ${g}` });
  const leastNorm = largestRowNorm(matrix, g);
  const tolerance = options.tolerance ?? 1e-9;
  let products = 0;
  const apply: Product = (x, y) => {
    products++;
    options.symv(matrix, g, x, y);
  };
  const basisRows = k + Math.max(60, k);
  if (g > denseOrder && basisRows < 0.6 * g) {
    const pairs = lanczos({
      g, k, basisRows, apply,
      random: createRandom(options.seed ?? 0),
      // The last digit is kept for what restarting neglects.
      tolerance: tolerance / 10,
      productLimit: 10 * g,
      report: (converged) => options.report?.(converged, k),
    });
    if (pairs && largestResidual(pairs, g, leastNorm, apply) <= tolerance) {
      return { ...orient(pairs, g), method: 'lanczos', products };
    }
  }
  const pairs = denseEigen(matrix, g, k);
  const residual = largestResidual(pairs, g, leastNorm, apply);
  if (!(residual <= tolerance)) {
    throw failure('internal', { detail: `eigenpairs of a matrix of order ${g} have a relative residual of ${residual}` });
  }
  options.report?.(k, k);
  return { ...orient(pairs, g), method: 'dense', products };
}

/** A lower bound of the matrix's norm. Throws when an entry is not finite (or its square is not). */
function largestRowNorm(matrix: Float64Array, g: number): number {
  let largest = 0;
  for (let i = 0; i < g; i++) {
    let square = 0;
    for (let j = 0; j < g; j++) square += matrix[i * g + j]! ** 2;
    if (!Number.isFinite(square)) throw failure('internal', { detail: `row ${i} of a ${g} x ${g} matrix is not finite` });
    largest = Math.max(largest, square);
  }
  return Math.sqrt(largest);
}

/** Largest |C w - lambda w| relative to the norm, of which `leastNorm` and every |lambda| are lower bounds. */
function largestResidual({ values, vectors }: EigenPairs, g: number, leastNorm: number, apply: Product): number {
  const product = new Float64Array(g);
  const norm = values.reduce((most, value) => Math.max(most, Math.abs(value)), leastNorm);
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const vector = vectors.subarray(i * g, (i + 1) * g);
    apply(vector, product);
    let square = 0;
    for (let c = 0; c < g; c++) square += (product[c]! - values[i]! * vector[c]!) ** 2;
    largest = Math.max(largest, Math.sqrt(square));
  }
  return largest === 0 ? 0 : largest / norm;
}

/**
 * Fixes the sign: the entry of largest absolute value is positive, the first of equals. Entries within 1e-9 of the
 * largest count as equal, so that rounding (another kernel set) does not decide.
 */
function orient(pairs: EigenPairs, g: number): EigenPairs {
  for (let i = 0; i < pairs.values.length; i++) {
    const vector = pairs.vectors.subarray(i * g, (i + 1) * g);
    const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const lead = vector.find((value) => Math.abs(value) >= largest * (1 - 1e-9))!;
    if (lead < 0) for (let c = 0; c < g; c++) vector[c] = -vector[c]!;
  }
  return pairs;
}
