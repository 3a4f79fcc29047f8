// One row into its packed form: check word, number of entries, a head per block of 128, then per block the gaps between ids and
// the counts less one, each in as many bits as suit most of them, and what a few have beyond that.
import { packBits, packedBytes } from './bits';
import { checkWord } from './checksum';
import { BLOCK, BLOCK_HEAD, FLOATS, IDS, MORE_BITS, PLAIN_IDS, RAW, SUMS, VALUES } from './layout';

const TWICE: i32 = -1;
const FRACTION: i32 = -2;
const OUTSIDE: i32 = -3;
const LEFT_OUT: u32 = 1 << 30;

/** Where the row encoded last left its sum, that of its mitochondrial genes (float64), the number of its genes, and 1 if they came in ascending order without zeros (uint32). */
export function sumsAddress(): usize {
  return SUMS;
}

/**
 * Entries (indices, values) of a row, in any order, packed at `to`; returns the bytes, or -1 a gene given twice, -2 a value that
 * is no count, where these are not allowed, -3 a gene outside the list. `ranks` maps genes to ids; bit 31 marks mitochondrial
 * genes, bit 30 genes that are left out (they still enter the sums). `bitmap` (genes bits) is all zero before and after;
 * `counts` has room for a value per gene. `fractions`: values that are no counts are kept as float32.
 */
export function encodeRow(
  indices: usize, values: usize, entries: u32, ranks: usize, genes: u32, bitmap: usize, counts: usize, to: usize, seed: u32, fractions: bool,
): i32 {
  let problem: i32 = 0;
  let kept: u32 = 0;
  let detected: u32 = 0;
  let sum: f64 = 0;
  let mito: f64 = 0;
  let ordered = true;
  let last: i64 = -1;
  for (let i: u32 = 0; i < entries; i++) {
    const gene = load<u32>(indices + (<usize>i << 2));
    const value = load<f32>(values + (<usize>i << 2));
    ordered = ordered && value != 0 && <i64>gene > last;
    last = <i64>gene;
    if (value == 0) continue;
    if (gene >= genes) {
      problem = OUTSIDE;
      break;
    }
    if (!fractions && !(value > 0 && value < 4294967296.0 && value == trunc(value))) {
      problem = FRACTION;
      break;
    }
    const rank = load<u32>(ranks + (<usize>gene << 2));
    sum += value;
    if (rank >> 31) mito += value;
    detected++;
    if (rank & LEFT_OUT) continue;
    const id = rank & (LEFT_OUT - 1);
    const word = bitmap + ((<usize>id >> 6) << 3);
    const bit = <u64>1 << (<u64>id & 63);
    const held = load<u64>(word);
    if (held & bit) {
      problem = TWICE;
      break;
    }
    store<u64>(word, held | bit);
    store<f32>(counts + (<usize>id << 2), value);
    kept++;
  }
  if (problem != 0) {
    memory.fill(bitmap, 0, ((<usize>genes + 63) >> 6) << 3);
    return problem;
  }
  store<f64>(SUMS, sum);
  store<f64>(SUMS, mito, 8);
  store<u32>(SUMS, detected, 16);
  store<u32>(SUMS, <u32>ordered, 20);
  return <i32>writeRow(kept, genes, bitmap, counts, to, seed);
}

function writeRow(kept: u32, genes: u32, bitmap: usize, counts: usize, to: usize, seed: u32): u32 {
  store<u32>(to, kept, 4);
  let head = to + 8;
  let out = head + <usize>((kept + BLOCK - 1) / BLOCK) * BLOCK_HEAD;
  let left = kept;
  let filled: usize = 0;
  // The id before the first one.
  store<u32>(PLAIN_IDS, -1);
  for (let word: usize = 0; left > 0; word++) {
    let bits = load<u64>(bitmap + (word << 3));
    if (bits == 0) continue;
    store<u64>(bitmap + (word << 3), 0);
    left -= <u32>popcnt(bits);
    for (; bits != 0; bits &= bits - 1) {
      const id = (<u32>word << 6) | <u32>ctz(bits);
      store<u32>(PLAIN_IDS + filled, id, 4);
      store<f32>(RAW + filled, load<f32>(counts + (<usize>id << 2)));
      filled += 4;
      if (filled < BLOCK << 2) continue;
      out = closeBlock(head, out, BLOCK);
      head += BLOCK_HEAD;
      filled = 0;
      store<u32>(PLAIN_IDS, id);
    }
  }
  if (filled > 0) out = closeBlock(head, out, <u32>(filled >> 2));
  const bytes = <u32>(out - to);
  store<u32>(to, checkWord(to + 4, bytes - 4, seed));
  return bytes;
}

/** The block of ids and values at hand to `out`, its head to `head`; returns the end. */
function closeBlock(head: usize, out: usize, filled: u32): usize {
  const steps = (filled + 3) >> 2;
  // What fills the last step has neither gap nor count.
  for (let i = filled; i < steps << 2; i++) {
    store<u32>(PLAIN_IDS + (<usize>i << 2), load<u32>(PLAIN_IDS + (<usize>i << 2)) + 1, 4);
    store<f32>(RAW + (<usize>i << 2), 1);
  }
  const one = i32x4.splat(1);
  let gapBits = i32x4.splat(0);
  let countBits = i32x4.splat(0);
  let whole = i32x4.splat(-1);
  for (let at: usize = 0; at < <usize>steps << 4; at += 16) {
    const gaps = i32x4.sub(i32x4.sub(v128.load(PLAIN_IDS + at, 4), v128.load(PLAIN_IDS + at)), one);
    v128.store(IDS + at, gaps);
    gapBits = v128.or(gapBits, gaps);
    const value = v128.load(RAW + at);
    whole = v128.and(whole, v128.and(f32x4.eq(value, f32x4.trunc(value)), v128.and(f32x4.gt(value, f32x4.splat(0)), f32x4.lt(value, f32x4.splat(4294967296.0)))));
    const less = i32x4.sub(i32x4.trunc_sat_f32x4_u(value), one);
    v128.store(VALUES + at, less);
    countBits = v128.or(countBits, less);
  }
  const gapWidth = bestWidth(IDS, gapBits, steps, 24 - MORE_BITS);
  packBits(IDS, steps, gapWidth, out);
  out += packedBytes(steps, gapWidth);
  const floats = !i32x4.all_true(whole);
  let countWidth = FLOATS;
  if (floats) {
    memory.copy(out, RAW, <usize>filled << 2);
    out += <usize>filled << 2;
  } else {
    countWidth = bestWidth(VALUES, countBits, steps, 24);
    packBits(VALUES, steps, countWidth, out);
    out += packedBytes(steps, countWidth);
  }
  const moreGaps = gapWidth >= 24 - MORE_BITS ? 0 : writeMore(IDS, steps, gapWidth, out);
  out += <usize>moreGaps << 1;
  const moreCounts = countWidth >= 24 ? 0 : writeMore(VALUES, steps, countWidth, out);
  out += <usize>moreCounts << 1;
  store<u8>(head, <u8>gapWidth);
  store<u8>(head, <u8>countWidth, 1);
  store<u8>(head, <u8>moreGaps, 2);
  store<u8>(head, <u8>moreCounts, 3);
  return out;
}

/**
 * The width that makes a block smallest: numbers with more bits cost two bytes each and may have 8 more; none has where the
 * largest has more than `most`. `bits`: of all numbers.
 */
function bestWidth(from: usize, bits: v128, steps: u32, most: u32): u32 {
  const widest: u32 = 32 - <u32>clz(i32x4.extract_lane(bits, 0) | i32x4.extract_lane(bits, 1) | i32x4.extract_lane(bits, 2) | i32x4.extract_lane(bits, 3));
  if (widest > most) return widest;
  let best = widest;
  let bestBytes = packedBytes(steps, widest);
  for (let width = widest; width > 0 && widest - width < MORE_BITS; ) {
    width--;
    const larger = largerThan(from, steps, (1 << width) - 1) << 1;
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

function largerThan(from: usize, steps: u32, limit: u32): u32 {
  const most = i32x4.splat(limit);
  let count = i32x4.splat(0);
  for (const end = from + (<usize>steps << 4); from < end; from += 16) count = i32x4.sub(count, i32x4.gt_s(v128.load(from), most));
  return i32x4.extract_lane(count, 0) + i32x4.extract_lane(count, 1) + i32x4.extract_lane(count, 2) + i32x4.extract_lane(count, 3);
}

/** Writes what numbers have beyond `width`; returns how many there are. */
function writeMore(from: usize, steps: u32, width: u32, out: usize): u32 {
  let more: u32 = 0;
  for (let step: u32 = 0; step < steps; step++) {
    const four = from + (<usize>step << 4);
    if (!v128.any_true(i32x4.shr_u(v128.load(four), width))) continue;
    for (let lane: u32 = 0; lane < 4; lane++) {
      const high = load<u32>(four + (<usize>lane << 2)) >> width;
      if (high == 0) continue;
      store<u8>(out + (<usize>more << 1), <u8>((step << 2) | lane));
      store<u8>(out + (<usize>more << 1), <u8>high, 1);
      more++;
    }
  }
  return more;
}
