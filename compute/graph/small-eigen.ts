/** Eigenvectors of matrices of a few rows by cyclic Jacobi rotations: the projected problem of the spectral start. */

const sweeps = 30;

/** Eigenvalues, descending, and vectors (columns, same order) of a symmetric size x size matrix. */
export function smallEigen(matrix: Float64Array, size: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice();
  const v = new Float64Array(size * size);
  for (let i = 0; i < size; i++) v[i * size + i] = 1;
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        const off = (a[p * size + q]! + a[q * size + p]!) / 2;
        if (Math.abs(off) < 1e-300) continue;
        const theta = (a[q * size + q]! - a[p * size + p]!) / (2 * off);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const cos = 1 / Math.sqrt(t * t + 1);
        const sin = t * cos;
        turn(a, size, p, q, cos, sin);
        turn(v, size, p, q, cos, sin);
        for (let i = 0; i < size; i++) {
          const x = a[p * size + i]!;
          const y = a[q * size + i]!;
          a[p * size + i] = cos * x - sin * y;
          a[q * size + i] = sin * x + cos * y;
        }
      }
    }
  }
  const rank = Array.from({ length: size }, (_, i) => i).sort((i, j) => a[j * size + j]! - a[i * size + i]!);
  const vectors = new Float64Array(size * size);
  rank.forEach((from, to) => { for (let i = 0; i < size; i++) vectors[i * size + to] = v[i * size + from]!; });
  return { values: Float64Array.from(rank, (i) => a[i * size + i]!), vectors };
}

/** Rotates columns p and q. */
function turn(m: Float64Array, size: number, p: number, q: number, cos: number, sin: number): void {
  for (let i = 0; i < size; i++) {
    const x = m[i * size + p]!;
    const y = m[i * size + q]!;
    m[i * size + p] = cos * x - sin * y;
    m[i * size + q] = sin * x + cos * y;
  }
}
