// Canonical Huffman codes as lookup tables (RFC 1951, 3.2.2). Codes arrive lowest bit first, so tables are indexed by the
// reversed code; they are built in order of code length, each length doubling what the shorter ones have filled.
import {
  ALONE, CODE_SHIFT, COUNTS, DIST_BITS, DIST_TABLE, END, HAS_LITERAL, LENGTHS, LIT_BITS, LIT_TABLE, LITERAL_SHIFT, SORTED, SPECIAL,
  STARTS, SUBTABLE, VALUE_SHIFT,
} from './layout';

const PRECODE: i32 = 0;
const LITLEN: i32 = 1;
const DIST: i32 = 2;

/** Lookup bits of the code that packs code lengths: all of its codes are at most 7 bits long. */
export const PRECODE_BITS: u32 = 7;

/** The code of the code lengths, built over the literal table, which is not needed yet. */
export function buildPrecode(): bool {
  return build(PRECODE, LENGTHS, 19, LIT_TABLE, PRECODE_BITS);
}

export function buildLitlen(count: u32): bool {
  if (!build(LITLEN, LENGTHS, count, LIT_TABLE, LIT_BITS)) return false;
  joinLiterals();
  return true;
}

export function buildDist(lengths: usize, count: u32): bool {
  return build(DIST, lengths, count, DIST_TABLE, DIST_BITS);
}

/** What a symbol means, without its code length. */
function meaning(kind: i32, symbol: u32): u32 {
  if (kind == PRECODE) return symbol << VALUE_SHIFT;
  if (kind == DIST) {
    if (symbol < 4) return (symbol + 1) << VALUE_SHIFT;
    if (symbol > 29) return SPECIAL;
    const extra = (symbol >> 1) - 1;
    return ((((2 | (symbol & 1)) << extra) + 1) << VALUE_SHIFT) | extra;
  }
  if (symbol < 256) return (symbol << LITERAL_SHIFT) | HAS_LITERAL | ALONE;
  if (symbol == 256) return SPECIAL | END;
  if (symbol < 265) return (symbol - 254) << VALUE_SHIFT;
  if (symbol == 285) return 258 << VALUE_SHIFT;
  if (symbol > 285) return SPECIAL;
  const extra = (symbol - 261) >> 2;
  return ((((4 | ((symbol - 261) & 3)) << extra) + 3) << VALUE_SHIFT) | extra;
}

/** Puts a literal and the length behind it in one entry, which saves a lookup and a branch that is hard to foretell. */
function joinLiterals(): void {
  // Downwards, because an entry looks up one at a smaller index, which must still be as built.
  for (let i: u32 = (1 << LIT_BITS) - 1; i > 0; i--) {
    const first = load<u32>(LIT_TABLE + (i << 2));
    if ((first & ALONE) == 0) continue;
    const used = first & 63;
    const second = load<u32>(LIT_TABLE + (i >> used << 2));
    const codeBits = used + ((second >> CODE_SHIFT) & 15);
    if ((second & (ALONE | SPECIAL)) != 0 || codeBits > LIT_BITS) continue;
    store<u32>(LIT_TABLE + (i << 2), (first & (255 << LITERAL_SHIFT)) | HAS_LITERAL | (second + used + (used << CODE_SHIFT)));
  }
}

// Only extra bits (at most 13) stand in the low bits of a meaning, so the code length can be added to both fields.
@inline
function entry(what: u32, bits: u32): u32 {
  return what + bits + (bits << CODE_SHIFT);
}

/** False when the lengths make no code that zlib would take. */
function build(kind: i32, lengths: usize, count: u32, table: usize, mainBits: u32): bool {
  memory.fill(COUNTS, 0, 64);
  for (let i: u32 = 0; i < count; i++) {
    const at = COUNTS + (<usize>load<u8>(lengths + i) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
  let left: i32 = 1;
  let longest: u32 = 0;
  let start: u32 = 0;
  store<u32>(STARTS, 0);
  for (let bits: u32 = 1; bits < 16; bits++) {
    const n = load<u32>(COUNTS + (bits << 2));
    store<u32>(STARTS + (bits << 2), start);
    start += n;
    left = (left << 1) - <i32>n;
    if (left < 0) return false;
    if (n != 0) longest = bits;
  }
  if (left > 0) {
    // The only incomplete codes allowed: one distance or symbol of one bit, or no distance at all.
    if (kind == PRECODE || longest > 1) return false;
    for (let i: u32 = 0; i < <u32>1 << mainBits; i++) store<u32>(table + (i << 2), SPECIAL | 1);
  }
  for (let symbol: u32 = 0; symbol < count; symbol++) {
    const bits = load<u8>(lengths + symbol);
    if (bits == 0) continue;
    const at = STARTS + (<usize>bits << 2);
    const place = load<u32>(at);
    store<u32>(at, place + 1);
    store<u16>(SORTED + (place << 1), <u16>symbol);
  }
  if (left > 0) {
    if (longest == 0) return true;
    const only = entry(meaning(kind, load<u16>(SORTED)), 1);
    for (let i: u32 = 0; i < <u32>1 << mainBits; i += 2) store<u32>(table + (i << 2), only);
    return true;
  }
  fill(kind, table, mainBits);
  return true;
}

function fill(kind: i32, table: usize, mainBits: u32): void {
  let code: u32 = 0;
  let next = SORTED;
  const mainSize: u32 = 1 << mainBits;
  for (let bits: u32 = 1; bits <= mainBits; bits++) {
    const half: u32 = <u32>1 << (bits - 1);
    // At one bit nothing stands in the table yet.
    if (bits > 1) memory.copy(table + (half << 2), table, half << 2);
    for (let n = load<u32>(COUNTS + (bits << 2)); n > 0; n--) {
      store<u32>(table + (code << 2), entry(meaning(kind, load<u16>(next)), bits));
      next += 2;
      code = following(code, bits);
    }
  }
  let subStart: u32 = mainSize;
  let subBits: u32 = 0;
  let prefix: u32 = 0xffffffff;
  for (let bits = mainBits + 1; bits < 16; bits++) {
    for (let n = load<u32>(COUNTS + (bits << 2)); n > 0; n--) {
      if ((code & (mainSize - 1)) != prefix) {
        prefix = code & (mainSize - 1);
        subStart += subBits == 0 ? 0 : <u32>1 << subBits;
        // As many bits as it takes until the codes from here on fill the subtable.
        subBits = bits - mainBits;
        let used = n;
        while (used < <u32>1 << subBits) {
          subBits++;
          if (mainBits + subBits > 15) return;
          used = (used << 1) + load<u32>(COUNTS + ((mainBits + subBits) << 2));
        }
        store<u32>(table + (prefix << 2), SPECIAL | SUBTABLE | (subStart << VALUE_SHIFT) | (subBits << CODE_SHIFT) | mainBits);
      }
      const what = entry(meaning(kind, load<u16>(next)), bits - mainBits);
      next += 2;
      for (let i = code >> mainBits; i < <u32>1 << subBits; i += <u32>1 << (bits - mainBits)) {
        store<u32>(table + ((subStart + i) << 2), what);
      }
      code = following(code, bits);
    }
  }
}

/** The next code of `bits` bits when both are read from the lowest bit: an increment that carries downwards. */
@inline
function following(code: u32, bits: u32): u32 {
  const ones = code ^ ((<u32>1 << bits) - 1);
  if (ones == 0) return 0;
  const bit: u32 = 0x80000000 >> clz(ones);
  return (code & (bit - 1)) | bit;
}
