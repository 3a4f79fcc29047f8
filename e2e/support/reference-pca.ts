/** Principal components the slow and plain way: dense float64 covariance, cyclic Jacobi rotations. For small matrices. */

export interface ReferencePca {
  /** Descending; divisor n. */
  readonly variance: Float64Array;
  /** One row per component, genes long. */
  readonly components: readonly Float64Array[];
  readonly mean: Float64Array;
}

/** `z` is row-major cells x genes. */
export function referencePca(z: Float64Array, genes: number): ReferencePca {
  const cells = z.length / genes;
  const mean = new Float64Array(genes);
  z.forEach((value, i) => (mean[i % genes]! += value / cells));
  const covariance = Array.from({ length: genes }, () => new Float64Array(genes));
  for (let cell = 0; cell < cells; cell++) {
    for (let a = 0; a < genes; a++) {
      const da = z[cell * genes + a]! - mean[a]!;
      for (let b = 0; b < genes; b++) covariance[a]![b]! += (da * (z[cell * genes + b]! - mean[b]!)) / cells;
    }
  }
  const vectors = Array.from({ length: genes }, (_, i) => Float64Array.from({ length: genes }, (_, j) => Number(i === j)));
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0;
    for (let p = 0; p < genes; p++) {
      for (let q = p + 1; q < genes; q++) {
        off += covariance[p]![q]! ** 2;
        rotate(covariance, vectors, p, q);
      }
    }
    if (off < 1e-28) break;
  }
  const order = [...covariance.keys()].sort((a, b) => covariance[b]![b]! - covariance[a]![a]!);
  return { variance: Float64Array.from(order, (i) => covariance[i]![i]!), components: order.map((i) => vectors[i]!), mean };
}

/** Turns axes p and q so that their covariance becomes 0; `vectors` holds one axis per row. */
function rotate(matrix: readonly Float64Array[], vectors: readonly Float64Array[], p: number, q: number): void {
  const apq = matrix[p]![q]!;
  if (apq === 0) return;
  const theta = (matrix[q]![q]! - matrix[p]![p]!) / (2 * apq);
  const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const c = 1 / Math.hypot(t, 1);
  const s = t * c;
  const turn = (x: Float64Array, i: number, y: Float64Array, j: number): void => {
    const [a, b] = [x[i]!, y[j]!];
    x[i] = c * a - s * b;
    y[j] = s * a + c * b;
  };
  for (const row of matrix) turn(row, p, row, q);
  for (let k = 0; k < matrix.length; k++) turn(matrix[p]!, k, matrix[q]!, k);
  for (let k = 0; k < matrix.length; k++) turn(vectors[p]!, k, vectors[q]!, k);
}

/** Largest difference between two lists of numbers, whichever of the two signs the second one has. */
export function gapUpToSign(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  const gap = (sign: number): number => {
    let worst = actual.length === expected.length ? 0 : Infinity;
    for (let i = 0; i < expected.length; i++) worst = Math.max(worst, Math.abs(actual[i]! - sign * expected[i]!));
    return worst;
  };
  return Math.min(gap(1), gap(-1));
}
