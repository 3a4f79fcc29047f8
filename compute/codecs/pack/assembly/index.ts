// Rows of a pack, one at a time. Every length is checked before it is used: a damaged row gives an error, never wrong numbers.
import { packedBytes, unpackBits } from './bits';
import { checkWord } from './checksum';
import { BLOCK, FLOATS, FREE, IDS, KNOWN, LOGS, VALUES } from './layout';

export { encodeRow } from './encode';

const DAMAGED: i32 = -1;
const ROOM: i32 = -2;

export function freeAddress(): usize {
  return FREE;
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
 * Decodes a row. `columns` maps ids to columns. Entries go to `indices` and `values` one after the other, column -1 leaves one
 * out; with `dense` columns are places in `values`, which hold zeros (what is to be left out has a place of its own behind
 * them). With `logs` values become float32(ln(1 + float32(value * factor))), else float32(value * factor). Returns the entries
 * written, -1 for a damaged row, -2 when there is no room for them.
 */
export function decodeRow(
  row: usize, bytes: u32, seed: u32, ids: u32, columns: usize, factor: f64, logs: bool, dense: bool, indices: usize, values: usize, room: u32,
): i32 {
  if (isSound(row, bytes, seed) == 0) return DAMAGED;
  const entries = load<u32>(row, 4);
  const blocks = (entries + BLOCK - 1) / BLOCK;
  if (entries > ids || (<u64>blocks << 1) + 8 > <u64>bytes) return DAMAGED;
  if (!dense && entries > room) return ROOM;
  const end = row + bytes;
  const widths = row + 8;
  let at = widths + (<usize>blocks << 1);
  let before: u32 = -1;
  let written: u32 = 0;
  const plain = factor == 1 && !logs;
  if (!plain) for (let count: u32 = 0; count < KNOWN; count++) store<f32>(LOGS + (<usize>count << 2), scaled(<f32>(count + 1), factor, logs));
  for (let block: u32 = 0; block < blocks; block++) {
    const count = min(BLOCK, entries - block * BLOCK);
    const steps = (count + 3) >> 2;
    const gapWidth = <u32>load<u8>(widths + (<usize>block << 1));
    const countWidth = <u32>load<u8>(widths + (<usize>block << 1), 1);
    const floats = countWidth == FLOATS;
    if (gapWidth > 24 || (countWidth > 32 && !floats)) return DAMAGED;
    const gapBytes = packedBytes(steps, gapWidth);
    const countBytes = floats ? count << 2 : packedBytes(steps, countWidth);
    if (at + gapBytes + countBytes > end) return DAMAGED;
    unpackBits(at, steps, gapWidth, IDS);
    at += gapBytes;
    before = sumGaps(steps, count, before);
    // Gaps of 24 bits cannot run over: the last id of the block is its largest.
    if (before >= ids) return DAMAGED;
    if (floats) memory.copy(VALUES, at, <usize>countBytes);
    else unpackBits(at, steps, countWidth, VALUES);
    at += countBytes;
    if (floats) scaleFloats(count, factor, logs);
    else if (plain) plainCounts(steps);
    else scaleCounts(count, factor, logs);
    if (dense) {
      for (let i: usize = 0; i < <usize>count << 2; i += 4) {
        store<f32>(values + (load<u32>(columns + (<usize>load<u32>(IDS + i) << 2)) << 2), load<f32>(VALUES + i));
      }
    } else {
      for (let i: usize = 0; i < <usize>count << 2; i += 4) {
        const column = load<i32>(columns + (<usize>load<u32>(IDS + i) << 2));
        store<i32>(indices + (<usize>written << 2), column);
        store<f32>(values + (<usize>written << 2), load<f32>(VALUES + i));
        written += <u32>(column >= 0);
      }
    }
  }
  return at == end ? <i32>written : DAMAGED;
}

/** Gaps to ids in place, from the id `before` the block on; returns the last one. */
function sumGaps(steps: u32, count: u32, before: u32): u32 {
  let held = i32x4.splat(before);
  const one = i32x4.splat(1);
  const zero = i32x4.splat(0);
  for (let step: u32 = 0; step < steps; step++) {
    const at = IDS + (<usize>step << 4);
    let gaps = i32x4.add(v128.load(at), one);
    gaps = i32x4.add(gaps, i32x4.shuffle(zero, gaps, 3, 4, 5, 6));
    gaps = i32x4.add(gaps, i32x4.shuffle(zero, gaps, 2, 3, 4, 5));
    gaps = i32x4.add(gaps, held);
    v128.store(at, gaps);
    held = i32x4.shuffle(gaps, gaps, 3, 3, 3, 3);
  }
  return load<u32>(IDS + (<usize>(count - 1) << 2));
}

/** Counts less one to counts as float32, in place. */
function plainCounts(steps: u32): void {
  const one = i32x4.splat(1);
  for (let step: u32 = 0; step < steps; step++) {
    const at = VALUES + (<usize>step << 4);
    v128.store(at, f32x4.convert_i32x4_u(i32x4.add(v128.load(at), one)));
  }
}

function scaleCounts(count: u32, factor: f64, logs: bool): void {
  for (let i: usize = 0; i < <usize>count << 2; i += 4) {
    const less = load<u32>(VALUES + i);
    store<f32>(VALUES + i, less < KNOWN ? load<f32>(LOGS + (<usize>less << 2)) : scaled(<f32>(<f64>less + 1), factor, logs));
  }
}

function scaleFloats(count: u32, factor: f64, logs: bool): void {
  if (factor == 1 && !logs) return;
  for (let i: usize = 0; i < <usize>count << 2; i += 4) store<f32>(VALUES + i, scaled(load<f32>(VALUES + i), factor, logs));
}

function scaled(value: f32, factor: f64, logs: bool): f32 {
  const large = <f32>(<f64>value * factor);
  return logs ? <f32>Math.log1p(<f64>large) : large;
}
