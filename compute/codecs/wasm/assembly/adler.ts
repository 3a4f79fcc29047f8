// Adler-32 (RFC 1950): the sum of all bytes and the sum of those sums, both modulo 65,521.

const MODULUS: u32 = 65521;
/** Bytes between reductions: small enough that no sum reaches 2^32 and no column 2^15. */
const STRETCH: u32 = 4096;

export function adler32(bytes: usize, length: u32): u32 {
  let low: u32 = 1;
  let high: u32 = 0;
  while (length >= 32) {
    const stretch = min(length & ~31, STRETCH);
    // Every byte so far counts once more for each byte of the stretch.
    high += low * stretch;
    let sums = i32x4.splat(0);
    let before = i32x4.splat(0);
    let columns0 = i16x8.splat(0);
    let columns1 = i16x8.splat(0);
    let columns2 = i16x8.splat(0);
    let columns3 = i16x8.splat(0);
    for (const stop = bytes + stretch; bytes < stop; bytes += 32) {
      const a = v128.load(bytes);
      const b = v128.load(bytes, 16);
      before = i32x4.add(before, sums);
      const pairs = i16x8.add(i16x8.extadd_pairwise_i8x16_u(a), i16x8.extadd_pairwise_i8x16_u(b));
      sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(pairs));
      columns0 = i16x8.add(columns0, i16x8.extend_low_i8x16_u(a));
      columns1 = i16x8.add(columns1, i16x8.extend_high_i8x16_u(a));
      columns2 = i16x8.add(columns2, i16x8.extend_low_i8x16_u(b));
      columns3 = i16x8.add(columns3, i16x8.extend_high_i8x16_u(b));
    }
    // 4,096 bytes leave columns below 128 * 255 = 32,640, so that the signed products are exact.
    let weighted = i32x4.dot_i16x8_s(columns0, i16x8(32, 31, 30, 29, 28, 27, 26, 25));
    weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(columns1, i16x8(24, 23, 22, 21, 20, 19, 18, 17)));
    weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(columns2, i16x8(16, 15, 14, 13, 12, 11, 10, 9)));
    weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(columns3, i16x8(8, 7, 6, 5, 4, 3, 2, 1)));
    weighted = i32x4.add(weighted, i32x4.shl(before, 5));
    low = (low + total(sums)) % MODULUS;
    high = (high + total(weighted)) % MODULUS;
    length -= stretch;
  }
  for (; length > 0; length--) {
    low += load<u8>(bytes++);
    high += low;
  }
  return ((high % MODULUS) << 16) | (low % MODULUS);
}

@inline
function total(lanes: v128): u32 {
  return i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1) + i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3);
}
