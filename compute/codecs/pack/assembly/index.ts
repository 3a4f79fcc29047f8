// Rows of a pack, one at a time. Every length is checked before it is used: a damaged row gives an error, never wrong numbers.
import { packedBytes, unpackBits } from './bits';
import { checkWord } from './checksum';
import { BLOCK, FLOATS, FREE, IDS, KNOWN, LOGS, LOG_ROWS, VALUES } from './layout';

export { encodeRow } from './encode';

const DAMAGED: i32 = -1;
const ROOM: i32 = -2;

let rowNumber: u32 = 0;

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
 * Decodes a row. `columns` maps ids to columns (0: take ids as they are), -1 leaves an entry out. With `logs` 1 values become
 * float32(ln(1 + float32(value * factor))), with 0 float32(value * factor). With `dense` columns are places in `values`, which hold zeros; else entries go to `indices`
 * and `values` one after the other. Returns the entries written, -1 for a damaged row, -2 when there is no room for them.
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
  rowNumber++;
  for (let block: u32 = 0; block < blocks; block++) {
    const count = min(BLOCK, entries - block * BLOCK);
    const steps = (count + 3) >> 2;
    const gapWidth = <u32>load<u8>(widths + (<usize>block << 1));
    const countWidth = <u32>load<u8>(widths + (<usize>block << 1), 1);
    const floats = countWidth == FLOATS;
    if (gapWidth > 32 || (countWidth > 32 && !floats)) return DAMAGED;
    const gapBytes = packedBytes(steps, gapWidth);
    const countBytes = floats ? count << 2 : packedBytes(steps, countWidth);
    if (at + gapBytes + countBytes > end) return DAMAGED;
    unpackBits(at, steps, gapWidth, IDS);
    at += gapBytes;
    if (floats) memory.copy(VALUES, at, <usize>countBytes);
    else unpackBits(at, steps, countWidth, VALUES);
    at += countBytes;
    for (let i: u32 = 0; i < count; i++) {
      before += load<u32>(IDS + (<usize>i << 2)) + 1;
      if (before >= ids) return DAMAGED;
      const column = columns == 0 ? <i32>before : load<i32>(columns + (<usize>before << 2));
      if (column < 0) continue;
      let value: f32;
      if (floats) {
        const raw = load<f32>(VALUES + (<usize>i << 2));
        value = plain ? raw : scaled(raw, factor, logs);
      } else {
        const less = load<u32>(VALUES + (<usize>i << 2));
        if (plain) value = <f32>(<f64>less + 1);
        else if (less < KNOWN) {
          const known = LOGS + (<usize>less << 2);
          if (load<u32>(LOG_ROWS + (<usize>less << 2)) != rowNumber) {
            store<u32>(LOG_ROWS + (<usize>less << 2), rowNumber);
            store<f32>(known, scaled(<f32>(less + 1), factor, logs));
          }
          value = load<f32>(known);
        } else value = scaled(<f32>(<f64>less + 1), factor, logs);
      }
      if (dense) store<f32>(values + (<usize>column << 2), value);
      else {
        store<i32>(indices + (<usize>written << 2), column);
        store<f32>(values + (<usize>written << 2), value);
        written++;
      }
    }
  }
  return at == end ? <i32>written : DAMAGED;
}

function scaled(value: f32, factor: f64, logs: bool): f32 {
  const large = <f32>(<f64>value * factor);
  return logs ? <f32>Math.log1p(<f64>large) : large;
}
