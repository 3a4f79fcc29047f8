// Sums of the largest values of each row. Counts are small whole numbers, so a histogram replaces sorting; what does not
// fit in it is sorted by radix on the float's bits.
import { rowIsSound } from './rows';

/** Whole values below this go into the histogram. */
const BINS: i32 = 1024;

/** Bytes the caller provides as `scratch` for rows of at most `longest` entries. */
export function topScratchBytes(longest: i32): i32 {
  return (BINS << 2) + (256 << 2) + (longest << 3);
}

/** scratch starts zeroed. Returns -1 or the first unsound row. */
export function topSums(
  indptr: usize, values: usize, rows: i32, limit: i32, tops: usize, topCount: i32, out: usize, scratch: usize,
): i32 {
  for (let row = 0; row < rows; row++) {
    const start = load<i32>(indptr + (<usize>row << 2));
    const end = load<i32>(indptr + (<usize>row << 2), 4);
    if (!rowIsSound(0, start, end, limit, -1)) return row;
    oneTopSums(values + (<usize>start << 2), end - start, tops, topCount, out + ((<usize>row * <usize>topCount) << 3), scratch);
  }
  return -1;
}

export function oneTopSums(values: usize, length: i32, tops: usize, topCount: i32, out: usize, scratch: usize): void {
  const histogram = scratch;
  const counters = scratch + (BINS << 2);
  const keys = counters + (256 << 2);
  let highest = -1;
  let others = 0;
  for (let p = 0; p < length; p++) {
    const v = load<f32>(values + (<usize>p << 2));
    const bin = <i32>v;
    if (<u32>bin < <u32>BINS && <f32>bin == v) {
      const at = histogram + (<usize>bin << 2);
      store<i32>(at, load<i32>(at) + 1);
      highest = max(highest, bin);
    } else {
      store<u32>(keys + (<usize>others << 2), ascendingKey(v));
      others++;
    }
  }
  if (others > 1) sortKeys(keys, others, keys + (<usize>length << 2), counters);
  sumFromTop(histogram, highest, keys, others, tops, topCount, out, min(length, maxTop(tops, topCount)));
  memory.fill(histogram, 0, <usize>(highest + 1) << 2);
}

/** tops ascend, so the last is the largest. */
function maxTop(tops: usize, topCount: i32): i32 {
  return topCount > 0 ? load<i32>(tops + (<usize>(topCount - 1) << 2)) : 0;
}

/** Walks both descending sequences (histogram and sorted keys) like a merge. */
export function sumFromTop(
  histogram: usize, highest: i32, sorted: usize, others: i32, tops: usize, topCount: i32, out: usize, most: i32,
): void {
  let bin = highest;
  let left = bin >= 0 ? load<i32>(histogram + (<usize>bin << 2)) : 0;
  let other = others - 1;
  let sum: f64 = 0;
  let taken = 0;
  for (let t = 0; t < topCount; t++) {
    const wanted = min(load<i32>(tops + (<usize>t << 2)), most);
    while (taken < wanted) {
      while (bin >= 0 && left == 0) {
        bin--;
        left = bin >= 0 ? load<i32>(histogram + (<usize>bin << 2)) : 0;
      }
      const next: f32 = other >= 0 ? fromKey(load<u32>(sorted + (<usize>other << 2))) : -Infinity;
      if (bin >= 0 && !(next > <f32>bin)) {
        // Whole numbers add exactly, so equal values are taken at once.
        const now = other >= 0 || sum != trunc(sum) ? 1 : min(left, wanted - taken);
        sum += <f64>bin * <f64>now;
        left -= now;
        taken += now;
      } else {
        sum += <f64>next;
        other--;
        taken++;
      }
    }
    store<f64>(out + (<usize>t << 3), sum);
  }
}

/** Unsigned keys in the order of the floats. */
// @ts-ignore: decorator
@inline
function ascendingKey(v: f32): u32 {
  const bits = reinterpret<u32>(v);
  return bits >> 31 ? ~bits : bits | 0x80000000;
}

// @ts-ignore: decorator
@inline
function fromKey(key: u32): f32 {
  return reinterpret<f32>(key >> 31 ? key & 0x7fffffff : ~key);
}

/** Ascending, four passes of eight bits; an even number, so the result is back in `keys`. */
export function sortKeys(keys: usize, count: i32, spare: usize, counters: usize): void {
  let from = keys;
  let to = spare;
  for (let shift = 0; shift < 32; shift += 8) {
    memory.fill(counters, 0, 256 << 2);
    for (let i = 0; i < count; i++) {
      const at = counters + (<usize>((load<u32>(from + (<usize>i << 2)) >> shift) & 255) << 2);
      store<i32>(at, load<i32>(at) + 1);
    }
    let before = 0;
    for (let digit = 0; digit < 256; digit++) {
      const at = counters + (<usize>digit << 2);
      const here = load<i32>(at);
      store<i32>(at, before);
      before += here;
    }
    for (let i = 0; i < count; i++) {
      const key = load<u32>(from + (<usize>i << 2));
      const at = counters + (<usize>((key >> shift) & 255) << 2);
      const place = load<i32>(at);
      store<u32>(to + (<usize>place << 2), key);
      store<i32>(at, place + 1);
    }
    const swap = from;
    from = to;
    to = swap;
  }
}
