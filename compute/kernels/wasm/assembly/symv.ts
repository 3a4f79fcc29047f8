// Symmetric matrix times vector in float64. Only the upper triangle is read (half the memory traffic, which is the
// cost): four rows at a time give their own sums and their share of the later ones.

export function symv(matrix: usize, n: i32, x: usize, y: usize): void {
  memory.fill(y, 0, <usize>n << 3);
  let i = 0;
  for (; i + 4 <= n; i += 4) fourRows(matrix, n, i, x, y);
  for (; i < n; i++) {
    oneRow(matrix + ((<usize>i * <usize>n + <usize>i) << 3), n - i, x + (<usize>i << 3), y + (<usize>i << 3));
  }
}

/** `row` starts at the diagonal; x and y at the row's own entry. */
export function oneRow(row: usize, length: i32, x: usize, y: usize): void {
  const own = load<f64>(x);
  let sum = load<f64>(row) * own;
  for (let j = 1; j < length; j++) {
    const at = <usize>j << 3;
    const entry = load<f64>(row + at);
    sum += entry * load<f64>(x + at);
    store<f64>(y + at, load<f64>(y + at) + entry * own);
  }
  store<f64>(y, load<f64>(y) + sum);
}

export function fourRows(matrix: usize, n: i32, i: i32, x: usize, y: usize): void {
  const stride = <usize>n << 3;
  const row0 = matrix + <usize>i * stride;
  // The 4 x 4 block on the diagonal and, when the rest has odd length, one more column.
  let j = i + 4 + ((n - i) & 1);
  for (let r = 0; r < 4; r++) {
    const column = <usize>(i + r) << 3;
    oneRow(row0 + <usize>r * stride + column, j - i - r, x + column, y + column);
  }
  const row1 = row0 + stride;
  const row2 = row1 + stride;
  const row3 = row2 + stride;
  const own = x + (<usize>i << 3);
  const x0 = v128.load64_splat(own);
  const x1 = v128.load64_splat(own, 8);
  const x2 = v128.load64_splat(own, 16);
  const x3 = v128.load64_splat(own, 24);
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (let at = <usize>j << 3; at < stride; at += 16) {
    const xj = v128.load(x + at);
    const a0 = v128.load(row0 + at);
    const a1 = v128.load(row1 + at);
    const a2 = v128.load(row2 + at);
    const a3 = v128.load(row3 + at);
    s0 = f64x2.add(s0, f64x2.mul(a0, xj));
    s1 = f64x2.add(s1, f64x2.mul(a1, xj));
    s2 = f64x2.add(s2, f64x2.mul(a2, xj));
    s3 = f64x2.add(s3, f64x2.mul(a3, xj));
    const left = f64x2.add(f64x2.mul(a0, x0), f64x2.mul(a1, x1));
    const right = f64x2.add(f64x2.mul(a2, x2), f64x2.mul(a3, x3));
    v128.store(y + at, f64x2.add(v128.load(y + at), f64x2.add(left, right)));
  }
  const out = y + (<usize>i << 3);
  store<f64>(out, load<f64>(out) + lanes(s0));
  store<f64>(out, load<f64>(out, 8) + lanes(s1), 8);
  store<f64>(out, load<f64>(out, 16) + lanes(s2), 16);
  store<f64>(out, load<f64>(out, 24) + lanes(s3), 24);
}

// @ts-ignore: decorator
@inline
function lanes(v: v128): f64 {
  return f64x2.extract_lane(v, 0) + f64x2.extract_lane(v, 1);
}
