// A block of up to 128 whole numbers in as many bits each as suit most of them, and what a few have beyond that. Nearly all blocks
// have numbers of 15 bits at most: these are counted and looked for among 16-bit copies, eight at a time.
import { packBits, packedBytes } from './bits';
import { BLOCK, MORE_BITS } from './layout';

/** Bits of the largest of numbers that were put together with `or`. */
@inline
export function widestOf(bits: v128): u32 {
  return 32 - <u32>clz(i32x4.extract_lane(bits, 0) | i32x4.extract_lane(bits, 1) | i32x4.extract_lane(bits, 2) | i32x4.extract_lane(bits, 3));
}

/** Numbers with more bits have no exact 16-bit copy. */
const SMALL_BITS: u32 = 15;

/** 128 numbers as 16-bit copies; larger ones become the largest. */
export function narrowBlock(from: usize, small: usize): void {
  for (const end = small + (<usize>BLOCK << 1); small < end; small += 32, from += 64) {
    v128.store(small, i16x8.narrow_i32x4_s(v128.load(from), v128.load(from, 16)));
    v128.store(small, i16x8.narrow_i32x4_s(v128.load(from, 32), v128.load(from, 48)), 16);
  }
}

/**
 * The width that makes a block smallest: numbers with more bits cost two bytes each and may have 8 more; none has where the
 * largest has more than `most`. Behind the last of `steps` fours there must be zeros up to 128 numbers.
 */
export function bestWidth(from: usize, small: usize, widest: u32, steps: u32, most: u32): u32 {
  if (widest > most) return widest;
  let best = widest;
  let bestBytes = packedBytes(steps, widest);
  for (let width = widest; width > 0 && widest - width < MORE_BITS; ) {
    width--;
    const larger = (widest > SMALL_BITS ? largerThan(from, steps, (1 << width) - 1) : largerSmall(small, <i16>((<i32>1 << width) - 1))) << 1;
    // With fewer bits there will be still more of them.
    if (larger >= bestBytes) break;
    const bytes = packedBytes(steps, width) + larger;
    if (bytes < bestBytes) {
      best = width;
      bestBytes = bytes;
    }
  }
  return best;
}

/** Packs the low bits of the numbers; returns the end. */
export function writePacked(from: usize, steps: u32, width: u32, out: usize): usize {
  packBits(from, steps, width, out);
  return out + packedBytes(steps, width);
}

/** Writes what numbers have beyond `width`; returns how many there are. */
export function writeMore(from: usize, small: usize, widest: u32, width: u32, steps: u32, out: usize): u32 {
  if (widest <= width) return 0;
  if (widest > SMALL_BITS) return writeLarge(from, steps, width, out);
  const limit = i16x8.splat(<i16>((<i32>1 << width) - 1));
  const half = writeHalf(from, above(small, limit), 0, width, out);
  return <u32>(writeHalf(from + 256, above(small + 128, limit), 64, width, half) - out) >> 1;
}

function largerSmall(small: usize, limit: i16): u32 {
  const most = i16x8.splat(limit);
  let some = i16x8.splat(0);
  let more = i16x8.splat(0);
  for (const end = small + (<usize>BLOCK << 1); small < end; small += 64) {
    some = i16x8.sub(some, i16x8.gt_s(v128.load(small), most));
    more = i16x8.sub(more, i16x8.gt_s(v128.load(small, 16), most));
    some = i16x8.sub(some, i16x8.gt_s(v128.load(small, 32), most));
    more = i16x8.sub(more, i16x8.gt_s(v128.load(small, 48), most));
  }
  return sumOf(i32x4.extadd_pairwise_i16x8_s(i16x8.add(some, more)));
}

function largerThan(from: usize, steps: u32, limit: u32): u32 {
  const most = i32x4.splat(limit);
  let count = i32x4.splat(0);
  for (const end = from + (<usize>steps << 4); from < end; from += 16) count = i32x4.sub(count, i32x4.gt_s(v128.load(from), most));
  return sumOf(count);
}

@inline
function sumOf(lanes: v128): u32 {
  return i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1) + i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3);
}

/** A bit for each of 64 numbers, 1 where it is larger. */
@inline
function above(small: usize, limit: v128): u64 {
  return <u64>sixteen(small, limit) | (<u64>sixteen(small + 32, limit) << 16) | (<u64>sixteen(small + 64, limit) << 32) | (<u64>sixteen(small + 96, limit) << 48);
}

@inline
function sixteen(small: usize, limit: v128): u32 {
  return <u32>i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.gt_s(v128.load(small), limit), i16x8.gt_s(v128.load(small, 16), limit)));
}

/** Place and high bits of the numbers with a bit; returns the end. */
@inline
function writeHalf(from: usize, bits: u64, place: u32, width: u32, out: usize): usize {
  for (; bits != 0; bits &= bits - 1, out += 2) {
    const at = <u32>ctz(bits);
    store<u16>(out, <u16>(place + at) | <u16>((load<u32>(from + (<usize>at << 2)) >> width) << 8));
  }
  return out;
}

function writeLarge(from: usize, steps: u32, width: u32, out: usize): u32 {
  let more: u32 = 0;
  for (let place: u32 = 0; place < steps << 2; place++) {
    const high = load<u32>(from + (<usize>place << 2)) >> width;
    if (high == 0) continue;
    store<u8>(out + (<usize>more << 1), <u8>place);
    store<u8>(out + (<usize>more << 1), <u8>high, 1);
    more++;
  }
  return more;
}
