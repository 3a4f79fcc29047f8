// Rows of a pack, one at a time. Every length is checked before it is used: a damaged row gives an error, never wrong numbers.
import { packedBytes, unpackCounts, unpackGaps } from './bits';
import { checkWord } from './checksum';
import { BLOCK, BLOCK_HEAD, FLOATS, IDS, KEPT_PLACES, KEPT_VALUES, KNOWN, LOGS, MORE_BITS, SCRATCH, SCRATCH_BYTES, VALUES } from './layout';

export { encodeRow, sumsAddress } from './encode';

const DAMAGED: i32 = -1;

/** Where the block that follows the one at hand begins, and the last id so far. */
let next: usize = 0;
let before: u32 = 0;

export function scratchAddress(): usize {
  return SCRATCH;
}

export function scratchBytes(): usize {
  return SCRATCH_BYTES;
}

/** Entries of a packed row, by its header alone. */
export function entriesOf(row: usize): u32 {
  return load<u32>(row, 4);
}

/** 1 when the check word of a row fits its bytes and its place. */
export function isSound(row: usize, bytes: u32, seed: u32): i32 {
  return bytes >= 8 && load<u32>(row) == checkWord(row + 4, bytes - 4, seed) ? 1 : 0;
}

/**
 * Decodes a row into `indices` and `values`, which have room for 127 entries more than the row has. `columns` maps ids to
 * columns, of 16 bits when `narrow`, else 32; `wanted` has a bit per id, 0 leaves an entry out, or is 0 when all are wanted. With `logs` values become float32(ln(1 + float32(value * factor))),
 * else float32(value * factor). Returns the entries written, -1 for a damaged row.
 */
export function decodeSparse(
  row: usize, bytes: u32, seed: u32, ids: u32, columns: usize, narrow: bool, wanted: usize, factor: f64, logs: bool, indices: usize, values: usize,
): i32 {
  const all = wanted == 0;
  const entries = begin(row, bytes, seed, ids);
  if (entries < 0) return DAMAGED;
  const end = row + bytes;
  let heads = row + 8;
  let written: u32 = 0;
  for (let left = <u32>entries; left > 0; heads += BLOCK_HEAD) {
    const count = min(BLOCK, left);
    left -= count;
    const here = values + (<usize>written << 2);
    if (!readBlock(heads, count, end, ids, all ? here : VALUES)) return DAMAGED;
    const to = indices + (<usize>written << 2);
    const kept = all ? count : keep(count, wanted, here);
    const places = all ? IDS : KEPT_PLACES;
    if (narrow) mapNarrow(places, kept, columns, to);
    else mapWide(places, kept, columns, to);
    written += kept;
  }
  if (next != end) return DAMAGED;
  if (factor != 1 || logs) scale(values, written, factor, logs);
  return <i32>written;
}

/** The same into a row of `width` columns at `out`, zeros where there is no entry. Returns 0, or -1 for a damaged row. */
export function decodeDense(
  row: usize, bytes: u32, seed: u32, ids: u32, columns: usize, narrow: bool, wanted: usize, factor: f64, logs: bool, out: usize, width: u32,
): i32 {
  memory.fill(out, 0, <usize>width << 2);
  const entries = begin(row, bytes, seed, ids);
  if (entries < 0) return DAMAGED;
  const end = row + bytes;
  const plain = factor == 1 && !logs;
  let heads = row + 8;
  for (let left = <u32>entries; left > 0; heads += BLOCK_HEAD) {
    const count = min(BLOCK, left);
    left -= count;
    if (!readBlock(heads, count, end, ids, VALUES)) return DAMAGED;
    const kept = keep(count, wanted, KEPT_VALUES);
    if (!plain) scale(KEPT_VALUES, kept, factor, logs);
    for (let i: usize = 0; i < <usize>kept << 2; i += 4) {
      const place = load<u32>(KEPT_PLACES + i);
      const column = narrow ? <u32>load<u16>(columns + place) : load<u32>(columns + (place << 1));
      store<f32>(out + (<usize>column << 2), load<f32>(KEPT_VALUES + i));
    }
  }
  return next == end ? 0 : DAMAGED;
}

/**
 * Decodes a row into `indices` and `values` in ascending order of genes. `genesOf` maps ids to genes, of which there are
 * `genes`; `bitmap` (genes bits) is all zero before and after, `counts` has room for a value per gene. Returns the entries
 * written, -1 for a damaged row.
 */
export function decodeOrdered(
  row: usize, bytes: u32, seed: u32, ids: u32, genesOf: usize, genes: u32, bitmap: usize, counts: usize, indices: usize, values: usize,
): i32 {
  const entries = begin(row, bytes, seed, ids);
  if (entries < 0) return DAMAGED;
  const end = row + bytes;
  let heads = row + 8;
  let sound = true;
  for (let left = <u32>entries; left > 0; heads += BLOCK_HEAD) {
    const count = min(BLOCK, left);
    left -= count;
    sound = readBlock(heads, count, end, ids, VALUES);
    if (!sound) break;
    for (let i: usize = 0; i < <usize>count << 2; i += 4) {
      const gene = load<u32>(genesOf + (load<u32>(IDS + i) << 1));
      const word = bitmap + ((<usize>gene >> 6) << 3);
      store<u64>(word, load<u64>(word) | (<u64>1 << (<u64>gene & 63)));
      store<f32>(counts + (<usize>gene << 2), load<f32>(VALUES + i));
    }
  }
  let written: usize = 0;
  const words = (<usize>genes + 63) >> 6;
  for (let word: usize = 0; word < words; word++) {
    let bits = load<u64>(bitmap + (word << 3));
    if (bits == 0) continue;
    store<u64>(bitmap + (word << 3), 0);
    for (; bits != 0; bits &= bits - 1) {
      const gene = (<u32>word << 6) | <u32>ctz(bits);
      store<u32>(indices + written, gene);
      store<f32>(values + written, load<f32>(counts + (<usize>gene << 2)));
      written += 4;
    }
  }
  return sound && next == end ? <i32>(written >> 2) : DAMAGED;
}

/** Entries of a sound row, -1 for any other. */
function begin(row: usize, bytes: u32, seed: u32, ids: u32): i32 {
  if (isSound(row, bytes, seed) == 0) return DAMAGED;
  const entries = load<u32>(row, 4);
  const heads = ((entries + BLOCK - 1) / BLOCK) * BLOCK_HEAD;
  if (entries > ids || <u64>heads + 8 > <u64>bytes) return DAMAGED;
  next = row + 8 + heads;
  before = -1;
  forgetLogs();
  return <i32>entries;
}

/** Ids of a block, times two, to IDS, its values as float32 to `values` (128 of them are written). False when it cannot be right. */
function readBlock(head: usize, count: u32, end: usize, ids: u32, values: usize): bool {
  const steps = (count + 3) >> 2;
  const gapWidth = <u32>load<u8>(head);
  const countWidth = <u32>load<u8>(head, 1);
  const moreGaps = <u32>load<u8>(head, 2);
  const moreCounts = <u32>load<u8>(head, 3);
  const floats = countWidth == FLOATS;
  if (gapWidth > (moreGaps > 0 ? 24 - MORE_BITS : 24) || countWidth > (floats ? FLOATS : moreCounts > 0 ? 24 : 32)) return false;
  const gapBytes = packedBytes(steps, gapWidth);
  const countBytes = floats ? count << 2 : packedBytes(steps, countWidth);
  let at = next;
  next = at + gapBytes + countBytes + ((moreGaps + moreCounts) << 1);
  if (next > end) return false;
  unpackGaps(at, gapWidth, IDS);
  at += gapBytes;
  if (floats) memory.copy(values, at, countBytes);
  else unpackCounts(at, countWidth, values);
  at += countBytes;
  // Each: the place of a number in its block, and the bits it has beyond the width.
  for (let i: u32 = 0; i < moreGaps; i++, at += 2) {
    const place = IDS + ((<usize>load<u8>(at) & 127) << 2);
    store<u32>(place, load<u32>(place) | (<u32>load<u8>(at, 1) << gapWidth));
  }
  for (let i: u32 = 0; i < moreCounts; i++, at += 2) {
    const place = values + ((<usize>load<u8>(at) & 127) << 2);
    // Exact: where this is done the first part has 24 bits at most.
    store<f32>(place, <f32>(<f64>load<f32>(place) + <f64>(<u64>load<u8>(at, 1) << countWidth)));
  }
  before = sumGaps(steps, count, before);
  // Gaps of 24 bits cannot run over: the last id of the block is its largest.
  return before < ids;
}

/** Gaps to ids in place, each times two (a place in a table of 16 bits), from the id `before` the block on; returns the last id. */
function sumGaps(steps: u32, count: u32, before: u32): u32 {
  let held = i32x4.splat(before);
  const one = i32x4.splat(1);
  const zero = i32x4.splat(0);
  const end = IDS + (<usize>steps << 4);
  for (let at = IDS; at < end; at += 16) {
    let gaps = i32x4.add(v128.load(at), one);
    gaps = i32x4.add(gaps, i32x4.shuffle(zero, gaps, 3, 4, 5, 6));
    gaps = i32x4.add(gaps, i32x4.shuffle(zero, gaps, 2, 3, 4, 5));
    gaps = i32x4.add(gaps, held);
    v128.store(at, i32x4.shl(gaps, 1));
    held = i32x4.shuffle(gaps, gaps, 3, 3, 3, 3);
  }
  return load<u32>(IDS + (<usize>(count - 1) << 2)) >> 1;
}

/** Columns of `count` places to `to`, from a table of 16 bits: half the cache. Two at a time. */
function mapNarrow(from: usize, count: u32, columns: usize, to: usize): void {
  const end = from + (<usize>count << 2);
  for (; from + 28 < end; from += 32, to += 32) {
    store<u64>(to, twoColumns(from, columns));
    store<u64>(to, twoColumns(from + 8, columns), 8);
    store<u64>(to, twoColumns(from + 16, columns), 16);
    store<u64>(to, twoColumns(from + 24, columns), 24);
  }
  for (; from < end; from += 4, to += 4) store<u32>(to, <u32>load<u16>(columns + load<u32>(from)));
}

@inline
function twoColumns(from: usize, columns: usize): u64 {
  const places = load<u64>(from);
  return <u64>load<u16>(columns + <usize><u32>places) | (<u64>load<u16>(columns + <usize>(places >> 32)) << 32);
}

/** The same from a table of 32 bits. */
function mapWide(from: usize, count: u32, columns: usize, to: usize): void {
  for (const end = from + (<usize>count << 2); from < end; from += 4, to += 4) store<u32>(to, load<u32>(columns + (load<u32>(from) << 1)));
}

/** Places of the block's entries that are wanted to KEPT_PLACES, their values to `valuesTo`. Returns their number. */
function keep(count: u32, wanted: usize, valuesTo: usize): u32 {
  let kept: usize = 0;
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    const place = load<u32>(IDS + i);
    if (((<u32>load<u8>(wanted + (place >> 4)) >> ((place >> 1) & 7)) & 1) == 0) continue;
    store<u32>(KEPT_PLACES + kept, place);
    store<f32>(valuesTo + kept, load<f32>(VALUES + i));
    kept += 4;
  }
  return <u32>(kept >> 2);
}

/** Below zero: not known for this row yet. */
function forgetLogs(): void {
  const none = f32x4.splat(-1);
  for (let at = LOGS; at < LOGS + (<usize>KNOWN << 2); at += 16) v128.store(at, none);
}

function scale(values: usize, count: u32, factor: f64, logs: bool): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    const value = load<f32>(values + i);
    // The last bits of value + 2^23 are the whole number nearest to it; anything else gives a large one, or is not equal.
    const small = reinterpret<u32>(value + 8388608) - 0x4b000000;
    let large: f32;
    if (small < KNOWN && <f32>small == value) {
      const place = LOGS + (<usize>small << 2);
      large = load<f32>(place);
      if (large < 0) store<f32>(place, (large = scaled(value, factor, logs)));
    } else {
      large = scaled(value, factor, logs);
    }
    store<f32>(values + i, large);
  }
}

function scaled(value: f32, factor: f64, logs: bool): f32 {
  const large = <f32>(<f64>value * factor);
  return logs ? <f32>Math.log1p(<f64>large) : large;
}
