// One row into its packed form: check word, number of entries, a head per block of 128, then per block the gaps between ids and
// the counts less one, each in as many bits as suit most of them, and what a few have beyond that.
import { packBits, packedBytes } from './bits';
import { checkWord } from './checksum';
import { BLOCK, BLOCK_HEAD, FLOATS, IDS, MORE_BITS, SUMS, VALUES } from './layout';

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
 * genes, bit 30 genes that are left out (they still enter the sums). `bitmap` (genes bits, whole 64-bit words) is all zero before
 * and after; `counts` has room for a value per gene, `list` for two numbers per gene and 32 more. `fractions`: values that are no
 * counts are kept as float32.
 */
export function encodeRow(
  indices: usize, values: usize, entries: u32, ranks: usize, genes: u32, bitmap: usize, counts: usize, list: usize, to: usize, seed: u32, fractions: bool,
): i32 {
  const sum = plainSum(indices, values, entries, genes);
  const kept = sum >= 0 ? placePlain(indices, values, entries, ranks, bitmap, counts, sum) : placeAny(indices, values, entries, ranks, genes, bitmap, counts, fractions);
  if (kept < 0) {
    memory.fill(bitmap, 0, ((<usize>genes + 63) >> 6) << 3);
    return kept;
  }
  return <i32>writeRow(<u32>kept, bitmap, counts, list, to, seed);
}

/** The sum of a row as nearly all are: genes of the list in ascending order, values that are counts (sums of these are exact in any order). Else -1. */
function plainSum(indices: usize, values: usize, entries: u32, genes: u32): f64 {
  const zero = f32x4.splat(0);
  const most = f32x4.splat(4294967296.0);
  let plain = i32x4.splat(-1);
  let sums = f64x2.splat(0);
  let more = f64x2.splat(0);
  let at: usize = 0;
  // Each with the gene behind it: the last four are looked at singly.
  for (const end = <usize>entries << 2; at + 20 <= end; at += 16) {
    const value = v128.load(values + at);
    plain = v128.and(plain, i32x4.lt_u(v128.load(indices + at), v128.load(indices + at, 4)));
    plain = v128.and(plain, v128.and(f32x4.eq(value, f32x4.trunc(value)), v128.and(f32x4.gt(value, zero), f32x4.lt(value, most))));
    sums = f64x2.add(sums, f64x2.promote_low_f32x4(value));
    more = f64x2.add(more, f64x2.promote_low_f32x4(i32x4.shuffle(value, value, 2, 3, 2, 3)));
  }
  if (!i32x4.all_true(plain)) return -1;
  sums = f64x2.add(sums, more);
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (const end = <usize>entries << 2; at < end; at += 4) {
    const value = load<f32>(values + at);
    if (!isCount(value) || (at + 4 < end && load<u32>(indices + at) >= load<u32>(indices + at, 4))) return -1;
    sum += value;
  }
  return entries == 0 || load<u32>(indices + (<usize>(entries - 1) << 2)) < genes ? sum : -1;
}

@inline
function isCount(value: f32): bool {
  return value > 0 && value < 4294967296.0 && value == trunc(value);
}

/** Entries to their places by id; the row has been looked at. Returns how many are kept. */
function placePlain(indices: usize, values: usize, entries: u32, ranks: usize, bitmap: usize, counts: usize, sum: f64): i32 {
  let kept: u32 = 0;
  let mito: f64 = 0;
  for (let at: usize = 0; at < <usize>entries << 2; at += 4) {
    const value = load<f32>(values + at);
    const rank = load<u32>(ranks + (<usize>load<u32>(indices + at) << 2));
    if (rank >> 31) mito += value;
    if (rank & LEFT_OUT) continue;
    place(rank & (LEFT_OUT - 1), value, bitmap, counts);
    kept++;
  }
  keepSums(sum, mito, entries, true);
  return <i32>kept;
}

@inline
function place(id: u32, value: f32, bitmap: usize, counts: usize): bool {
  const word = bitmap + ((<usize>id >> 6) << 3);
  const bit = <u64>1 << (<u64>id & 63);
  const held = load<u64>(word);
  store<u64>(word, held | bit);
  store<f32>(counts + (<usize>id << 2), value);
  return (held & bit) == 0;
}

/** The same for any row, each entry looked at in turn; below 0: what is wrong. */
function placeAny(indices: usize, values: usize, entries: u32, ranks: usize, genes: u32, bitmap: usize, counts: usize, fractions: bool): i32 {
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
    if (gene >= genes) return OUTSIDE;
    if (!fractions && !isCount(value)) return FRACTION;
    const rank = load<u32>(ranks + (<usize>gene << 2));
    sum += value;
    if (rank >> 31) mito += value;
    detected++;
    if (rank & LEFT_OUT) continue;
    if (!place(rank & (LEFT_OUT - 1), value, bitmap, counts)) return TWICE;
    kept++;
  }
  keepSums(sum, mito, detected, ordered);
  return <i32>kept;
}

function keepSums(sum: f64, mito: f64, detected: u32, ordered: bool): void {
  store<f64>(SUMS, sum);
  store<f64>(SUMS, mito, 8);
  store<u32>(SUMS, detected, 16);
  store<u32>(SUMS, <u32>ordered, 20);
}

function writeRow(kept: u32, bitmap: usize, counts: usize, list: usize, to: usize, seed: u32): u32 {
  // The id before the first one lies before the others; values behind all ids and what their last word wrote beyond.
  const ids = list + 4;
  const raw = ids + (<usize>kept << 2) + 64;
  store<u32>(list, -1);
  listIds(kept, bitmap, ids);
  for (let at: usize = 0; at < <usize>kept << 2; at += 4) store<f32>(raw + at, load<f32>(counts + (<usize>load<u32>(ids + at) << 2)));
  store<u32>(to, kept, 4);
  let head = to + 8;
  let out = head + <usize>((kept + BLOCK - 1) / BLOCK) * BLOCK_HEAD;
  for (let done: u32 = 0; done < kept; done += BLOCK, head += BLOCK_HEAD) out = closeBlock(head, out, min(BLOCK, kept - done), list + (<usize>done << 2), raw + (<usize>done << 2));
  const bytes = <u32>(out - to);
  store<u32>(to, checkWord(to + 4, bytes - 4, seed));
  return bytes;
}

/** Ids of the bits set, which are cleared. Four a word are written whether there are so many or not: no branch that nobody can foretell. */
function listIds(kept: u32, bitmap: usize, ids: usize): void {
  const end = ids + (<usize>kept << 2);
  for (let first: u32 = 0; ids < end; first += 64, bitmap += 8) {
    let bits = load<u64>(bitmap);
    const next = ids + (<usize>popcnt(bits) << 2);
    store<u64>(bitmap, 0);
    for (let at = ids; ; at += 16) {
      store<u32>(at, first + <u32>ctz(bits));
      bits &= bits - 1;
      store<u32>(at, first + <u32>ctz(bits), 4);
      bits &= bits - 1;
      store<u32>(at, first + <u32>ctz(bits), 8);
      bits &= bits - 1;
      store<u32>(at, first + <u32>ctz(bits), 12);
      bits &= bits - 1;
      if (bits == 0) break;
    }
    ids = next;
  }
}

/** A block of values, and of ids with the one before them first, to `out`, its head to `head`; returns the end. */
function closeBlock(head: usize, out: usize, filled: u32, ids: usize, raw: usize): usize {
  const steps = (filled + 3) >> 2;
  // What fills the last step has neither gap nor count.
  for (let i = filled; i < steps << 2; i++) {
    store<u32>(ids + (<usize>i << 2), load<u32>(ids + (<usize>i << 2)) + 1, 4);
    store<f32>(raw + (<usize>i << 2), 1);
  }
  const one = i32x4.splat(1);
  let gapBits = i32x4.splat(0);
  let countBits = i32x4.splat(0);
  let whole = i32x4.splat(-1);
  for (let at: usize = 0; at < <usize>steps << 4; at += 16) {
    const gaps = i32x4.sub(i32x4.sub(v128.load(ids + at, 4), v128.load(ids + at)), one);
    v128.store(IDS + at, gaps);
    gapBits = v128.or(gapBits, gaps);
    const value = v128.load(raw + at);
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
    memory.copy(out, raw, <usize>filled << 2);
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
