/** A growing little-endian byte string: what every piece of HDF5 metadata is put together with. Positions in bytes. */

export interface ByteBuilder {
  readonly length: number;
  u8(value: number): ByteBuilder;
  u16(value: number): ByteBuilder;
  u32(value: number): ByteBuilder;
  /** A whole number from 0 to 2^53 - 1, or `undefinedAddress`. */
  u64(value: number): ByteBuilder;
  bytes(values: Uint8Array): ByteBuilder;
  /** Latin letters only: signatures and the names of enum members. */
  ascii(text: string): ByteBuilder;
  zeros(count: number): ByteBuilder;
  /** Zeros up to the next multiple of `step`. */
  align(step: number): ByteBuilder;
  /** The bytes so far, copied. */
  finish(): Uint8Array;
}

/** HDF5's mark for "nothing stored here": eight bytes of 0xff. */
export const undefinedAddress = -1;

const wordSize = 2 ** 32;

/** Writes a whole number, or `undefinedAddress`, as eight little-endian bytes. */
export function putUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % wordSize, true);
  view.setUint32(at + 4, Math.floor(value / wordSize), true);
}

export function createBytes(initialBytes = 256): ByteBuilder {
  let store = new Uint8Array(initialBytes);
  let view = new DataView(store.buffer);
  let length = 0;

  const room = (count: number): number => {
    const at = length;
    length += count;
    if (length > store.length) {
      const larger = new Uint8Array(Math.max(length, store.length * 2));
      larger.set(store);
      store = larger;
      view = new DataView(store.buffer);
    }
    return at;
  };

  const builder: ByteBuilder = {
    get length() {
      return length;
    },
    u8(value) {
      store[room(1)] = value;
      return builder;
    },
    u16(value) {
      const at = room(2);
      view.setUint16(at, value, true);
      return builder;
    },
    u32(value) {
      const at = room(4);
      view.setUint32(at, value, true);
      return builder;
    },
    u64(value) {
      const at = room(8);
      putUint64(view, at, value);
      return builder;
    },
    bytes(values) {
      const at = room(values.length);
      store.set(values, at);
      return builder;
    },
    ascii(text) {
      for (let i = 0; i < text.length; i++) builder.u8(text.charCodeAt(i));
      return builder;
    },
    zeros(count) {
      room(count);
      return builder;
    },
    align(step) {
      return builder.zeros((step - (length % step)) % step);
    },
    finish: () => store.slice(0, length),
  };
  return builder;
}
