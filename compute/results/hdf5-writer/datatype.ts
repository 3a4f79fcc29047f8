/** HDF5 datatype messages (class and version byte, bit field, size, properties) for the element types of AnnData. */
import type { Dtype } from '../../../protocol/matrix.ts';
import { createBytes, type ByteBuilder } from './bytes.ts';

/** A numpy element type, or 'text': UTF-8 of any length, kept in a global heap and pointed at by 16 bytes. */
export type StoredType = Dtype | 'text';

const sizes: Readonly<Record<StoredType, number>> = {
  bool: 1, int8: 1, uint8: 1, int16: 2, uint16: 2, int32: 4, uint32: 4, float32: 4, int64: 8, uint64: 8, float64: 8, text: 16,
};

/** Bytes of one stored element. */
export function elementBytes(type: StoredType): number {
  return sizes[type];
}

const classInteger = 0;
const classFloat = 1;
const classEnum = 8;
const classVariableLength = 9;
const version1 = 0x10;

function integer(out: ByteBuilder, bytes: number, signed: boolean): ByteBuilder {
  return out.u8(version1 | classInteger).u8(signed ? 0x08 : 0).u16(0).u32(bytes).u16(0).u16(bytes * 8);
}

/** IEEE 754, little endian: the sign bit's place, then where exponent and mantissa start and how many bits they take. */
function float(out: ByteBuilder, bytes: 4 | 8): ByteBuilder {
  const [signBit, exponentStart, exponentBits, mantissaBits, bias] = bytes === 4 ? [31, 23, 8, 23, 127] : [63, 52, 11, 52, 1023];
  const impliedLeadingOne = 0x20;
  out.u8(version1 | classFloat).u8(impliedLeadingOne).u8(signBit).u8(0).u32(bytes);
  return out.u16(0).u16(bytes * 8).u8(exponentStart).u8(exponentBits).u8(0).u8(mantissaBits).u32(bias);
}

/** numpy's bool as h5py knows it: an enum of two names over int8. */
function boolean(out: ByteBuilder): ByteBuilder {
  out.u8(version1 | classEnum).u16(2).u8(0).u32(1);
  integer(out, 1, true);
  return out.ascii('FALSE').zeros(3).ascii('TRUE').zeros(4).u8(0).u8(1);
}

function text(out: ByteBuilder): ByteBuilder {
  const stringNotSequence = 0x01;
  const utf8 = 0x01;
  out.u8(version1 | classVariableLength).u8(stringNotSequence).u8(utf8).u8(0).u32(16);
  return integer(out, 1, false);
}

/** The body of a datatype message, not padded. */
export function datatypeBody(type: StoredType): Uint8Array {
  const out = createBytes(64);
  switch (type) {
    case 'bool':
      return boolean(out).finish();
    case 'float32':
      return float(out, 4).finish();
    case 'float64':
      return float(out, 8).finish();
    case 'text':
      return text(out).finish();
    default:
      return integer(out, elementBytes(type), type.startsWith('int')).finish();
  }
}
