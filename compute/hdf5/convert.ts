/**
 * Copies stored numbers into the arrays the engine computes with, checking what the target cannot hold. 64-bit integers are
 * read as two 32-bit words: BigInts, one object per number, would be some thirty times slower.
 */
import { threadInflater } from '../codecs/index.ts';
import type { NumericArray } from './spec.ts';

const beyondInt32 = 'it holds a number beyond 32 bits where an index is expected';

export type TargetArray = Int32Array | Float32Array | Float64Array;

/**
 * Writes view[from .. from + count) to out[at ..). Throws a plain Error when a value does not fit: an Int32Array takes whole
 * numbers within int32, floats take integers up to 2^53.
 */
export function convertInto(view: NumericArray, from: number, count: number, out: TargetArray, at: number): void {
  if (view instanceof BigInt64Array || view instanceof BigUint64Array) {
    if (out instanceof Int32Array) {
      const inPlace = threadInflater()?.narrow(view.subarray(from, from + count));
      if (inPlace) {
        if (!inPlace.fits) throw new Error(beyondInt32);
        move(inPlace.narrow, out, at);
        return;
      }
    }
    const words = new Int32Array(view.buffer, view.byteOffset + 8 * from, 2 * count);
    const signed = view instanceof BigInt64Array;
    if (out instanceof Int32Array) wordsToInt32(words, count, signed, out.subarray(at, at + count));
    else wordsToFloat(words, count, signed, out.subarray(at, at + count));
    return;
  }
  if (out instanceof Int32Array && (view instanceof Uint32Array || view instanceof Float32Array || view instanceof Float64Array)) {
    checkedToInt32(view.subarray(from, from + count), out.subarray(at, at + count));
    return;
  }
  move(from === 0 && count === view.length ? view : view.subarray(from, from + count), out, at);
}

/** Into shared memory `set` moves byte by byte where the two do not lie alike to their 8 bytes; words are moved here then, bit for bit. */
function move(view: Exclude<NumericArray, BigInt64Array | BigUint64Array>, out: TargetArray, at: number): void {
  const apart = (view.byteOffset ^ (out.byteOffset + out.BYTES_PER_ELEMENT * at)) & 7;
  if (apart !== 4 || !(out.buffer instanceof SharedArrayBuffer) || !((view instanceof Int32Array && out instanceof Int32Array) || (view instanceof Float32Array && out instanceof Float32Array))) {
    out.set(view, at);
    return;
  }
  moveWords(new Int32Array(view.buffer, view.byteOffset, view.length), new Int32Array(out.buffer, out.byteOffset + 4 * at, view.length));
}

function moveWords(from: Int32Array, to: Int32Array): void {
  for (let i = 0; i < from.length; i++) to[i] = from[i]!;
}

/** Sections start at 0 so that the loops index by i alone: three times as fast as with offsets. */
function wordsToInt32(words: Int32Array, count: number, signed: boolean, section: Int32Array): void {
  let bad = 0;
  for (let i = 0; i < count; i++) {
    const low = words[2 * i]!;
    section[i] = low;
    // A value fits when its high word repeats the sign of the low one.
    bad |= words[2 * i + 1]! ^ (low >> 31);
  }
  // Of the unsigned values that pass, those above 2^63 look negative.
  if (!signed && bad === 0) for (let i = 0; i < count; i++) bad |= section[i]! >> 31;
  if (bad !== 0) throw new Error(beyondInt32);
}

function wordsToFloat(words: Int32Array, count: number, signed: boolean, section: Float32Array | Float64Array): void {
  let exact = true;
  for (let i = 0; i < count; i++) {
    const high = signed ? words[2 * i + 1]! : words[2 * i + 1]! >>> 0;
    section[i] = high * 4294967296 + (words[2 * i]! >>> 0);
    exact &&= high < 0x200000 && high >= -0x200000;
  }
  if (!exact) throw new Error('it holds an integer beyond 2^53');
}

function checkedToInt32(values: Uint32Array | Float32Array | Float64Array, section: Int32Array): void {
  let bad = false;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const whole = value | 0;
    bad ||= whole !== value;
    section[i] = whole;
  }
  if (bad) throw new Error('it holds a number that is no 32-bit integer where an index is expected');
}
