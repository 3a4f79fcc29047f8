/** Turns bytes that the library has read (native order) into JavaScript values; 64-bit integers become exact numbers. */
import type { Dtype } from '../../protocol/matrix.ts';
import type { Element, Field } from './elements.ts';

/** A run of elements in memory. `heap` is where pointers of variable-length strings lead. */
export interface Packed {
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Bytes from one element to the next. */
  readonly stride: number;
  readonly heap: Uint8Array;
}

/** One field of all records of a table. */
export type RecordColumn =
  | { readonly kind: 'number'; readonly dtype: Dtype; readonly values: Float64Array }
  | { readonly kind: 'boolean'; readonly values: Uint8Array }
  | { readonly kind: 'string'; readonly values: readonly string[] }
  /** A type that is not read here: in words. */
  | { readonly kind: 'other'; readonly words: string };

/** Throws a plain Error for an integer beyond 2^53. `offset` is where the field starts inside each element. */
export function unpackNumbers(packed: Packed, dtype: Dtype, offset = 0, bigEndian = false): Float64Array {
  const { bytes, count, stride } = packed;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = readers[dtype];
  const out = new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = read(view, i * stride + offset, !bigEndian);
  return out;
}

const readers: { readonly [D in Dtype]: (view: DataView, at: number, little: boolean) => number } = {
  bool: (view, at) => view.getUint8(at),
  int8: (view, at) => view.getInt8(at),
  uint8: (view, at) => view.getUint8(at),
  int16: (view, at, little) => view.getInt16(at, little),
  uint16: (view, at, little) => view.getUint16(at, little),
  int32: (view, at, little) => view.getInt32(at, little),
  uint32: (view, at, little) => view.getUint32(at, little),
  int64: (view, at, little) => exact(view.getBigInt64(at, little)),
  uint64: (view, at, little) => exact(view.getBigUint64(at, little)),
  float32: (view, at, little) => view.getFloat32(at, little),
  float64: (view, at, little) => view.getFloat64(at, little),
};

function exact(value: bigint): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw new Error(`it holds ${value}, an integer beyond 2^53`);
  return number;
}

export function unpackStrings(packed: Packed, element: Element & { readonly kind: 'string' }, offset = 0): string[] {
  const { bytes, count, stride } = packed;
  const heap = asBuffer(packed.heap);
  const text = asBuffer(bytes);
  const out: string[] = new Array<string>(count);
  const fixed = element.fixedBytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < count; i++) {
    const start = i * stride + offset;
    out[i] = fixed === null ? textAt(heap, view.getUint32(start, true)) : textIn(text, start, start + fixed, element.spacePadded);
  }
  return out;
}

/** All fields of the records; nested records are not opened. */
export function unpackRecords(packed: Packed, fields: readonly Field[]): Map<string, RecordColumn> {
  return new Map(fields.map((field) => [field.name, unpackField(packed, field)]));
}

function unpackField(packed: Packed, { element, offset, bigEndian }: Field): RecordColumn {
  switch (element.kind) {
    case 'number':
      return { kind: 'number', dtype: element.dtype, values: unpackNumbers(packed, element.dtype, offset, bigEndian) };
    case 'boolean':
      return { kind: 'boolean', values: Uint8Array.from(unpackNumbers(packed, 'bool', offset)) };
    case 'string':
      return { kind: 'string', values: unpackStrings(packed, element, offset) };
    case 'reference':
      return { kind: 'other', words: 'references' };
    case 'record':
      return { kind: 'other', words: 'nested records' };
    case 'other':
      return { kind: 'other', words: element.words };
  }
}

/** A zero-ended string in the library's memory; a null pointer is the empty string. */
function textAt(heap: Buffer, pointer: number): string {
  if (pointer === 0) return '';
  const end = heap.indexOf(0, pointer);
  if (end < 0) throw new Error('it holds a string without an end');
  return heap.toString('utf8', pointer, end);
}

/** A string in a field of fixed length: ends at the first zero, or before padding spaces. */
export function textIn(bytes: Buffer, start: number, stop: number, spacePadded: boolean): string {
  let end = start;
  while (end < stop && bytes[end] !== 0) end++;
  if (spacePadded) while (end > start && bytes[end - 1] === 32) end--;
  return bytes.toString('utf8', start, end);
}

/** The same memory as a Buffer, whose toString is the fastest way from bytes to text. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
