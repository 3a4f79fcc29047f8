// Rows of a pack, one at a time. Every length is checked before it is used: a damaged row gives an error, never wrong numbers.
import { packedBytes, unpackCounts, unpackGaps } from './bits';
import { checkWord } from './checksum';
import {
  ALL, BLOCK, BLOCK_HEAD, FLOATS, IDS, JOB_BYTES, JOB_FACTOR, JOB_PACK, JOB_ROW_BYTES, JOB_SEED, KEPT_COLUMNS, KEPT_VALUES, KNOWN, LOGS, MORE_BITS, NARROW, PACK_COLUMNS, PACK_FLAGS, PACK_IDS, SCRATCH,
  SCRATCH_BYTES, VALUES,
} from './layout';

export { encodeRow, sumsAddress } from './encode';

const DAMAGED: i32 = -1;

/** Of the row at hand: the head of the block that comes next and where its numbers begin, the end of the row, the last id so far, and how many ids there are. */
let heads: usize = 0;
let next: usize = 0;
let end: usize = 0;
let before: u32 = 0;
let ids: u32 = 0;
/** What its ids become; see decodeRows. */
let columns: usize = 0;
let narrow: bool = false;
let all: bool = false;

export function scratchAddress(): usize {
  return SCRATCH;
}

export function scratchBytes(): usize {
  return SCRATCH_BYTES;
}

/** Bytes of a job. */
export function jobBytes(): usize {
  return JOB_BYTES;
}

/** Entries of a packed row, by its header alone. */
export function entriesOf(row: usize): u32 {
  return load<u32>(row, 4);
}

/** 1 when the check word of a row fits its bytes and its place. */
function isSound(row: usize, bytes: u32, seed: u32): i32 {
  return bytes >= 8 && load<u32>(row) == checkWord(row + 4, bytes - 4, seed) ? 1 : 0;
}

/** Entries that rows will have at most, `most` each, before they have been checked. */
export function storedRows(jobs: usize, count: u32, most: u32): u32 {
  let sum: u32 = 0;
  for (const end = jobs + <usize>count * JOB_BYTES; jobs < end; jobs += JOB_BYTES) sum += min(most, entriesOf(load<u32>(jobs)));
  return sum;
}

/**
 * Decodes the rows of so many jobs (layout.ts) one behind the other into `indices` and `values`, which have room for 127 entries
 * more than storedRows says; `indptr` gets where each begins and where the last ends. With `logs` values become float32(ln(1 + float32(value * factor))),
 * else float32(value * factor). Returns -1, else the place of the first job whose row is damaged.
 */
export function decodeRows(jobs: usize, count: u32, logs: bool, indptr: usize, indices: usize, values: usize): i32 {
  let written: u32 = 0;
  store<u32>(indptr, 0);
  for (let i: u32 = 0; i < count; i++, jobs += JOB_BYTES) {
    const entries = beginJob(jobs);
    if (entries < 0) return i;
    const kept = decodeRow(<u32>entries, load<f64>(jobs, JOB_FACTOR), logs, indices + (<usize>written << 2), values + (<usize>written << 2));
    if (kept < 0) return i;
    written += <u32>kept;
    indptr += 4;
    store<u32>(indptr, written);
  }
  return -1;
}

/** The same into a dense row of `width` columns each, zeros where there is no entry. */
export function decodeDenseRows(jobs: usize, count: u32, logs: bool, out: usize, width: u32): i32 {
  for (let i: u32 = 0; i < count; i++, jobs += JOB_BYTES, out += <usize>width << 2) {
    memory.fill(out, 0, <usize>width << 2);
    const entries = beginJob(jobs);
    if (entries < 0 || !decodeDenseRow(<u32>entries, load<f64>(jobs, JOB_FACTOR), logs, out)) return i;
  }
  return -1;
}

/** Entries written, -1 for a damaged row. */
function decodeRow(entries: u32, factor: f64, logs: bool, indices: usize, values: usize): i32 {
  let written: usize = 0;
  for (let left = entries; left > 0; ) {
    const count = min(BLOCK, left);
    left -= count;
    if (!readBlock(count, all ? values + written : VALUES, narrow ? columns : 0)) return DAMAGED;
    if (!all) {
      written += <usize>keep(count, columns, narrow, indices + written, values + written) << 2;
    } else {
      if (narrow) mapNarrow(count, indices + written);
      else mapWide(count, columns, indices + written);
      written += <usize>count << 2;
    }
  }
  if (next != end) return DAMAGED;
  if (factor != 1 || logs) scale(values, <u32>(written >> 2), factor, logs);
  return <i32>(written >> 2);
}

/** False for a damaged row. */
function decodeDenseRow(entries: u32, factor: f64, logs: bool, out: usize): bool {
  const plain = factor == 1 && !logs;
  for (let left = entries; left > 0; ) {
    const count = min(BLOCK, left);
    left -= count;
    if (!readBlock(count, VALUES, narrow ? columns : 0)) return false;
    const kept = keep(count, columns, narrow, KEPT_COLUMNS, KEPT_VALUES);
    if (!plain) scale(KEPT_VALUES, kept, factor, logs);
    for (let i: usize = 0; i < <usize>kept << 2; i += 4) store<f32>(out + (<usize>load<u32>(KEPT_COLUMNS + i) << 2), load<f32>(KEPT_VALUES + i));
  }
  return next == end;
}

/**
 * Decodes a row into `indices` and `values` in ascending order of genes. `genesOf` maps ids to genes, of which there are
 * `genes`; `bitmap` (genes bits) is all zero before and after, `counts` has room for a value per gene. Returns the entries
 * written, -1 for a damaged row.
 */
export function decodeOrdered(
  row: usize, bytes: u32, seed: u32, most: u32, genesOf: usize, genes: u32, bitmap: usize, counts: usize, indices: usize, values: usize,
): i32 {
  const entries = begin(row, bytes, seed, most);
  if (entries < 0) return DAMAGED;
  let sound = true;
  for (let left = <u32>entries; left > 0; ) {
    const count = min(BLOCK, left);
    left -= count;
    sound = readBlock(count, VALUES, 0);
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

/** Entries of the row of a job, -1 when it is not sound. */
function beginJob(job: usize): i32 {
  const pack = <usize>load<u32>(job, JOB_PACK);
  const flags = load<u32>(pack, PACK_FLAGS);
  columns = load<u32>(pack, PACK_COLUMNS);
  narrow = (flags & NARROW) != 0;
  all = (flags & ALL) != 0;
  return begin(load<u32>(job), load<u32>(job, JOB_ROW_BYTES), load<u32>(job, JOB_SEED), load<u32>(pack, PACK_IDS));
}

/** Entries of a sound row, -1 for any other. `most`: ids that there are. */
function begin(row: usize, bytes: u32, seed: u32, most: u32): i32 {
  if (isSound(row, bytes, seed) == 0) return DAMAGED;
  const entries = load<u32>(row, 4);
  const headBytes = ((entries + BLOCK - 1) / BLOCK) * BLOCK_HEAD;
  if (entries > most || <u64>headBytes + 8 > <u64>bytes) return DAMAGED;
  heads = row + 8;
  next = heads + headBytes;
  end = row + bytes;
  ids = most;
  before = -1;
  forgetLogs();
  return <i32>entries;
}

/** Ids of the next block to IDS, as addresses in a table of 16 bits at `table`, its values as float32 to `values` (128 of them are written). False when it cannot be right. */
function readBlock(count: u32, values: usize, table: usize): bool {
  const head = heads;
  heads += BLOCK_HEAD;
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
    // Rounded once: where this is done the first part has 24 bits at most, the second 8.
    store<f32>(place, load<f32>(place) + <f32>(<u32>load<u8>(at, 1) << countWidth));
  }
  before = sumGaps(steps, count, before, table);
  // Gaps of 24 bits cannot run over: the last id of the block is its largest.
  return before < ids;
}

/** Gaps to ids in place, from the id `before` the block on, each an address in a table of 16 bits; returns the last id. Behind the last one come others that mean nothing. */
function sumGaps(steps: u32, count: u32, before: u32, table: usize): u32 {
  let held = i32x4.splat(before + (<u32>table >> 1));
  const end = IDS + (<usize>steps << 4);
  for (let at = IDS; at < end; at += 64) {
    held = sumFour(at, held);
    held = sumFour(at + 16, held);
    held = sumFour(at + 32, held);
    held = sumFour(at + 48, held);
  }
  return (load<u32>(IDS + (<usize>(count - 1) << 2)) - <u32>table) >> 1;
}

@inline
function sumFour(at: usize, held: v128): v128 {
  const zero = i32x4.splat(0);
  let gaps = i32x4.add(v128.load(at), i32x4.splat(1));
  gaps = i32x4.add(gaps, i32x4.shuffle(zero, gaps, 3, 4, 5, 6));
  gaps = i32x4.add(gaps, i32x4.shuffle(zero, gaps, 2, 3, 4, 5));
  gaps = i32x4.add(gaps, held);
  v128.store(at, i32x4.shl(gaps, 1));
  return i32x4.shuffle(gaps, gaps, 3, 3, 3, 3);
}

/** Columns of the ids at hand to `to`, from the table of 16 bits they point into. */
function mapNarrow(count: u32, to: usize): void {
  let from = IDS;
  const end = from + (<usize>count << 2);
  for (; from + 28 < end; from += 32, to += 32) {
    store<u32>(to, load<u16>(load<u32>(from)));
    store<u32>(to, load<u16>(load<u32>(from, 4)), 4);
    store<u32>(to, load<u16>(load<u32>(from, 8)), 8);
    store<u32>(to, load<u16>(load<u32>(from, 12)), 12);
    store<u32>(to, load<u16>(load<u32>(from, 16)), 16);
    store<u32>(to, load<u16>(load<u32>(from, 20)), 20);
    store<u32>(to, load<u16>(load<u32>(from, 24)), 24);
    store<u32>(to, load<u16>(load<u32>(from, 28)), 28);
  }
  for (; from < end; from += 4, to += 4) store<u32>(to, load<u16>(load<u32>(from)));
}

/** The same from a table of 32 bits. */
function mapWide(count: u32, columns: usize, to: usize): void {
  for (let from = IDS, end = from + (<usize>count << 2); from < end; from += 4, to += 4) store<u32>(to, load<u32>(columns + (load<u32>(from) << 1)));
}

/** Columns and values of the block's entries that have a column. Returns their number; one more may be written. */
function keep(count: u32, columns: usize, narrow: bool, columnsTo: usize, valuesTo: usize): u32 {
  let kept: usize = 0;
  const end = <usize>count << 2;
  let i: usize = 0;
  if (narrow) {
    // Of few wanted genes most fours have none; within a four there is no branch that nobody can foretell.
    for (; i + 12 < end; i += 16) {
      const a = <u32>load<u16>(load<u32>(IDS + i));
      const b = <u32>load<u16>(load<u32>(IDS + i, 4));
      const c = <u32>load<u16>(load<u32>(IDS + i, 8));
      const d = <u32>load<u16>(load<u32>(IDS + i, 12));
      if ((a & b & c & d) == 0xffff) continue;
      kept = keepOne(i, a, 0xffff, columnsTo, valuesTo, kept);
      kept = keepOne(i + 4, b, 0xffff, columnsTo, valuesTo, kept);
      kept = keepOne(i + 8, c, 0xffff, columnsTo, valuesTo, kept);
      kept = keepOne(i + 12, d, 0xffff, columnsTo, valuesTo, kept);
    }
    for (; i < end; i += 4) kept = keepOne(i, <u32>load<u16>(load<u32>(IDS + i)), 0xffff, columnsTo, valuesTo, kept);
  } else {
    for (; i < end; i += 4) kept = keepOne(i, load<u32>(columns + (load<u32>(IDS + i) << 1)), -1, columnsTo, valuesTo, kept);
  }
  return <u32>(kept >> 2);
}

@inline
function keepOne(i: usize, column: u32, none: u32, columnsTo: usize, valuesTo: usize, kept: usize): usize {
  store<u32>(columnsTo + kept, column);
  store<u32>(valuesTo + kept, load<u32>(VALUES + i));
  return kept + (<usize>(column != none) << 2);
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
