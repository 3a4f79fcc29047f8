/** The checksum of HDF5's newer metadata blocks: the public-domain "lookup3" hash by Bob Jenkins (2006), initial value 0. */

/** 32-bit hash of `bytes`, unsigned. */
export function lookup3(bytes: Uint8Array): number {
  let a = (0xdeadbeef + bytes.length) | 0;
  let b = a;
  let c = a;
  let at = 0;
  let left = bytes.length;
  const word = (offset: number, count: number): number => {
    let value = 0;
    for (let i = 0; i < Math.min(4, count - offset); i++) value |= bytes[at + offset + i]! << (8 * i);
    return value;
  };

  while (left > 12) {
    a = (a + word(0, 12)) | 0;
    b = (b + word(4, 12)) | 0;
    c = (c + word(8, 12)) | 0;
    a = (a - c) ^ turn(c, 4); c = (c + b) | 0;
    b = (b - a) ^ turn(a, 6); a = (a + c) | 0;
    c = (c - b) ^ turn(b, 8); b = (b + a) | 0;
    a = (a - c) ^ turn(c, 16); c = (c + b) | 0;
    b = (b - a) ^ turn(a, 19); a = (a + c) | 0;
    c = (c - b) ^ turn(b, 4); b = (b + a) | 0;
    at += 12;
    left -= 12;
  }
  if (left === 0) return c >>> 0;
  a = (a + word(0, left)) | 0;
  b = (b + word(4, left)) | 0;
  c = (c + word(8, left)) | 0;
  c = (c ^ b) - turn(b, 14);
  a = (a ^ c) - turn(c, 11);
  b = (b ^ a) - turn(a, 25);
  c = (c ^ b) - turn(b, 16);
  a = (a ^ c) - turn(c, 4);
  b = (b ^ a) - turn(a, 14);
  c = (c ^ b) - turn(b, 24);
  return c >>> 0;
}

function turn(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
