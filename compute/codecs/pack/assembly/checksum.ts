// The check word of a row: FNV-1a over eight 32-bit lanes. Every step is one to one, so a change inside one 32-bit word is
// always noticed, any other with odds of 2^32 to 1. The row's number goes in first: a row at the wrong place is noticed too.
import { TAIL } from './layout';

const PRIME: u32 = 0x01000193;

export function checkWord(from: usize, bytes: u32, seed: u32): u32 {
  const prime = i32x4.splat(PRIME);
  let a = i32x4(0x811c9dc5 ^ seed, 0x3c6ef372, 0x1f83d9ab, 0x5be0cd19);
  let b = i32x4(0x6a09e667, 0x2b7e1516, 0x510e527f, 0x1b873593);
  let at = from;
  const end = from + bytes;
  for (; at + 32 <= end; at += 32) {
    a = i32x4.mul(v128.xor(a, v128.load(at)), prime);
    b = i32x4.mul(v128.xor(b, v128.load(at, 16)), prime);
  }
  if (at + 16 <= end) {
    a = i32x4.mul(v128.xor(a, v128.load(at)), prime);
    at += 16;
  }
  if (at < end) {
    v128.store(TAIL, i32x4.splat(0));
    memory.copy(TAIL, at, end - at);
    b = i32x4.mul(v128.xor(b, v128.load(TAIL)), prime);
  }
  let word: u32 = bytes;
  word = (word ^ <u32>i32x4.extract_lane(a, 0)) * PRIME;
  word = (word ^ <u32>i32x4.extract_lane(a, 1)) * PRIME;
  word = (word ^ <u32>i32x4.extract_lane(a, 2)) * PRIME;
  word = (word ^ <u32>i32x4.extract_lane(a, 3)) * PRIME;
  word = (word ^ <u32>i32x4.extract_lane(b, 0)) * PRIME;
  word = (word ^ <u32>i32x4.extract_lane(b, 1)) * PRIME;
  word = (word ^ <u32>i32x4.extract_lane(b, 2)) * PRIME;
  word = (word ^ <u32>i32x4.extract_lane(b, 3)) * PRIME;
  return word;
}
