/** Plain bytes seen as numbers: typed views per dtype, byte order put right, and runs of the fill value. */
import type { Dtype } from '../../protocol/matrix.ts';
import { elementBytesOf } from './datatype.ts';
import type { NumericArray } from './spec.ts';

/** A view of `count` elements; booleans are bytes. Copies only when the bytes do not start at a multiple of the element size. */
export function viewOf(dtype: Dtype, bytes: Uint8Array, count: number): NumericArray {
  const width = elementBytesOf(dtype);
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice(0, count * width);
  const { buffer, byteOffset } = aligned;
  switch (dtype) {
    case 'bool':
    case 'uint8':
      return new Uint8Array(buffer, byteOffset, count);
    case 'int8':
      return new Int8Array(buffer, byteOffset, count);
    case 'int16':
      return new Int16Array(buffer, byteOffset, count);
    case 'uint16':
      return new Uint16Array(buffer, byteOffset, count);
    case 'int32':
      return new Int32Array(buffer, byteOffset, count);
    case 'uint32':
      return new Uint32Array(buffer, byteOffset, count);
    case 'int64':
      return new BigInt64Array(buffer, byteOffset, count);
    case 'uint64':
      return new BigUint64Array(buffer, byteOffset, count);
    case 'float32':
      return new Float32Array(buffer, byteOffset, count);
    case 'float64':
      return new Float64Array(buffer, byteOffset, count);
  }
}

/** A fresh array of `count` elements of the stored type. */
export function arrayOf(dtype: Dtype, count: number): NumericArray {
  return viewOf(dtype, new Uint8Array(count * elementBytesOf(dtype)), count);
}

/** `count` elements that all hold the fill value. */
export function fillView(dtype: Dtype, fill: number, count: number): NumericArray {
  const view = arrayOf(dtype, count);
  if (view instanceof BigInt64Array || view instanceof BigUint64Array) view.fill(BigInt(fill));
  else view.fill(fill);
  return view;
}

/** The bytes of a view. */
export function bytesOf(view: NumericArray): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

/** Reverses every element in place: big-endian to little-endian. */
export function swapBytes(bytes: Uint8Array, elementBytes: number): void {
  for (let start = 0; start + elementBytes <= bytes.length; start += elementBytes) {
    for (let low = start, high = start + elementBytes - 1; low < high; low++, high--) {
      const byte = bytes[low]!;
      bytes[low] = bytes[high]!;
      bytes[high] = byte;
    }
  }
}
