// HDF5's byte shuffle: all first bytes of the elements, then all second bytes, and so on. Sixteen elements at a time.

/** Writes `bytes` bytes shuffled to `to`; a rest shorter than an element stays last. */
export function shuffle(from: usize, bytes: u32, elementBytes: u32, to: usize): void {
  const elements = bytes / elementBytes;
  let done: u32 = 0;
  if (elementBytes == 4) {
    for (; done + 16 <= elements; done += 16) {
      const at = from + (<usize>done << 2);
      planes(v128.load(at), v128.load(at, 16), v128.load(at, 32), v128.load(at, 48), to + done, elements);
    }
  } else if (elementBytes == 8) {
    const high = to + (<usize>elements << 2);
    for (; done + 16 <= elements; done += 16) {
      const at = from + (<usize>done << 3);
      planes(lowWords(at), lowWords(at + 32), lowWords(at + 64), lowWords(at + 96), to + done, elements);
      planes(highWords(at), highWords(at + 32), highWords(at + 64), highWords(at + 96), high + done, elements);
    }
  }
  for (let byte: u32 = 0; byte < elementBytes; byte++) {
    const plane = to + <usize>byte * elements;
    let at = from + <usize>done * elementBytes + byte;
    for (let i = done; i < elements; i++) {
      store<u8>(plane + i, load<u8>(at));
      at += elementBytes;
    }
  }
  const whole = elements * elementBytes;
  memory.copy(to + whole, from + whole, bytes - whole);
}

/** Sixteen words into four planes that lie `stride` apart. */
@inline
function planes(a: v128, b: v128, c: v128, d: v128, to: usize, stride: usize): void {
  const ab01 = v128.shuffle<i8>(a, b, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
  const ab23 = v128.shuffle<i8>(a, b, 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, 27, 31);
  const cd01 = v128.shuffle<i8>(c, d, 0, 4, 8, 12, 16, 20, 24, 28, 1, 5, 9, 13, 17, 21, 25, 29);
  const cd23 = v128.shuffle<i8>(c, d, 2, 6, 10, 14, 18, 22, 26, 30, 3, 7, 11, 15, 19, 23, 27, 31);
  v128.store(to, v128.shuffle<i64>(ab01, cd01, 0, 2));
  v128.store(to + stride, v128.shuffle<i64>(ab01, cd01, 1, 3));
  v128.store(to + 2 * stride, v128.shuffle<i64>(ab23, cd23, 0, 2));
  v128.store(to + 3 * stride, v128.shuffle<i64>(ab23, cd23, 1, 3));
}

@inline
function lowWords(at: usize): v128 {
  return v128.shuffle<i32>(v128.load(at), v128.load(at, 16), 0, 2, 4, 6);
}

@inline
function highWords(at: usize): v128 {
  return v128.shuffle<i32>(v128.load(at), v128.load(at, 16), 1, 3, 5, 7);
}
