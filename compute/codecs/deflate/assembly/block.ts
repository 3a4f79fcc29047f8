// One block of a deflate stream: with a code made for it, or stored as it is where that takes no more room.
import {
  BITS, CODES, COUNTS, LENGTH_COUNTS, LENGTH_EXTRA, LENGTH_SYMBOL, PARTS, RUN_CODES, SENT, SENT_BITS, SENT_CODES, SENT_COUNTS, SYMBOLS,
} from './layout';
import { assignCodes, codeLengths } from './huffman';
import { RUN_BITS, findRuns, partsEnd, worthPacking } from './runs';

/** Four literals and the seven bits before them fit one register. */
const MOST_BITS: u32 = 14;
const END: u32 = 256;
/** Codes of two distances, one bit each, though only the first is used: some decoders want a complete code. */
const DISTANCES: u32 = 2;

/** Next output byte, bits not written yet and how many: less than eight between two writes. */
let out: usize = 0;
let bits: u64 = 0;
let held: u32 = 0;

export function beginBits(output: usize): void {
  out = output;
  bits = 0;
  held = 0;
}

/** Fills up the last byte; where the next one goes. */
export function endBits(): usize {
  if (held > 0) store<u8>(out++, <u8>bits);
  bits = 0;
  held = 0;
  return out;
}

/** At most 56 bits. */
@inline
function put(value: u64, count: u32): void {
  bits |= value << held;
  held += count;
  store<u64>(out, bits);
  out += held >> 3;
  bits >>= held & ~7;
  held &= 7;
}

@inline
function putCode(code: u32): void {
  put(code & 0xffffff, code >> 24);
}

/** Once per instance: the symbol of every length and its extra bits (RFC 1951, 3.2.5). */
export function prepareLengths(): void {
  for (let length: u32 = 3; length <= 258; length++) {
    let symbol = length - 3;
    let extra: u32 = 0;
    if (length == 258) symbol = 28;
    else if (length > 10) {
      extra = 29 - clz(length - 3);
      symbol = (extra << 2) + ((length - 3) >> extra);
    }
    store<u8>(LENGTH_SYMBOL + length, <u8>symbol);
    store<u8>(LENGTH_EXTRA + length, <u8>extra);
  }
}

/** The bytes [from, end): one at least, BLOCK at most. */
export function putBlock(from: usize, end: usize, last: bool): void {
  const length = <u32>(end - from);
  if (!worthPacking(from, end)) {
    putStored(from, length, last);
    return;
  }
  findRuns(from, end);
  let cost = countLengths();
  store<u32>(COUNTS + (END << 2), 1);
  codeLengths(COUNTS, SYMBOLS, MOST_BITS, BITS);
  for (let symbol: u32 = 0; symbol < SYMBOLS; symbol++) cost += load<u32>(COUNTS + (symbol << 2)) * load<u8>(BITS + symbol);
  let symbols = SYMBOLS;
  while (load<u8>(BITS + symbols - 1) == 0) symbols--;
  store<u8>(BITS + symbols, 1);
  store<u8>(BITS + symbols + 1, 1);
  const sentEnd = prepareLengthCode(symbols + DISTANCES);
  let orders: u32 = 19;
  while (orders > 4 && load<u8>(SENT_BITS + order(orders - 1)) == 0) orders--;
  cost += 17 + 3 * orders;
  for (let symbol: u32 = 0; symbol < 19; symbol++) cost += load<u32>(SENT_COUNTS + (symbol << 2)) * (load<u8>(SENT_BITS + symbol) + extraBits(symbol));
  // As it is, it is read at once: that is worth a thirty-second part of its room.
  if (cost + length / 4 >= 8 * (length + 5 * ((length + 65_534) / 65_535))) {
    putStored(from, length, last);
    return;
  }
  put(<u64>last | (2 << 1) | (<u64>(symbols - 257) << 3) | ((DISTANCES - 1) << 8) | (<u64>(orders - 4) << 13), 17);
  for (let i: u32 = 0; i < orders; i++) put(load<u8>(SENT_BITS + order(i)), 3);
  assignCodes(SENT_BITS, 19, SENT_CODES);
  for (let at = SENT; at < sentEnd; at += 2) {
    const sent = load<u16>(at);
    const symbol: u32 = sent & 31;
    putCode(load<u32>(SENT_CODES + (symbol << 2)));
    put(sent >> 5, extraBits(symbol));
  }
  assignCodes(BITS, symbols, CODES);
  prepareRunCodes();
  putParts(from);
  putCode(load<u32>(CODES + (END << 2)));
}

/** Counts of lengths into those of symbols; the bits that all runs take beside the codes of their lengths. */
function countLengths(): u32 {
  let cost: u32 = 0;
  for (let length: u32 = 3; length <= 258; length++) {
    const count = load<u32>(LENGTH_COUNTS + (length << 2));
    if (count == 0) continue;
    const at = COUNTS + ((257 + <usize>load<u8>(LENGTH_SYMBOL + length)) << 2);
    store<u32>(at, load<u32>(at) + count);
    cost += count * (load<u8>(LENGTH_EXTRA + length) + 1);
  }
  return cost;
}

/** Joins the code of a length, its extra bits and the distance of one byte, whose code is a zero. */
function prepareRunCodes(): void {
  for (let length: u32 = 3; length <= 258; length++) {
    if (load<u32>(LENGTH_COUNTS + (length << 2)) == 0) continue;
    const code = load<u32>(CODES + ((257 + <usize>load<u8>(LENGTH_SYMBOL + length)) << 2));
    const extra: u32 = load<u8>(LENGTH_EXTRA + length);
    const value = (length - 3) & ((1 << extra) - 1);
    store<u32>(RUN_CODES + (length << 2), (code & 0xffffff) | (value << (code >> 24)) | (((code >> 24) + extra + 1) << 24));
  }
}

function putParts(from: usize): void {
  let to = out;
  let buffer = bits;
  let count = held;
  for (let part = PARTS; part < partsEnd; part += 4) {
    const what = load<u32>(part);
    const length = what & ((1 << RUN_BITS) - 1);
    const end = from + (what >> RUN_BITS);
    for (; from + 4 <= end; from += 4) {
      const four = load<u32>(from);
      const a = load<u32>(CODES + ((four & 255) << 2));
      const b = load<u32>(CODES + (((four >> 8) & 255) << 2));
      const c = load<u32>(CODES + (((four >> 16) & 255) << 2));
      const d = load<u32>(CODES + ((four >> 24) << 2));
      buffer |= <u64>(a & 0xffffff) << count;
      count += a >> 24;
      buffer |= <u64>(b & 0xffffff) << count;
      count += b >> 24;
      buffer |= <u64>(c & 0xffffff) << count;
      count += c >> 24;
      buffer |= <u64>(d & 0xffffff) << count;
      count += d >> 24;
      store<u64>(to, buffer);
      to += count >> 3;
      buffer >>= count & ~7;
      count &= 7;
    }
    for (; from < end; from++) {
      const code = load<u32>(CODES + (<usize>load<u8>(from) << 2));
      buffer |= <u64>(code & 0xffffff) << count;
      count += code >> 24;
    }
    store<u64>(to, buffer);
    to += count >> 3;
    buffer >>= count & ~7;
    count &= 7;
    if (length == 0) continue;
    const code = load<u32>(RUN_CODES + (length << 2));
    buffer |= <u64>(code & 0xffffff) << count;
    count += code >> 24;
    store<u64>(to, buffer);
    to += count >> 3;
    buffer >>= count & ~7;
    count &= 7;
    from += length;
  }
  out = to;
  bits = buffer;
  held = count;
}

function putStored(from: usize, length: u32, last: bool): void {
  while (length > 0) {
    const piece = min(length, <u32>65_535);
    length -= piece;
    put(last && length == 0 ? 1 : 0, 3);
    endBits();
    store<u16>(out, <u16>piece);
    store<u16>(out, <u16>(piece ^ 0xffff), 2);
    memory.copy(out + 4, from, piece);
    out += 4 + piece;
    from += piece;
  }
}

/** Symbols 16 to 18 of the code of lengths repeat: the bits that say how often. */
@inline
function extraBits(symbol: u32): u32 {
  return symbol < 16 ? 0 : symbol == 16 ? 2 : symbol == 17 ? 3 : 7;
}

/** Lengths of the code of lengths come in this order: 16 17 18 0 8 7 9 6 10 5 11 4 | 12 3 13 2 14 1 15, five bits each. */
const ORDER_LOW: u64 = 16 | (17 << 5) | (18 << 10) | (0 << 15) | (8 << 20) | (7 << 25) | (9 << 30) | (6 << 35) | (10 << 40) | (5 << 45) | (11 << 50) | (4 << 55);
const ORDER_HIGH: u64 = 12 | (3 << 5) | (13 << 10) | (2 << 15) | (14 << 20) | (1 << 25) | (15 << 30);

@inline
function order(i: u32): u32 {
  return <u32>(i < 12 ? ORDER_LOW >> (5 * i) : ORDER_HIGH >> (5 * (i - 12))) & 31;
}

/** Writes `count` code lengths to SENT with repeats folded and makes the code they are sent in; the end of SENT. */
function prepareLengthCode(count: u32): usize {
  memory.fill(SENT_COUNTS, 0, 20 * 4);
  let to = SENT;
  for (let at: u32 = 0; at < count; ) {
    const length: u32 = load<u8>(BITS + at);
    let times: u32 = 1;
    while (at + times < count && load<u8>(BITS + at + times) == length) times++;
    at += times;
    if (length != 0) {
      to = send(to, length, 0);
      times--;
    }
    while (times >= 3) {
      if (length != 0) {
        const now = min(times, <u32>6);
        to = send(to, 16, now - 3);
        times -= now;
      } else {
        const now = min(times, <u32>138);
        to = now < 11 ? send(to, 17, now - 3) : send(to, 18, now - 11);
        times -= now;
      }
    }
    for (; times > 0; times--) to = send(to, length, 0);
  }
  codeLengths(SENT_COUNTS, 19, 7, SENT_BITS);
  return to;
}

@inline
function send(to: usize, symbol: u32, extra: u32): usize {
  store<u16>(to, <u16>(symbol | (extra << 5)));
  const count = SENT_COUNTS + (symbol << 2);
  store<u32>(count, load<u32>(count) + 1);
  return to + 2;
}
