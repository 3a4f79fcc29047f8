// One row into its packed form: check word, number of entries, a head per block of 128, then per block the gaps between ids and
// the counts less one, each in as many bits as suit most of them, and what a few have beyond that.
import { packBits, packedBytes } from './bits';
import { checkWord } from './checksum';
import { BLOCK, BLOCK_HEAD, FLOATS, IDS, MORE_BITS, RAW, SUMS, TALLY_BYTES, TALLY_COUNTS, TALLY_GAPS, VALUES } from './layout';

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
  let filled: u32 = 0;
  let before: u32 = -1;
  let floats = false;
  clearTallies();
  const words = (<usize>genes + 63) >> 6;
  for (let word: usize = 0; left > 0; word++) {
    let bits = load<u64>(bitmap + (word << 3));
    if (bits == 0) continue;
    store<u64>(bitmap + (word << 3), 0);
    for (; bits != 0; bits &= bits - 1) {
      const id = (<u32>word << 6) | <u32>ctz(bits);
      const gap = id - before - 1;
      before = id;
      const value = load<f32>(counts + (<usize>id << 2));
      const whole = value > 0 && value < 4294967296.0 && value == trunc(value);
      const less = whole ? <u32>value - 1 : 0;
      floats = floats || !whole;
      const at = <usize>filled << 2;
      store<u32>(IDS + at, gap);
      store<u32>(VALUES + at, less);
      store<f32>(RAW + at, value);
      count(TALLY_GAPS, gap, filled);
      count(TALLY_COUNTS, less, filled);
      filled++;
      left--;
      if (filled == BLOCK || left == 0) {
        out = closeBlock(head, out, filled, floats);
        head += BLOCK_HEAD;
        filled = 0;
        floats = false;
        clearTallies();
      }
    }
  }
  const bytes = <u32>(out - to);
  store<u32>(to, checkWord(to + 4, bytes - 4, seed));
  return bytes;
}

function clearTallies(): void {
  memory.fill(TALLY_GAPS, 0, TALLY_BYTES);
  memory.fill(TALLY_COUNTS, 0, TALLY_BYTES);
}

/** Four tallies side by side, so that equal numbers in a row need not wait for one another. */
@inline
function count(tally: usize, value: u32, place: u32): void {
  const at = tally + (<usize>(32 - <u32>clz(value)) << 4) + (<usize>(place & 3) << 2);
  store<u32>(at, load<u32>(at) + 1);
}

/** The width that makes a block smallest: numbers with more bits cost two bytes each and may have 8 more, none from `most` bits on. */
function bestWidth(tally: usize, values: u32, steps: u32, most: u32): u32 {
  const widest: u32 = 32 - <u32>clz(values);
  if (widest > most) return widest;
  let best = widest;
  let bestBytes = packedBytes(steps, widest);
  let larger: u32 = 0;
  for (let width = widest; width > 0 && widest - width < MORE_BITS; ) {
    const four = v128.load(tally + (<usize>width << 4));
    larger += i32x4.extract_lane(four, 0) + i32x4.extract_lane(four, 1) + i32x4.extract_lane(four, 2) + i32x4.extract_lane(four, 3);
    width--;
    const bytes = packedBytes(steps, width) + (larger << 1);
    if (bytes < bestBytes) {
      best = width;
      bestBytes = bytes;
    }
  }
  return best;
}

/** Writes what numbers have beyond `width`; returns how many there are. */
function writeMore(from: usize, filled: u32, width: u32, out: usize): u32 {
  let more: u32 = 0;
  for (let i: u32 = 0; i < filled; i++) {
    const high = load<u32>(from + (<usize>i << 2)) >> width;
    if (high == 0) continue;
    store<u8>(out + (<usize>more << 1), <u8>i);
    store<u8>(out + (<usize>more << 1), <u8>high, 1);
    more++;
  }
  return more;
}

function allBits(from: usize, filled: u32): u32 {
  let bits: u32 = 0;
  for (let i: usize = 0; i < <usize>filled << 2; i += 4) bits |= load<u32>(from + i);
  return bits;
}

function closeBlock(head: usize, out: usize, filled: u32, floats: bool): usize {
  const steps = (filled + 3) >> 2;
  for (let i = filled; i < steps << 2; i++) {
    store<u32>(IDS + (<usize>i << 2), 0);
    store<u32>(VALUES + (<usize>i << 2), 0);
  }
  const gapWidth = bestWidth(TALLY_GAPS, allBits(IDS, filled), steps, 24 - MORE_BITS);
  packBits(IDS, steps, gapWidth, out);
  out += packedBytes(steps, gapWidth);
  let countWidth = FLOATS;
  if (floats) {
    memory.copy(out, RAW, <usize>filled << 2);
    out += <usize>filled << 2;
  } else {
    countWidth = bestWidth(TALLY_COUNTS, allBits(VALUES, filled), steps, 24);
    packBits(VALUES, steps, countWidth, out);
    out += packedBytes(steps, countWidth);
  }
  const moreGaps = gapWidth >= 24 - MORE_BITS ? 0 : writeMore(IDS, filled, gapWidth, out);
  out += <usize>moreGaps << 1;
  const moreCounts = floats || countWidth >= 24 ? 0 : writeMore(VALUES, filled, countWidth, out);
  out += <usize>moreCounts << 1;
  store<u8>(head, <u8>gapWidth);
  store<u8>(head, <u8>countWidth, 1);
  store<u8>(head, <u8>moreGaps, 2);
  store<u8>(head, <u8>moreCounts, 3);
  return out;
}
