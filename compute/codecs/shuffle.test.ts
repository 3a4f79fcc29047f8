import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unshuffle } from './index.ts';

const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

/** The definition: byte b of element i goes to place b * count + i; what is left over stays where it is. */
function shuffle(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const count = Math.floor(bytes.length / elementBytes);
  const out = Uint8Array.from(bytes);
  for (let i = 0; i < count; i++) for (let b = 0; b < elementBytes; b++) out[b * count + i] = bytes[i * elementBytes + b]!;
  return out;
}

// Plain bytes and the chunk that h5py 3.7 stored for them with shuffle=True.
test.each([
  [2, '00000807100e1815201c2823', '00081018202800070e151c23'],
  [4, '0000000008070605100e0c0a1815120f201c181428231e19', '00081018202800070e151c2300060c12181e00050a0f1419'],
  [
    8,
    '00000000000000000807060504030201100e0c0a080604021815120f0c090603201c1814100c080428231e19140f0a05',
    '00081018202800070e151c2300060c12181e00050a0f14190004080c1014000306090c0f00020406080a000102030405',
  ],
])('undoes the shuffle of h5py for %i-byte elements', (elementBytes, plain, stored) => {
  const out = new Uint8Array(stored.length / 2);
  unshuffle(hex(stored), elementBytes, out);
  expect(Buffer.from(out).toString('hex')).toBe(plain);
});

test('undoes any shuffle: sizes fast and slow, aligned or not, with a rest', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), fc.integer({ min: 1, max: 17 }), fc.nat(7), (bytes, elementBytes, offset) => {
    const memory = new Uint8Array(bytes.length + 16).fill(0xee);
    unshuffle(shuffle(bytes, elementBytes), elementBytes, memory.subarray(offset, offset + bytes.length));
    expect(memory.slice(offset, offset + bytes.length)).toEqual(bytes);
    expect(memory.subarray(offset + bytes.length).every((byte) => byte === 0xee)).toBe(true);
  }));
});

test('refuses an output of another length', () => {
  expect(() => unshuffle(new Uint8Array(8), 4, new Uint8Array(12))).toThrow(RangeError);
});
