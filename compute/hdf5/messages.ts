/** The smaller messages of a dataset's header: its shape, its fill value and its filter pipeline. */
import type { Dtype } from '../../protocol/matrix.ts';
import { cursorOver, type Widths } from './cursor.ts';
import { elementBytesOf } from './datatype.ts';
import type { H5Filter } from './spec.ts';

export interface Dataspace {
  /** Elements along each axis; empty for a single value. */
  readonly shape: readonly number[];
  /** How far each axis may grow; Infinity without a limit. */
  readonly maxShape: readonly number[];
}

/** The shape of a dataset; null for one that holds nothing at all. */
export function parseDataspace(body: Uint8Array, widths: Widths): Dataspace | null {
  const cursor = cursorOver(body, widths);
  const version = cursor.u8();
  const rank = cursor.u8();
  const hasMax = (cursor.u8() & 1) !== 0;
  if (version === 1) cursor.skip(5);
  else if (version === 2) {
    if (cursor.u8() === 2) return null;
  } else throw new Error('its shape is given in an unknown version');
  if (rank > 32) throw new Error('it has an impossible number of axes');
  const shape = Array.from({ length: rank }, () => cursor.length());
  if (!Number.isSafeInteger(shape.reduce((product, length) => product * length, 1))) throw new Error('its shape is impossible');
  const maxShape = hasMax ? Array.from({ length: rank }, () => maxLength(cursor.bytes(widths.lengthBytes))) : shape;
  return { shape, maxShape };
}

function maxLength(stored: Uint8Array): number {
  if (stored.every((byte) => byte === 255)) return Infinity;
  return stored.reduceRight((value, byte) => value * 256 + byte, 0);
}

/** The value of elements never written; 0 when none is set. `old` marks the message of HDF5 before 1.6. */
export function parseFill(body: Uint8Array, widths: Widths, dtype: Dtype, bigEndian: boolean, old: boolean): number {
  const cursor = cursorOver(body, widths);
  if (!old) {
    const version = cursor.u8();
    if (version === 1 || version === 2) {
      cursor.skip(2);
      const defined = cursor.u8();
      if (version === 2 && defined === 0) return 0;
    } else if (version === 3) {
      if ((cursor.u8() & 0x20) === 0) return 0;
    } else throw new Error('its fill value is given in an unknown version');
  }
  const bytes = cursor.u32();
  if (bytes === 0 || bytes === 0xffffffff) return 0;
  if (bytes !== elementBytesOf(dtype)) throw new Error('its fill value has the wrong size');
  return numberFrom(cursor.bytes(bytes), dtype, bigEndian);
}

function numberFrom(bytes: Uint8Array, dtype: Dtype, bigEndian: boolean): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = !bigEndian;
  switch (dtype) {
    case 'bool':
    case 'uint8':
      return view.getUint8(0);
    case 'int8':
      return view.getInt8(0);
    case 'int16':
      return view.getInt16(0, little);
    case 'uint16':
      return view.getUint16(0, little);
    case 'int32':
      return view.getInt32(0, little);
    case 'uint32':
      return view.getUint32(0, little);
    case 'int64':
      return Number(view.getBigInt64(0, little));
    case 'uint64':
      return Number(view.getBigUint64(0, little));
    case 'float32':
      return view.getFloat32(0, little);
    case 'float64':
      return view.getFloat64(0, little);
  }
}

/** The filters in the order they were applied when writing; null when one is not known here. */
export function parseFilters(body: Uint8Array, widths: Widths, elementBytes: number): H5Filter[] | null {
  const cursor = cursorOver(body, widths);
  const version = cursor.u8();
  const count = cursor.u8();
  if (version !== 1 && version !== 2) throw new Error('its filters are given in an unknown version');
  if (count > 32) throw new Error('it has too many filters');
  if (version === 1) cursor.skip(6);
  const filters: H5Filter[] = [];
  for (let i = 0; i < count; i++) {
    const id = cursor.u16();
    const nameBytes = version === 1 || id >= 256 ? cursor.u16() : 0;
    cursor.skip(2);
    const values = cursor.u16();
    // Version 1 pads names to whole eights (the length given includes it) and an odd number of values to an even one.
    cursor.skip(version === 1 ? Math.ceil(nameBytes / 8) * 8 : nameBytes);
    const first = values > 0 ? cursor.u32() : elementBytes;
    cursor.skip(4 * (Math.max(values, 1) - 1) + (version === 1 && values % 2 === 1 ? 4 : 0));
    const filter = filterOf(id, first);
    if (filter === null) return null;
    filters.push(filter);
  }
  const compressors = filters.filter((f) => f.id === 'deflate' || f.id === 'lzf').length;
  return compressors > 1 ? null : filters;
}

function filterOf(id: number, firstValue: number): H5Filter | null {
  switch (id) {
    case 1:
      return { id: 'deflate' };
    case 2:
      if (firstValue < 1 || firstValue > 4096) throw new Error('its shuffle filter has an impossible element size');
      return { id: 'shuffle', elementBytes: firstValue };
    case 3:
      return { id: 'fletcher32' };
    case 32000:
      return { id: 'lzf' };
    default:
      return null;
  }
}
