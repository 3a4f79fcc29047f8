// One row into its packed form: check word, number of entries, two widths per block of 128, then per block the gaps between
// ids and the counts less one.
import { packBits, packedBytes } from './bits';
import { checkWord } from './checksum';
import { BLOCK, FLOATS, IDS, VALUES } from './layout';

const TWICE: i32 = -1;
const FRACTION: i32 = -2;
const OUTSIDE: i32 = -3;

/**
 * Entries (indices, values) of a row, in any order, packed at `to`; returns the bytes, or -1 a gene given twice, -2 a value that
 * is no count, where these are not allowed, -3 a gene outside the list. `ranks` maps genes to ids; `bitmap` (genes bits) is all zero before and
 * after; `counts` has room for a value per gene. `fractions`: values that are no counts are kept as float32.
 */
export function encodeRow(
  indices: usize, values: usize, entries: u32, ranks: usize, genes: u32, bitmap: usize, counts: usize, to: usize, seed: u32, fractions: bool,
): i32 {
  let problem: i32 = 0;
  let kept: u32 = 0;
  for (let i: u32 = 0; i < entries; i++) {
    const gene = load<u32>(indices + (<usize>i << 2));
    const value = load<f32>(values + (<usize>i << 2));
    if (value == 0) continue;
    if (gene >= genes) {
      problem = OUTSIDE;
      break;
    }
    if (!fractions && !(value > 0 && value < 4294967296.0 && value == trunc(value))) {
      problem = FRACTION;
      break;
    }
    const id = load<u32>(ranks + (<usize>gene << 2));
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

  const blocks = (kept + BLOCK - 1) / BLOCK;
  store<u32>(to, kept, 4);
  const widths = to + 8;
  let out = widths + (<usize>blocks << 1);
  let filled: u32 = 0;
  let block: u32 = 0;
  let before: u32 = -1;
  let gapBits: u32 = 0;
  let countBits: u32 = 0;
  let floats = false;
  const words = (<usize>genes + 63) >> 6;
  for (let word: usize = 0; word < words; word++) {
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
      store<u32>(IDS + (<usize>filled << 2), gap);
      store<u32>(VALUES + (<usize>filled << 2), less);
      // Beside them as they are, for a block that turns out to hold fractions.
      store<f32>(out + (<usize>filled << 2) + 4096, value);
      gapBits |= gap;
      countBits |= less;
      filled++;
      if (filled == BLOCK || block * BLOCK + filled == kept) {
        out = closeBlock(widths + (<usize>block << 1), out, filled, gapBits, countBits, floats);
        block++;
        filled = 0;
        gapBits = 0;
        countBits = 0;
        floats = false;
      }
    }
  }
  const bytes = <u32>(out - to);
  store<u32>(to, checkWord(to + 4, bytes - 4, seed));
  return <i32>bytes;
}

function closeBlock(widths: usize, out: usize, filled: u32, gapBits: u32, countBits: u32, floats: bool): usize {
  const steps = (filled + 3) >> 2;
  for (let i = filled; i < steps << 2; i++) {
    store<u32>(IDS + (<usize>i << 2), 0);
    store<u32>(VALUES + (<usize>i << 2), 0);
  }
  const gapWidth: u32 = 32 - <u32>clz(gapBits);
  const countWidth: u32 = 32 - <u32>clz(countBits);
  store<u8>(widths, <u8>gapWidth);
  store<u8>(widths, <u8>(floats ? FLOATS : countWidth), 1);
  const raw = out + 4096;
  packBits(IDS, steps, gapWidth, out);
  out += packedBytes(steps, gapWidth);
  if (floats) {
    memory.copy(out, raw, <usize>filled << 2);
    return out + (<usize>filled << 2);
  }
  packBits(VALUES, steps, countWidth, out);
  return out + packedBytes(steps, countWidth);
}
