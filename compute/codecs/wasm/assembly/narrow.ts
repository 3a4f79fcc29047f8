// 64-bit integers to 32 bits: Tahoe's gene ids are stored wider than they need to be.

/**
 * Writes the low words of `count` 64-bit integers at `from` to `to`; the two do not overlap. Returns 0 when every value
 * fits a signed 32-bit integer.
 */
export function narrow64(from: usize, count: u32, to: usize, signed: bool): i32 {
  let bad = i32x4.splat(0);
  let i: u32 = 0;
  for (; i + 4 <= count; i += 4) {
    const first = v128.load(from);
    const second = v128.load(from, 16);
    const low = v128.shuffle<i32>(first, second, 0, 2, 4, 6);
    const high = v128.shuffle<i32>(first, second, 1, 3, 5, 7);
    const sign = i32x4.shr_s(low, 31);
    // Signed values fit when the high word repeats the sign of the low one; unsigned ones when there is neither.
    bad = v128.or(bad, signed ? v128.xor(high, sign) : v128.or(high, sign));
    v128.store(to, low);
    from += 32;
    to += 16;
  }
  let rest = 0;
  for (; i < count; i++) {
    const low = load<i32>(from);
    const high = load<i32>(from, 4);
    rest |= signed ? high ^ (low >> 31) : high | (low >> 31);
    store<i32>(to, low);
    from += 8;
    to += 4;
  }
  return v128.any_true(bad) || rest != 0 ? 1 : 0;
}
