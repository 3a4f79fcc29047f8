/**
 * The spool file: a matrix in row order, made once from column order and safe to delete. A header of 4 KiB, then indices
 * (int32), values (float32) and row pointers (float64), all little-endian. The header names where each part starts and
 * carries a CRC-32 of itself and of the row pointers; an interrupted write never gets the final name.
 */
import { crc32 } from 'node:zlib';

export const spoolHeaderBytes = 4096;
const magic = 'TRKSPOOL';
const version = 1;
/** The header's own CRC covers the bytes before it. */
const ownCrcAt = 68;

export interface SpoolHeader {
  readonly nObs: number;
  readonly nVars: number;
  /** Entries in use; the parts may be longer where duplicates were summed. */
  readonly stored: number;
  /** Byte offsets in the file. */
  readonly indicesAt: number;
  readonly valuesAt: number;
  readonly pointersAt: number;
  readonly pointersCrc: number;
}

export function encodeSpoolHeader(header: SpoolHeader): Uint8Array {
  const bytes = new Uint8Array(spoolHeaderBytes);
  for (let i = 0; i < magic.length; i++) bytes[i] = magic.charCodeAt(i);
  const view = new DataView(bytes.buffer);
  view.setUint32(8, version, true);
  const numbers = [header.nObs, header.nVars, header.stored, header.indicesAt, header.valuesAt, header.pointersAt];
  numbers.forEach((value, i) => view.setFloat64(16 + 8 * i, value, true));
  view.setUint32(64, header.pointersCrc, true);
  view.setUint32(ownCrcAt, crc32(bytes.subarray(0, ownCrcAt)), true);
  return bytes;
}

/** Throws a plain Error with the reason; the caller knows the file's name and size. */
export function decodeSpoolHeader(bytes: Uint8Array, fileBytes: number): SpoolHeader {
  if (bytes.length < spoolHeaderBytes) throw new Error('it is shorter than its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let i = 0; i < magic.length; i++) if (bytes[i] !== magic.charCodeAt(i)) throw new Error('it is not a spool file');
  const found = view.getUint32(8, true);
  if (found !== version) throw new Error(`its version is ${found}, not ${version}`);
  if (view.getUint32(ownCrcAt, true) !== crc32(bytes.subarray(0, ownCrcAt))) throw new Error('its header fails its checksum');
  const number = (i: number): number => view.getFloat64(16 + 8 * i, true);
  const header = {
    nObs: number(0), nVars: number(1), stored: number(2), indicesAt: number(3), valuesAt: number(4), pointersAt: number(5),
    pointersCrc: view.getUint32(64, true),
  };
  const end = Math.max(
    header.indicesAt + 4 * header.stored, header.valuesAt + 4 * header.stored, header.pointersAt + 8 * (header.nObs + 1),
  );
  if (!(end <= fileBytes)) throw new Error(`it has ${fileBytes} bytes where its header needs ${end}`);
  return header;
}

/** Places of the parts for at most `stored` entries: values and pointers begin at multiples of 4 KiB. */
export function layoutSpool(stored: number): Pick<SpoolHeader, 'indicesAt' | 'valuesAt' | 'pointersAt'> {
  const round = (bytes: number): number => Math.ceil(bytes / 4096) * 4096;
  const valuesAt = spoolHeaderBytes + round(4 * stored);
  return { indicesAt: spoolHeaderBytes, valuesAt, pointersAt: valuesAt + round(4 * stored) };
}
