// Numbers of w bits, four lanes side by side: lane l of step j is number 4 j + l. A block of 128 takes 32 steps.

/** Bytes of `steps` steps of `width` bits. */
@inline
export function packedBytes(steps: u32, width: u32): u32 {
  return ((steps * width + 31) >> 5) << 4;
}

/** Packs the low `width` bits of every number. */
export function packBits(from: usize, steps: u32, width: u32, to: usize): void {
  if (width == 0) return;
  const mask = i32x4.splat(width == 32 ? -1 : (1 << width) - 1);
  let held = i32x4.splat(0);
  let shift: u32 = 0;
  for (let step: u32 = 0; step < steps; step++) {
    const value = v128.and(v128.load(from + (<usize>step << 4)), mask);
    held = v128.or(held, i32x4.shl(value, shift));
    shift += width;
    if (shift >= 32) {
      v128.store(to, held);
      to += 16;
      shift -= 32;
      held = shift == 0 ? i32x4.splat(0) : i32x4.shr_u(value, width - shift);
    }
  }
  if (shift > 0) v128.store(to, held);
}

/** Step i of a block of constant width. The compiler folds everything that depends on width and i. */
@inline
function stepOf(from: usize, width: u32, i: u32): v128 {
  const shift = (i * width) & 31;
  const at = from + ((<usize>(i * width) >> 5) << 4);
  let value = i32x4.shr_u(v128.load(at), shift);
  if (shift + width > 32) value = v128.or(value, i32x4.shl(v128.load(at, 16), 32 - shift));
  return shift + width == 32 ? value : v128.and(value, i32x4.splat((1 << width) - 1));
}

@inline
function put(value: v128, to: usize, i: u32, counts: bool): void {
  v128.store(to + (<usize>i << 4), counts ? f32x4.convert_i32x4_s(i32x4.add(value, i32x4.splat(1))) : value);
}

@inline
function eightSteps(from: usize, to: usize, width: u32, i: u32, counts: bool): void {
  put(stepOf(from, width, i), to, i, counts);
  put(stepOf(from, width, i + 1), to, i + 1, counts);
  put(stepOf(from, width, i + 2), to, i + 2, counts);
  put(stepOf(from, width, i + 3), to, i + 3, counts);
  put(stepOf(from, width, i + 4), to, i + 4, counts);
  put(stepOf(from, width, i + 5), to, i + 5, counts);
  put(stepOf(from, width, i + 6), to, i + 6, counts);
  put(stepOf(from, width, i + 7), to, i + 7, counts);
}

@inline
function block(from: usize, to: usize, width: u32, counts: bool): void {
  eightSteps(from, to, width, 0, counts);
  eightSteps(from, to, width, 8, counts);
  eightSteps(from, to, width, 16, counts);
  eightSteps(from, to, width, 24, counts);
}

/** A block of gaps as integers. All 128 are written: those behind the last one are anything. Reads at most 512 bytes. */
export function unpackGaps(from: usize, width: u32, to: usize): void {
  switch (width) {
    case 0: return memory.fill(to, 0, 512);
    case 1: return block(from, to, 1, false);
    case 2: return block(from, to, 2, false);
    case 3: return block(from, to, 3, false);
    case 4: return block(from, to, 4, false);
    case 5: return block(from, to, 5, false);
    case 6: return block(from, to, 6, false);
    case 7: return block(from, to, 7, false);
    case 8: return block(from, to, 8, false);
    case 9: return block(from, to, 9, false);
    case 10: return block(from, to, 10, false);
    default: return anyWidth(from, width, to, false);
  }
}

/** A block of counts less one as float32 counts; the same rules. */
export function unpackCounts(from: usize, width: u32, to: usize): void {
  switch (width) {
    case 0: {
      const one = f32x4.splat(1);
      for (let end = to + 512; to < end; to += 16) v128.store(to, one);
      return;
    }
    case 1: return block(from, to, 1, true);
    case 2: return block(from, to, 2, true);
    case 3: return block(from, to, 3, true);
    case 4: return block(from, to, 4, true);
    case 5: return block(from, to, 5, true);
    default: return anyWidth(from, width, to, true);
  }
}

function anyWidth(from: usize, width: u32, to: usize, counts: bool): void {
  const mask = i32x4.splat(width == 32 ? -1 : (1 << width) - 1);
  const one = i32x4.splat(1);
  let word = v128.load(from);
  let shift: u32 = 0;
  for (let step: u32 = 0; step < 32; step++) {
    let value = i32x4.shr_u(word, shift);
    shift += width;
    if (shift >= 32) {
      shift -= 32;
      from += 16;
      word = v128.load(from);
      if (shift > 0) value = v128.or(value, i32x4.shl(word, width - shift));
    }
    value = v128.and(value, mask);
    v128.store(to + (<usize>step << 4), counts ? f32x4.convert_i32x4_u(i32x4.add(value, one)) : value);
  }
}
