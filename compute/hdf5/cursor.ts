/** Reads HDF5's little-endian fields one after the other from a piece of the file, never past its end. */

/** Widths and base that a file's superblock lays down for all addresses and lengths in it. */
export interface Widths {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** Bytes before the HDF5 data proper (a user block); stored addresses count from here. */
  readonly base: number;
}

export interface Cursor {
  readonly at: number;
  readonly left: number;
  u8(): number;
  u16(): number;
  u32(): number;
  /** An unsigned integer of 1 to 8 bytes. Throws beyond 2^53. */
  uint(bytes: number): number;
  length(): number;
  /** An address as an offset in the file; null when it is marked as undefined (all bits set). */
  address(): number | null;
  bytes(count: number): Uint8Array;
  skip(count: number): void;
}

/** A cursor at the start of `bytes`. All its methods throw a plain Error at the end of the bytes. */
export function cursorOver(bytes: Uint8Array, widths: Widths): Cursor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (count: number): number => {
    if (count < 0 || at + count > bytes.length) throw new Error('a header ends in the middle of a field');
    at += count;
    return at - count;
  };
  const uint = (count: number): number => {
    const start = take(count);
    let value = 0;
    if (count === 8) value = view.getUint32(start + 4, true) * 2 ** 32 + view.getUint32(start, true);
    else for (let i = count - 1; i >= 0; i--) value = value * 256 + bytes[start + i]!;
    if (!Number.isSafeInteger(value)) throw new Error('a header holds an impossible number');
    return value;
  };
  const isUndefined = (start: number, count: number): boolean => {
    for (let i = 0; i < count; i++) if (bytes[start + i] !== 255) return false;
    return true;
  };
  return {
    get at() {
      return at;
    },
    get left() {
      return bytes.length - at;
    },
    u8: () => view.getUint8(take(1)),
    u16: () => view.getUint16(take(2), true),
    u32: () => view.getUint32(take(4), true),
    uint,
    length: () => uint(widths.lengthBytes),
    address: () => {
      if (at + widths.offsetBytes <= bytes.length && isUndefined(at, widths.offsetBytes)) {
        at += widths.offsetBytes;
        return null;
      }
      return widths.base + uint(widths.offsetBytes);
    },
    bytes: (count) => {
      const start = take(count);
      return bytes.subarray(start, start + count);
    },
    skip: (count) => void take(count),
  };
}

/** Whether `bytes` start with the ASCII letters of `word`. */
export function hasSignature(bytes: Uint8Array, word: string): boolean {
  for (let i = 0; i < word.length; i++) if (bytes[i] !== word.charCodeAt(i)) return false;
  return bytes.length >= word.length;
}
