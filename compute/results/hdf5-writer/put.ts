/** Copying numbers into the chunk being filled: typed arrays convert, 64-bit integers are written as two words. */
import type { Dtype } from '../../../protocol/matrix.ts';

/** What can be appended. Whole numbers beyond 2^53 have no place in these files. */
export type Numbers =
  | readonly number[] | Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;

/** Writes values[start..end) into `chunk` from element `at`. */
export type ChunkPut = (chunk: ArrayBuffer, at: number, values: Numbers, start: number, end: number) => void;

function part(values: Numbers, start: number, end: number): ArrayLike<number> {
  return 'subarray' in values ? values.subarray(start, end) : values.slice(start, end);
}

const constructors = {
  bool: Uint8Array, int8: Int8Array, uint8: Uint8Array, int16: Int16Array, uint16: Uint16Array,
  int32: Int32Array, uint32: Uint32Array, float32: Float32Array, float64: Float64Array,
} as const;

function putWords(chunk: ArrayBuffer, at: number, values: Numbers, start: number, end: number): void {
  const words = new Int32Array(chunk);
  for (let i = start, to = at * 2; i < end; i++, to += 2) {
    const value = values[i]!;
    // Storing into an Int32Array keeps the low 32 bits, of negative numbers too.
    words[to] = value;
    words[to + 1] = Math.floor(value / 2 ** 32);
  }
}

export function chunkPut(type: Dtype): ChunkPut {
  if (type === 'int64' || type === 'uint64') return putWords;
  const ElementArray = constructors[type];
  return (chunk, at, values, start, end) => new ElementArray(chunk).set(part(values, start, end), at);
}
