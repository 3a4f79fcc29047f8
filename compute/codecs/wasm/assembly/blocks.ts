// The blocks of a deflate stream (RFC 1951). Bits are kept in one 64-bit register and refilled eight bytes at a time, so that
// several symbols are decoded between two refills.
import {
  ALONE, CODE_SHIFT, DIST_BITS, DIST_TABLE, END, HAS_LITERAL, LENGTHS, LIT_BITS, LIT_TABLE, LITERAL_SHIFT, PATTERNS, SPECIAL, STEPS,
  SUBTABLE, VALUE_SHIFT,
} from './layout';
import { PRECODE_BITS, buildDist, buildLitlen, buildPrecode } from './tables';

const OK: i32 = 0;
const DAMAGED: i32 = 1;
const CUT: i32 = 2;
const LONGER: i32 = 3;
const SHORTER: i32 = 4;

/** First byte behind the last block, when inflateBlocks gave 0. */
export let streamEnd: usize = 0;

// The state between blocks: next input byte, bits taken from before it, next output byte.
let next: usize = 0;
let bits: u64 = 0;
let held: u32 = 0;
let out: usize = 0;
/** Both tables hold the fixed codes. */
let fixed: bool = false;

export function inflateBlocks(input: usize, end: usize, output: usize, outBytes: u32): i32 {
  next = input;
  bits = 0;
  held = 0;
  out = output;
  fixed = false;
  const outEnd = output + outBytes;
  for (let last = false; !last; ) {
    // What is held is less than eight bytes: this far behind the end, the stream has been cut.
    if (next > end + 8) return CUT;
    refill();
    last = (bits & 1) != 0;
    const type = <u32>(bits >> 1) & 3;
    drop(3);
    let status: i32;
    if (type == 0) status = stored(end, outEnd);
    else {
      if (type == 3) return DAMAGED;
      status = type == 1 ? fixedTables() : dynamicTables(end);
      if (status == OK) status = symbols(end, output, outEnd);
    }
    if (status != OK) return status;
  }
  streamEnd = next - (held >> 3);
  if (streamEnd > end) return CUT;
  return out == outEnd ? OK : SHORTER;
}

/** At least 56 bits from here on; moves by seven bytes at most. Behind the end come zeros, as far as these are cleared. */
@inline
function refill(): void {
  bits |= load<u64>(next) << held;
  next += (63 - held) >> 3;
  held |= 56;
}

@inline
function drop(count: u32): void {
  bits >>= count;
  held -= count;
}

function stored(end: usize, outEnd: usize): i32 {
  // Whole bytes that were taken too early go back.
  next -= held >> 3;
  bits = 0;
  held = 0;
  if (next + 4 > end) return CUT;
  const length: u32 = load<u16>(next);
  if ((length ^ load<u16>(next, 2)) != 0xffff) return DAMAGED;
  next += 4;
  if (next + length > end) return CUT;
  if (out + length > outEnd) {
    // Whoever wants only the start has it now.
    memory.copy(out, next, outEnd - out);
    return LONGER;
  }
  memory.copy(out, next, length);
  next += length;
  out += length;
  return OK;
}

function fixedTables(): i32 {
  if (fixed) return OK;
  memory.fill(LENGTHS, 8, 144);
  memory.fill(LENGTHS + 144, 9, 112);
  memory.fill(LENGTHS + 256, 7, 24);
  memory.fill(LENGTHS + 280, 8, 8);
  buildLitlen(288);
  memory.fill(LENGTHS, 5, 32);
  buildDist(LENGTHS, 32);
  fixed = true;
  return OK;
}

/** Places of the lengths of the code of lengths, five bits each: 16 17 18 0 8 7 9 6 10 5 11 4 | 12 3 13 2 14 1 15. */
const ORDER_LOW: u64 = 16 | (17 << 5) | (18 << 10) | (0 << 15) | (8 << 20) | (7 << 25) | (9 << 30) | (6 << 35) | (10 << 40) | (5 << 45) | (11 << 50) | (4 << 55);
const ORDER_HIGH: u64 = 12 | (3 << 5) | (13 << 10) | (2 << 15) | (14 << 20) | (1 << 25) | (15 << 30);

function dynamicTables(end: usize): i32 {
  fixed = false;
  const litCount: u32 = (<u32>bits & 31) + 257;
  const distCount: u32 = (<u32>(bits >> 5) & 31) + 1;
  const precodes: u32 = (<u32>(bits >> 10) & 15) + 4;
  drop(14);
  if (litCount > 286 || distCount > 30) return DAMAGED;
  memory.fill(LENGTHS, 0, 19);
  for (let i: u32 = 0; i < precodes; i++) {
    if ((i & 7) == 0) refill();
    const place = <u32>(i < 12 ? ORDER_LOW >> (5 * i) : ORDER_HIGH >> (5 * (i - 12))) & 31;
    store<u8>(LENGTHS + place, <u8>(bits & 7));
    drop(3);
  }
  if (!buildPrecode()) return DAMAGED;

  const count = litCount + distCount;
  for (let at: u32 = 0; at < count; ) {
    if (next > end + 8) return CUT;
    refill();
    const entry = load<u32>(LIT_TABLE + ((<usize>bits & ((1 << PRECODE_BITS) - 1)) << 2));
    drop(entry & 63);
    const symbol = entry >> VALUE_SHIFT;
    if (symbol < 16) {
      store<u8>(LENGTHS + at++, <u8>symbol);
      continue;
    }
    let value: u8 = 0;
    let times: u32;
    if (symbol == 16) {
      if (at == 0) return DAMAGED;
      value = load<u8>(LENGTHS + at - 1);
      times = 3 + (<u32>bits & 3);
      drop(2);
    } else if (symbol == 17) {
      times = 3 + (<u32>bits & 7);
      drop(3);
    } else {
      times = 11 + (<u32>bits & 127);
      drop(7);
    }
    if (at + times > count) return DAMAGED;
    for (let i: u32 = 0; i < times; i++) store<u8>(LENGTHS + at++, value);
  }
  if (load<u8>(LENGTHS + 256) == 0) return DAMAGED;
  return buildLitlen(litCount) && buildDist(LENGTHS + litCount, distCount) ? OK : DAMAGED;
}

/**
 * Literals and copies up to the end of the block. May write up to 300 bytes behind outEnd before it notices, and read as far
 * behind the input as has been cleared.
 */
function symbols(end: usize, output: usize, outEnd: usize): i32 {
  let from = next;
  let buffer = bits;
  let count: u32 = held;
  let to = out;
  const litMask: usize = (1 << LIT_BITS) - 1;
  const distMask: usize = (1 << DIST_BITS) - 1;
  // `count` is right in its low six bits only: the rest of an entry is subtracted along with them.
  while (to <= outEnd) {
    if (from > end + 8) return CUT;
    buffer |= load<u64>(from) << (<u64>count & 63);
    from += (63 - (count & 63)) >> 3;
    count |= 56;
    let entry = load<u32>((<usize>buffer & litMask) << 2, LIT_TABLE);
    store<u8>(to, <u8>(entry >> LITERAL_SHIFT));
    to += (entry / HAS_LITERAL) & 1;
    let saved = buffer;
    buffer >>= <u64>entry & 63;
    count -= entry;
    if (entry & ALONE) {
      buffer |= load<u64>(from) << (<u64>count & 63);
      from += (63 - (count & 63)) >> 3;
      count |= 56;
      saved = buffer;
      entry = load<u32>((<usize>buffer & litMask) << 2, LIT_TABLE);
      store<u8>(to, <u8>(entry >> LITERAL_SHIFT));
      to += (entry / HAS_LITERAL) & 1;
      buffer >>= <u64>entry & 63;
      count -= entry;
      if (entry & ALONE) continue;
    }
    if (entry & SPECIAL) {
      if (entry & SUBTABLE) {
        saved = buffer;
        entry = load<u32>(((entry >> VALUE_SHIFT) + (<u32>buffer & ((1 << ((entry >> CODE_SHIFT) & 15)) - 1))) << 2, LIT_TABLE);
        buffer >>= <u64>entry & 63;
        count -= entry;
        if (entry & ALONE) {
          store<u8>(to++, <u8>(entry >> LITERAL_SHIFT));
          continue;
        }
      }
      if (entry & SPECIAL) {
        if ((entry & END) == 0) return DAMAGED;
        next = from;
        bits = buffer;
        held = count & 63;
        out = to;
        return to > outEnd ? LONGER : OK;
      }
    }
    const length = ((entry >> VALUE_SHIFT) & 511) + ((<u32>saved & ((1 << (entry & 63)) - 1)) >> ((entry >> CODE_SHIFT) & 15));

    entry = load<u32>((<usize>buffer & distMask) << 2, DIST_TABLE);
    if (entry & SPECIAL) {
      if ((entry & SUBTABLE) == 0) return DAMAGED;
      buffer >>= <u64>entry & 63;
      count -= entry;
      entry = load<u32>(((entry >> VALUE_SHIFT) + (<u32>buffer & ((1 << ((entry >> CODE_SHIFT) & 15)) - 1))) << 2, DIST_TABLE);
      if (entry & SPECIAL) return DAMAGED;
    }
    const distance: usize = (entry >> VALUE_SHIFT) + ((<u32>buffer & ((1 << (entry & 63)) - 1)) >> ((entry >> CODE_SHIFT) & 15));
    buffer >>= <u64>entry & 63;
    count -= entry;
    if (distance > to - output) return DAMAGED;

    const stop = to + length;
    // Copies may overlap: the first 16 bytes repeat the pattern, the rest comes from a whole number of periods before.
    const short = <u32>min(distance, 17);
    v128.store(to, i8x16.swizzle(v128.load(to - distance), v128.load(PATTERNS + (short << 4))));
    let source = to - max(distance, <usize>load<u32>(STEPS + (short << 2)));
    v128.store(to, v128.load(source, 16), 16);
    if (length > 32) {
      to += 32;
      source += 32;
      do {
        v128.store(to, v128.load(source));
        to += 16;
        source += 16;
      } while (to < stop);
    }
    to = stop;
  }
  return LONGER;
}
