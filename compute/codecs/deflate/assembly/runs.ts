// A block seen as parts: literals, then a run (a copy from one byte before, RFC 1951). 64 bytes are compared with those before
// them at a time. How often every literal and every length comes is counted on the way.
import { COUNTS, LENGTH_COUNTS, MORE_COUNTS, PARTS } from './layout';

const LONGEST: u32 = 258;

/** A part: literals in the high 23 bits, the length of the run (0: none) in the low 9. */
export const RUN_BITS: u32 = 9;

/** End of the parts that findRuns made. */
export let partsEnd: usize = PARTS;

let literals: u32 = 0;
/** Of a run: shorter ones cost less as literals. 3, 4 or 8. */
let shortest: u32 = 3;

/** Of so many stretches of 64 bytes one is looked at. */
const SAMPLED: u32 = 8;

/**
 * Looks at a part of the bytes [from, end). False when packing them is not worth the time: bytes are nearly all equally
 * frequent and hardly ever repeated. Else it is decided how short a run may be.
 */
export function worthPacking(from: usize, end: usize): bool {
  shortest = 3;
  if (end - from < 64 * SAMPLED * 16) return true;
  memory.fill(COUNTS, 0, 288 * 4 + 3 * 1024);
  let repeated: u32 = 0;
  let seen: u32 = 0;
  for (let at = from + 64; at + 64 <= end; at += 64 * SAMPLED) {
    repeated += <u32>popcnt(repeats(at));
    countLiterals(at, 64);
    seen += 64;
  }
  joinCounts();
  let most: u32 = 0;
  /** Pairs of equal bytes: the fewer, the more even. */
  let pairs: u64 = 0;
  for (let byte: usize = 0; byte < 1024; byte += 4) {
    const count = load<u32>(COUNTS + byte);
    most = max(most, count);
    pairs += <u64>count * count;
  }
  // A run and its distance take about 8 bits; so do 8 bytes of half of all, 4 of a quarter.
  if (most > seen / 3) shortest = 8;
  else if (most > seen / 6) shortest = 4;
  return repeated > seen / 32 || pairs * 256 > (<u64>seen * seen / 16) * 18;
}

/** Cuts the bytes [from, end) into parts and counts. Up to 64 bytes behind the end are read. */
export function findRuns(from: usize, end: usize): void {
  memory.fill(COUNTS, 0, 288 * 4 + 3 * 1024 + 260 * 4);
  partsEnd = PARTS;
  literals = 0;
  // The run that has not ended yet: repeats of the byte before `at`.
  let run: u32 = 0;
  for (let at = from; at < end; at += 64) {
    let same = repeats(at);
    if (at == from) same &= ~(<u64>1);
    let count: u32 = 64;
    if (end - at < 64) {
      count = <u32>(end - at);
      same &= ((<u64>1) << count) - 1;
    }
    let i: u32 = 0;
    if (run > 0) {
      i = <u32>ctz(~same);
      run += i;
      if (i == count) continue;
      endRun(at + i, run);
      run = 0;
    }
    // Repeats that reach the end of these bytes may go on in the next.
    const open = <u32>clz(~(same << (64 - count)));
    const stop = count - open;
    // Places from which enough repeats follow.
    let starts = same & (same >> 1);
    if (shortest == 3) starts &= same >> 2;
    else {
      starts &= starts >> 2;
      if (shortest == 8) starts &= starts >> 4;
    }
    if (open > 0) starts &= ((<u64>1) << stop) - 1;
    while (i < stop) {
      const ahead = starts >> i;
      if (ahead == 0) {
        countLiterals(at + i, stop - i);
        break;
      }
      const plain = <u32>ctz(ahead);
      if (plain > 0) countLiterals(at + i, plain);
      i += plain;
      const length = <u32>ctz(~(same >> i));
      addRun(length);
      i += length;
    }
    run = open;
  }
  if (run > 0) endRun(end, run);
  if (literals > 0) addPart(0);
  joinCounts();
}

/** Bit i: byte i equals the one before it. */
@inline
function repeats(at: usize): u64 {
  const a = i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(at - 1)));
  const b = i8x16.bitmask(i8x16.eq(v128.load(at, 16), v128.load(at - 1, 16)));
  const c = i8x16.bitmask(i8x16.eq(v128.load(at, 32), v128.load(at - 1, 32)));
  const d = i8x16.bitmask(i8x16.eq(v128.load(at, 48), v128.load(at - 1, 48)));
  return <u64>(<u32>a | (<u32>b << 16)) | (<u64>(<u32>c | (<u32>d << 16)) << 32);
}

/** A run of any length that ends before `end`. */
function endRun(end: usize, length: u32): void {
  while (length >= LONGEST) {
    addRun(LONGEST);
    length -= LONGEST;
  }
  if (length >= shortest) addRun(length);
  else if (length > 0) countLiterals(end - length, length);
}

@inline
function addRun(length: u32): void {
  const count = LENGTH_COUNTS + (length << 2);
  store<u32>(count, load<u32>(count) + 1);
  addPart(length);
}

@inline
function addPart(length: u32): void {
  store<u32>(partsEnd, (literals << RUN_BITS) | length);
  partsEnd += 4;
  literals = 0;
}

@inline
function countLiterals(at: usize, count: u32): void {
  literals += count;
  const end = at + count;
  for (; at + 4 <= end; at += 4) {
    const four = load<u32>(at);
    increment(COUNTS + ((four & 255) << 2));
    increment(MORE_COUNTS + (((four >> 8) & 255) << 2));
    increment(MORE_COUNTS + 1024 + (((four >> 16) & 255) << 2));
    increment(MORE_COUNTS + 2048 + ((four >> 24) << 2));
  }
  for (; at < end; at++) increment(COUNTS + (<usize>load<u8>(at) << 2));
}

@inline
function increment(count: usize): void {
  store<u32>(count, load<u32>(count) + 1);
}

function joinCounts(): void {
  for (let i: usize = 0; i < 1024; i += 16) {
    const pair = i32x4.add(v128.load(COUNTS + i), v128.load(MORE_COUNTS + i));
    v128.store(COUNTS + i, i32x4.add(pair, i32x4.add(v128.load(MORE_COUNTS + 1024 + i), v128.load(MORE_COUNTS + 2048 + i))));
  }
}
