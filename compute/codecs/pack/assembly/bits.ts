// Numbers of w bits, four lanes side by side: lane l of step j is number 4 j + l. A block of 128 takes 32 steps.

/** Bytes of `steps` steps of `width` bits. */
@inline
export function packedBytes(steps: u32, width: u32): u32 {
  return ((steps * width + 31) >> 5) << 4;
}

export function packBits(from: usize, steps: u32, width: u32, to: usize): void {
  if (width == 0) return;
  let held = i32x4.splat(0);
  let shift: u32 = 0;
  for (let step: u32 = 0; step < steps; step++) {
    const value = v128.load(from + (<usize>step << 4));
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

export function unpackBits(from: usize, steps: u32, width: u32, to: usize): void {
  if (width == 0) {
    for (let step: u32 = 0; step < steps; step++) v128.store(to + (<usize>step << 4), i32x4.splat(0));
    return;
  }
  const mask = i32x4.splat(width == 32 ? -1 : (1 << width) - 1);
  let word = v128.load(from);
  let shift: u32 = 0;
  for (let step: u32 = 0; step < steps; step++) {
    let value = i32x4.shr_u(word, shift);
    shift += width;
    if (shift >= 32) {
      shift -= 32;
      from += 16;
      // Behind the last word another is read and not used: the buffer has room for it.
      word = v128.load(from);
      if (shift > 0) value = v128.or(value, i32x4.shl(word, width - shift));
    }
    v128.store(to + (<usize>step << 4), v128.and(value, mask));
  }
}
