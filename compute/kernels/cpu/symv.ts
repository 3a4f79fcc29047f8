/** Symmetric matrix times vector in float64: the inner loop of the eigen solver. */
import { assertLength } from '../check.ts';

/** x and y must not overlap. */
export function symv(matrix: Float64Array, n: number, x: Float64Array, y: Float64Array): void {
  assertLength(matrix, n * n, 'matrix');
  assertLength(x, n, 'x');
  assertLength(y, n, 'y');
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += matrix[i * n + j]! * x[j]!;
    y[i] = sum;
  }
}
