// One row into its packed form: check word, number of entries, a head per block of 128, then per block the gaps between ids and
// the counts less one, each in as many bits as suit most of them, and what a few have beyond that.
import { checkWord } from './checksum';
import { BLOCK, BLOCK_HEAD, FLOATS, IDS, MORE_BITS, SMALL_COUNTS, SMALL_GAPS, SUMS, VALUES } from './layout';
import { bestWidth, narrowBlock, widestOf, writeMore, writePacked } from './numbers';
import { beginKeys, MOST_COUNT, MOST_IDS, putKey, sortKeys } from './sort';

const TWICE: i32 = -1;
const FRACTION: i32 = -2;
const OUTSIDE: i32 = -3;
const LEFT_OUT: u32 = 1 << 30;
/** Of a near rank: the rank says more. */
const FLAGGED: u32 = 0xffff;

/** Where the row encoded last left its sum, that of its mitochondrial genes (float64), the number of its genes, and 1 if they came in ascending order without zeros (uint32). */
export function sumsAddress(): usize {
  return SUMS;
}

/**
 * Entries (indices, values) of a row, in any order, packed at `to`; returns the bytes, or -1 a gene given twice, -2 a value that
 * is no count, where these are not allowed, -3 a gene outside the list. `ranks` maps genes to ids; bit 31 marks mitochondrial
 * genes, bit 30 genes that are left out (they still enter the sums). `nearRanks`: the same in 16 bits, so that most lie near the
 * processor; all bits set for a gene with one of these marks. `bitmap` (genes bits, whole 64-bit words) is all zero before
 * and after; `counts` has room for a value per gene, `list` for two numbers per gene and 32 more. `fractions`: values that are no
 * counts are kept as float32.
 */
export function encodeRow(
  indices: usize, values: usize, entries: u32, ranks: usize, nearRanks: usize, genes: u32, bitmap: usize, counts: usize, list: usize, to: usize, seed: u32, fractions: bool,
): i32 {
  const sum = genes <= MOST_IDS ? plainSum(indices, values, entries, genes) : -1;
  if (sum >= 0) return <i32>writePlain(list, plainKeys(indices, values, entries, ranks, nearRanks, list, sum), entries, to, seed);
  const kept = placeAny(indices, values, entries, ranks, genes, bitmap, counts, fractions);
  if (kept < 0) {
    memory.fill(bitmap, 0, ((<usize>genes + 63) >> 6) << 3);
    return kept;
  }
  return <i32>writeAny(<u32>kept, bitmap, counts, list, to, seed);
}

/** The sum of a row as nearly all are: genes of the list in ascending order, values that are counts of 16 bits (sums of these are exact in any order). Else -1. */
function plainSum(indices: usize, values: usize, entries: u32, genes: u32): f64 {
  const zero = f32x4.splat(0);
  const most = f32x4.splat(MOST_COUNT);
  let plain = i32x4.splat(-1);
  let sums = f64x2.splat(0);
  let more = f64x2.splat(0);
  let at: usize = 0;
  // Each with the gene behind it: the last four are looked at singly.
  for (const end = <usize>entries << 2; at + 20 <= end; at += 16) {
    const value = v128.load(values + at);
    plain = v128.and(plain, i32x4.lt_u(v128.load(indices + at), v128.load(indices + at, 4)));
    plain = v128.and(plain, v128.and(f32x4.eq(value, f32x4.trunc(value)), v128.and(f32x4.gt(value, zero), f32x4.le(value, most))));
    sums = f64x2.add(sums, f64x2.promote_low_f32x4(value));
    more = f64x2.add(more, f64x2.promote_low_f32x4(i32x4.shuffle(value, value, 2, 3, 2, 3)));
  }
  if (!i32x4.all_true(plain)) return -1;
  sums = f64x2.add(sums, more);
  let sum = f64x2.extract_lane(sums, 0) + f64x2.extract_lane(sums, 1);
  for (const end = <usize>entries << 2; at < end; at += 4) {
    const value = load<f32>(values + at);
    if (!isCount(value) || value > MOST_COUNT || (at + 4 < end && load<u32>(indices + at) >= load<u32>(indices + at, 4))) return -1;
    sum += value;
  }
  return entries == 0 || load<u32>(indices + (<usize>(entries - 1) << 2)) < genes ? sum : -1;
}

@inline
function isCount(value: f32): bool {
  return value > 0 && value < 4294967296.0 && value == trunc(value);
}

/** Keys of a plain row to `keys`; returns how many genes are not left out. */
function plainKeys(indices: usize, values: usize, entries: u32, ranks: usize, nearRanks: usize, keys: usize, sum: f64): u32 {
  let to = keys;
  let mito: f64 = 0;
  beginKeys();
  for (let at: usize = 0; at < <usize>entries << 2; at += 4) {
    const value = load<f32>(values + at);
    const gene = <usize>load<u32>(indices + at);
    let id = <u32>load<u16>(nearRanks + (gene << 1));
    if (id == FLAGGED) {
      id = load<u32>(ranks + (gene << 2));
      if (id >> 31) mito += value;
      if (id & LEFT_OUT) continue;
    }
    putKey(id, value, to);
    to += 4;
  }
  keepSums(sum, mito, entries, true);
  return <u32>(to - keys) >> 2;
}

/** Writes the row of so many keys, of room for `entries`. */
function writePlain(keys: usize, kept: u32, entries: u32, to: usize, seed: u32): u32 {
  sortKeys(keys, keys + (<usize>entries << 2) + 16, kept);
  beginRow(kept, to);
  const one = i32x4.splat(1);
  const counts = i32x4.splat(0xffff);
  let before = i32x4.splat(-1);
  for (let left = kept; left > 0; keys += <usize>BLOCK << 2) {
    const filled = min(BLOCK, left);
    left -= filled;
    const steps = beginBlock(filled);
    // What fills the last four has neither gap nor count.
    for (let i: usize = <usize>filled << 2; i < <usize>steps << 4; i += 4) store<u32>(keys + i, ((load<u32>(keys + i - 4) >> 16) + 1) << 16);
    let gapBits = i32x4.splat(0);
    let countBits = i32x4.splat(0);
    for (let at: usize = 0; at < <usize>steps << 4; at += 16) {
      const key = v128.load(keys + at);
      const ids = i32x4.shr_u(key, 16);
      const gaps = i32x4.sub(i32x4.sub(ids, i32x4.shuffle(before, ids, 3, 4, 5, 6)), one);
      const less = v128.and(key, counts);
      v128.store(IDS + at, gaps);
      v128.store(VALUES + at, less);
      gapBits = v128.or(gapBits, gaps);
      countBits = v128.or(countBits, less);
      before = ids;
    }
    closeBlock(steps, gapBits, countBits, 0, filled);
  }
  return endRow(to, seed);
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

/** Of the row being written: the head of its next block, and the end so far. */
let head: usize = 0;
let out: usize = 0;

function beginRow(kept: u32, to: usize): void {
  store<u32>(to, kept, 4);
  head = to + 8;
  out = head + <usize>((kept + BLOCK - 1) / BLOCK) * BLOCK_HEAD;
}

/** Bytes of the row. */
function endRow(to: usize, seed: u32): u32 {
  const bytes = <u32>(out - to);
  store<u32>(to, checkWord(to + 4, bytes - 4, seed));
  return bytes;
}

/** Fours of a block of so many numbers; behind them there are zeros. */
function beginBlock(filled: u32): u32 {
  const steps = (filled + 3) >> 2;
  if (filled < BLOCK) {
    memory.fill(IDS + (<usize>steps << 4), 0, (<usize>BLOCK << 2) - (<usize>steps << 4));
    memory.fill(VALUES + (<usize>steps << 4), 0, (<usize>BLOCK << 2) - (<usize>steps << 4));
  }
  return steps;
}

/** Writes a block of gaps at IDS and of counts less one at VALUES, or of the values at `raw` where that is not 0. */
function closeBlock(steps: u32, gapBits: v128, countBits: v128, raw: usize, filled: u32): void {
  const widestGap = widestOf(gapBits);
  const widestCount = widestOf(countBits);
  narrowBlock(IDS, SMALL_GAPS);
  const gapWidth = bestWidth(IDS, SMALL_GAPS, widestGap, steps, 24 - MORE_BITS);
  out = writePacked(IDS, steps, gapWidth, out);
  let countWidth = FLOATS;
  if (raw != 0) {
    memory.copy(out, raw, <usize>filled << 2);
    out += <usize>filled << 2;
  } else {
    narrowBlock(VALUES, SMALL_COUNTS);
    countWidth = bestWidth(VALUES, SMALL_COUNTS, widestCount, steps, 24);
    out = writePacked(VALUES, steps, countWidth, out);
  }
  const moreGaps = gapWidth >= 24 - MORE_BITS ? 0 : writeMore(IDS, SMALL_GAPS, widestGap, gapWidth, steps, out);
  out += <usize>moreGaps << 1;
  const moreCounts = countWidth >= 24 ? 0 : writeMore(VALUES, SMALL_COUNTS, widestCount, countWidth, steps, out);
  out += <usize>moreCounts << 1;
  store<u8>(head, <u8>gapWidth);
  store<u8>(head, <u8>countWidth, 1);
  store<u8>(head, <u8>moreGaps, 2);
  store<u8>(head, <u8>moreCounts, 3);
  head += BLOCK_HEAD;
}

/** Writes a row of any ids and values, from the bitmap of its ids and its values by id. */
function writeAny(kept: u32, bitmap: usize, counts: usize, list: usize, to: usize, seed: u32): u32 {
  // The id before the first one lies before the others; values behind all ids and what their last word wrote beyond.
  let ids = list + 4;
  let raw = ids + (<usize>kept << 2) + 64;
  store<u32>(list, -1);
  listIds(kept, bitmap, ids);
  for (let at: usize = 0; at < <usize>kept << 2; at += 4) store<f32>(raw + at, load<f32>(counts + (<usize>load<u32>(ids + at) << 2)));
  beginRow(kept, to);
  for (let left = kept; left > 0; ids += <usize>BLOCK << 2, raw += <usize>BLOCK << 2) {
    const filled = min(BLOCK, left);
    left -= filled;
    const steps = beginBlock(filled);
    // What fills the last four has neither gap nor count.
    for (let at: usize = <usize>filled << 2; at < <usize>steps << 4; at += 4) {
      store<u32>(ids + at, load<u32>(ids + at - 4) + 1);
      store<f32>(raw + at, 1);
    }
    const one = i32x4.splat(1);
    let gapBits = i32x4.splat(0);
    let countBits = i32x4.splat(0);
    let whole = i32x4.splat(-1);
    for (let at: usize = 0; at < <usize>steps << 4; at += 16) {
      const gaps = i32x4.sub(i32x4.sub(v128.load(ids + at), v128.load(ids + at - 4)), one);
      v128.store(IDS + at, gaps);
      gapBits = v128.or(gapBits, gaps);
      const value = v128.load(raw + at);
      whole = v128.and(whole, v128.and(f32x4.eq(value, f32x4.trunc(value)), v128.and(f32x4.gt(value, f32x4.splat(0)), f32x4.lt(value, f32x4.splat(4294967296.0)))));
      const less = i32x4.sub(i32x4.trunc_sat_f32x4_u(value), one);
      v128.store(VALUES + at, less);
      countBits = v128.or(countBits, less);
    }
    closeBlock(steps, gapBits, countBits, i32x4.all_true(whole) ? 0 : raw, filled);
  }
  return endRow(to, seed);
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
