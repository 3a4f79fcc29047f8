// Sparse rows times dense loadings, four columns to a vector. The caller pads loadings to a multiple of four columns.
import { rowIsSound } from './rows';

/** Copies genes x k loadings to genes x (vectors * 4), zeros behind column k. */
export function padLoadings(loadings: usize, genes: i32, k: i32, vectors: i32, padded: usize): void {
  const stride = <usize>vectors << 4;
  memory.fill(padded, 0, <usize>genes * stride);
  for (let g = 0; g < genes; g++) {
    memory.copy(padded + <usize>g * stride, loadings + ((<usize>g * <usize>k) << 2), <usize>k << 2);
  }
}

/** `scores` is scratch for one padded row. Returns -1 or the first unsound row. */
export function project(
  indptr: usize, indices: usize, values: usize, rows: i32, limit: i32, genes: i32,
  padded: usize, vectors: i32, offset: usize, k: i32, scores: usize, out: usize,
): i32 {
  for (let row = 0; row < rows; row++) {
    const start = load<i32>(indptr + (<usize>row << 2));
    const end = load<i32>(indptr + (<usize>row << 2), 4);
    if (!rowIsSound(indices, start, end, limit, genes)) return row;
    const ids = indices + (<usize>start << 2);
    const at = values + (<usize>start << 2);
    const stop = values + (<usize>end << 2);
    let v = 0;
    for (; v + 7 <= vectors; v += 7) columns7(ids, at, stop, padded + (<usize>v << 4), <usize>vectors << 4, scores + (<usize>v << 4));
    if (vectors - v >= 6) {
      columns6(ids, at, stop, padded + (<usize>v << 4), <usize>vectors << 4, scores + (<usize>v << 4));
      v += 6;
    }
    for (; v < vectors; v++) columns1(ids, at, stop, padded + (<usize>v << 4), <usize>vectors << 4, scores + (<usize>v << 4));
    finishRow(scores, offset, k, out + ((<usize>row * <usize>k) << 2));
  }
  return -1;
}

/** The offset is taken away in float64, so that centring loses nothing. */
export function finishRow(scores: usize, offset: usize, k: i32, out: usize): void {
  for (let c = 0; c < k; c++) {
    const score = <f64>load<f32>(scores + (<usize>c << 2)) - load<f64>(offset + (<usize>c << 3));
    store<f32>(out + (<usize>c << 2), <f32>score);
  }
}

// @ts-ignore: decorator
@inline
function plus(sum: v128, z: v128, at: usize): v128 {
  return f32x4.add(sum, f32x4.mul(z, v128.load(at)));
}

export function columns7(ids: usize, at: usize, stop: usize, base: usize, stride: usize, out: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0;
  for (; at < stop; at += 4, ids += 4) {
    const z = v128.load32_splat(at);
    const from = base + <usize>load<u32>(ids) * stride;
    s0 = plus(s0, z, from);
    s1 = plus(s1, z, from + 16);
    s2 = plus(s2, z, from + 32);
    s3 = plus(s3, z, from + 48);
    s4 = plus(s4, z, from + 64);
    s5 = plus(s5, z, from + 80);
    s6 = plus(s6, z, from + 96);
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
  v128.store(out, s4, 64);
  v128.store(out, s5, 80);
  v128.store(out, s6, 96);
}

export function columns6(ids: usize, at: usize, stop: usize, base: usize, stride: usize, out: usize): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0;
  for (; at < stop; at += 4, ids += 4) {
    const z = v128.load32_splat(at);
    const from = base + <usize>load<u32>(ids) * stride;
    s0 = plus(s0, z, from);
    s1 = plus(s1, z, from + 16);
    s2 = plus(s2, z, from + 32);
    s3 = plus(s3, z, from + 48);
    s4 = plus(s4, z, from + 64);
    s5 = plus(s5, z, from + 80);
  }
  v128.store(out, s0);
  v128.store(out, s1, 16);
  v128.store(out, s2, 32);
  v128.store(out, s3, 48);
  v128.store(out, s4, 64);
  v128.store(out, s5, 80);
}

export function columns1(ids: usize, at: usize, stop: usize, base: usize, stride: usize, out: usize): void {
  let s0 = f32x4.splat(0);
  for (; at < stop; at += 4, ids += 4) {
    s0 = plus(s0, v128.load32_splat(at), base + <usize>load<u32>(ids) * stride);
  }
  v128.store(out, s0);
}
