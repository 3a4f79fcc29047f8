/** The datatype message: which numbers a dataset holds. Types that are not plain numbers get words for the refusal. */
import type { Dtype } from '../../protocol/matrix.ts';
import { cursorOver, type Cursor, type Widths } from './cursor.ts';

/** Either a number type with its byte order, or what the type is called when it is none that can be read here. */
export type ElementType =
  | { readonly dtype: Dtype; readonly bigEndian: boolean }
  | { readonly dtype: null; readonly words: string };

const classNames = [
  'integers', 'floating-point numbers', 'times', 'strings', 'bit fields', 'opaque bytes', 'records', 'references',
  'enumerations', 'variable-length lists', 'arrays inside elements',
];

/** Reads a datatype message body. Throws a plain Error when it is damaged. */
export function parseDatatype(body: Uint8Array, widths: Widths): ElementType {
  return parse(cursorOver(body, widths), 0);
}

/** Bytes of one element of a number type. */
export function elementBytesOf(dtype: Dtype): number {
  if (dtype === 'bool') return 1;
  return Number(dtype.replace(/^\D+/, '')) / 8;
}

function parse(cursor: Cursor, depth: number): ElementType {
  const classAndVersion = cursor.u8();
  const bits = cursor.u8() | (cursor.u8() << 8) | (cursor.u8() << 16);
  const size = cursor.u32();
  const version = classAndVersion >> 4;
  switch (classAndVersion & 15) {
    case 0:
      return integer(cursor, bits, size);
    case 1:
      return float(cursor, bits, size);
    case 8:
      if (depth > 0) throw new Error('its type is an enumeration of enumerations');
      return enumeration(cursor, bits & 0xffff, version);
    default:
      return { dtype: null, words: classNames[classAndVersion & 15] ?? 'elements of an unknown type' };
  }
}

function integer(cursor: Cursor, bits: number, size: number): ElementType {
  const bitOffset = cursor.u16();
  const precision = cursor.u16();
  const words = `${precision}-bit integers`;
  if (bitOffset !== 0 || precision !== size * 8) return { dtype: null, words };
  const signed = (bits & 8) !== 0;
  const dtype = integerTypes[`${signed ? 'int' : 'uint'}${precision}`];
  return dtype ? { dtype, bigEndian: (bits & 1) !== 0 } : { dtype: null, words };
}

const integerTypes: Readonly<Record<string, Dtype>> = {
  int8: 'int8', int16: 'int16', int32: 'int32', int64: 'int64',
  uint8: 'uint8', uint16: 'uint16', uint32: 'uint32', uint64: 'uint64',
};

/** Only the two IEEE formats; half precision and vendor formats are named, not read. */
function float(cursor: Cursor, bits: number, size: number): ElementType {
  const bitOffset = cursor.u16();
  const precision = cursor.u16();
  const exponentAt = cursor.u8();
  const exponentBits = cursor.u8();
  const mantissaAt = cursor.u8();
  const mantissaBits = cursor.u8();
  const bias = cursor.u32();
  const bigEndian = (bits & 1) !== 0;
  const isVax = (bits & 0x40) !== 0;
  const plain = bitOffset === 0 && precision === size * 8 && mantissaAt === 0 && !isVax;
  if (plain && size === 4 && exponentAt === 23 && exponentBits === 8 && mantissaBits === 23 && bias === 127) {
    return { dtype: 'float32', bigEndian };
  }
  if (plain && size === 8 && exponentAt === 52 && exponentBits === 11 && mantissaBits === 52 && bias === 1023) {
    return { dtype: 'float64', bigEndian };
  }
  return { dtype: null, words: `${precision}-bit floating-point numbers` };
}

/** An enumeration is read as its integers, except h5py's booleans (FALSE = 0, TRUE = 1 in one byte). */
function enumeration(cursor: Cursor, members: number, version: number): ElementType {
  const base = parse(cursor, 1);
  if (base.dtype !== 'int8' && base.dtype !== 'uint8') return base;
  if (members !== 2) return base;
  const names: string[] = [];
  for (let i = 0; i < members; i++) {
    const start = cursor.at;
    let name = '';
    for (let byte = cursor.u8(); byte !== 0; byte = cursor.u8()) name += String.fromCharCode(byte);
    // Names are padded to whole eights before version 3.
    if (version < 3) cursor.skip((8 - ((cursor.at - start) % 8)) % 8);
    names.push(name);
  }
  const values = [cursor.u8(), cursor.u8()];
  const isBoolean = names[values.indexOf(0)] === 'FALSE' && names[values.indexOf(1)] === 'TRUE';
  return isBoolean ? { dtype: 'bool', bigEndian: false } : base;
}
