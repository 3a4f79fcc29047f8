// Soundness of rows, value checks and per-row statistics.

/** True when entries [start, end) lie within `limit` and name genes below `genes` (-1 as genes skips the ids). */
export function rowIsSound(indices: usize, start: i32, end: i32, limit: i32, genes: i32): bool {
  if (start < 0 || end < start || end > limit) return false;
  if (genes == -1) return true;
  let at = indices + (<usize>start << 2);
  const stop = indices + (<usize>end << 2);
  let most = i32x4.splat(0);
  for (; at + 16 <= stop; at += 16) most = i32x4.max_u(most, v128.load(at));
  // Unsigned maxima: a negative id counts as very large.
  most = i32x4.max_u(most, i32x4.shuffle(most, most, 2, 3, 0, 1));
  most = i32x4.max_u(most, i32x4.shuffle(most, most, 1, 0, 3, 2));
  let largest = <u32>i32x4.extract_lane(most, 0);
  for (; at < stop; at += 4) {
    const id = load<u32>(at);
    largest = id > largest ? id : largest;
  }
  return start == end || largest < <u32>genes;
}

/** Writes first positions (-1 when none) of not finite, negative and fractional values to found[0..3). */
export function checkValues(values: usize, start: i32, end: i32, found: usize): void {
  store<i32>(found, -1);
  store<i32>(found, -1, 4);
  store<i32>(found, -1, 8);
  let seenFraction = i32x4.splat(0);
  let p = start;
  const zero = f32x4.splat(0);
  const infinity = f32x4.splat(Infinity);
  for (; p + 4 <= end; p += 4) {
    const v = v128.load(values + (<usize>p << 2));
    const fine = v128.and(f32x4.ge(v, zero), f32x4.lt(v, infinity));
    const whole = v128.or(f32x4.eq(v, f32x4.trunc(v)), seenFraction);
    if (!i32x4.all_true(v128.and(fine, whole))) {
      checkOne(values, p, found);
      checkOne(values, p + 1, found);
      checkOne(values, p + 2, found);
      checkOne(values, p + 3, found);
      if (load<i32>(found, 8) >= 0) seenFraction = i32x4.splat(-1);
    }
  }
  for (; p < end; p++) checkOne(values, p, found);
}

export function checkOne(values: usize, p: i32, found: usize): void {
  const v = load<f32>(values + (<usize>p << 2));
  if (!(abs(v) < f32.MAX_VALUE || abs(v) == f32.MAX_VALUE)) {
    if (load<i32>(found) < 0) store<i32>(found, p);
  } else {
    if (v < 0 && load<i32>(found, 4) < 0) store<i32>(found, p, 4);
    if (v != trunc(v) && load<i32>(found, 8) < 0) store<i32>(found, p, 8);
  }
}

/** Returns -1, or the first row that is not sound (rows before it are done). */
export function rowStats(
  indptr: usize, indices: usize, values: usize, rows: i32, limit: i32,
  flags: usize, genes: i32, total: usize, detected: usize, flagged: usize,
): i32 {
  for (let row = 0; row < rows; row++) {
    const start = load<i32>(indptr + (<usize>row << 2));
    const end = load<i32>(indptr + (<usize>row << 2), 4);
    if (!rowIsSound(indices, start, end, limit, genes)) return row;
    oneRowStats(
      indices, values, start, end, flags,
      total + (<usize>row << 3), detected + (<usize>row << 2), flagged + (<usize>row << 3),
    );
  }
  return -1;
}

export function oneRowStats(
  indices: usize, values: usize, start: i32, end: i32, flags: usize, total: usize, detected: usize, flagged: usize,
): void {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let nonzero = i32x4.splat(0);
  let marked: f64 = 0;
  let idAt = indices + (<usize>start << 2);
  let at = values + (<usize>start << 2);
  const stop = values + (<usize>end << 2);
  const zero = f32x4.splat(0);
  for (; at + 16 <= stop; at += 16, idAt += 16) {
    const v = v128.load(at);
    low = f64x2.add(low, f64x2.promote_low_f32x4(v));
    high = f64x2.add(high, f64x2.promote_low_f32x4(i32x4.shuffle(v, v, 2, 3, 2, 3)));
    // A true lane is -1.
    nonzero = i32x4.sub(nonzero, f32x4.ne(v, zero));
    const f0 = load<u8>(flags + load<u32>(idAt));
    const f1 = load<u8>(flags + load<u32>(idAt, 4));
    const f2 = load<u8>(flags + load<u32>(idAt, 8));
    const f3 = load<u8>(flags + load<u32>(idAt, 12));
    if (f0 | f1 | f2 | f3) {
      if (f0 == 1) marked += <f64>load<f32>(at);
      if (f1 == 1) marked += <f64>load<f32>(at, 4);
      if (f2 == 1) marked += <f64>load<f32>(at, 8);
      if (f3 == 1) marked += <f64>load<f32>(at, 12);
    }
  }
  const both = f64x2.add(low, high);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  let count = i32x4.extract_lane(nonzero, 0) + i32x4.extract_lane(nonzero, 1)
    + i32x4.extract_lane(nonzero, 2) + i32x4.extract_lane(nonzero, 3);
  for (; at < stop; at += 4, idAt += 4) {
    const v = load<f32>(at);
    sum += <f64>v;
    if (v != 0) count++;
    if (load<u8>(flags + load<u32>(idAt)) == 1) marked += <f64>v;
  }
  store<f64>(total, sum);
  store<i32>(detected, count);
  store<f64>(flagged, marked);
}
