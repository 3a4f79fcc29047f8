/** Dense float64 vector work on the rows of a basis; four rows at a time, so that a vector is read once for all four. */

export interface Basis {
  /** Room for `capacity` rows of `length` values, row-major. */
  readonly rows: Float64Array;
  readonly length: number;
}

export const createBasis = (capacity: number, length: number): Basis => ({ rows: new Float64Array(capacity * length), length });

export const basisRow = (basis: Basis, row: number): Float64Array =>
  basis.rows.subarray(row * basis.length, (row + 1) * basis.length);

export function norm(vector: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i]! * vector[i]!;
  return Math.sqrt(sum);
}

export function scale(vector: Float64Array, factor: number): void {
  for (let i = 0; i < vector.length; i++) vector[i]! *= factor;
}

/** overlaps[r] = row r . vector for r < count. */
export function overlapsWith(basis: Basis, count: number, vector: Float64Array, overlaps: Float64Array): void {
  let r = 0;
  for (; r + 4 <= count; r += 4) {
    const [a, b, c, d] = [basisRow(basis, r), basisRow(basis, r + 1), basisRow(basis, r + 2), basisRow(basis, r + 3)];
    let s0 = 0, s1 = 0, s2 = 0, s3 = 0;
    for (let i = 0; i < vector.length; i++) {
      const v = vector[i]!;
      s0 += a[i]! * v;
      s1 += b[i]! * v;
      s2 += c[i]! * v;
      s3 += d[i]! * v;
    }
    overlaps[r] = s0;
    overlaps[r + 1] = s1;
    overlaps[r + 2] = s2;
    overlaps[r + 3] = s3;
  }
  for (; r < count; r++) {
    const a = basisRow(basis, r);
    let s = 0;
    for (let i = 0; i < vector.length; i++) s += a[i]! * vector[i]!;
    overlaps[r] = s;
  }
}

/** vector += sign * sum over r < count of weights[r] * row r. */
export function addRows(basis: Basis, count: number, weights: Float64Array, sign: 1 | -1, vector: Float64Array): void {
  let r = 0;
  for (; r + 4 <= count; r += 4) {
    const [a, b, c, d] = [basisRow(basis, r), basisRow(basis, r + 1), basisRow(basis, r + 2), basisRow(basis, r + 3)];
    const [w0, w1, w2, w3] = [weights[r]! * sign, weights[r + 1]! * sign, weights[r + 2]! * sign, weights[r + 3]! * sign];
    for (let i = 0; i < vector.length; i++) vector[i]! += w0 * a[i]! + w1 * b[i]! + (w2 * c[i]! + w3 * d[i]!);
  }
  for (; r < count; r++) {
    const a = basisRow(basis, r);
    const w = weights[r]! * sign;
    for (let i = 0; i < vector.length; i++) vector[i]! += w * a[i]!;
  }
}

/**
 * Makes `vector` orthogonal to the first `count` rows (classical Gram-Schmidt, repeated while much is taken away) and
 * returns what remains of its length. `overlaps` receives the total of what was taken.
 */
export function orthogonalise(
  basis: Basis, count: number, vector: Float64Array, overlaps: Float64Array, once: Float64Array,
): number {
  overlaps.fill(0, 0, count);
  let before = norm(vector);
  for (let round = 0; round < 4; round++) {
    overlapsWith(basis, count, vector, once);
    addRows(basis, count, once, -1, vector);
    for (let r = 0; r < count; r++) overlaps[r]! += once[r]!;
    const after = norm(vector);
    // Half or more left: what rounding put back is below the last digit or two.
    if (after > 0.5 * before || after === 0) return after;
    before = after;
  }
  return before;
}
