import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkFletcher32, fletcher32 } from './index.ts';

// Checksums that h5py 3.7 stored (fletcher32=True) for bytes (i * 37 + 11) mod 256.
test.each([
  [1, 184552192],
  [2, 187697968],
  [7, 1438247279],
  [1000, 3531669831],
  [2001, 1893973293],
])('agrees with HDF5 on %i bytes', (length, sum) => {
  const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + 11) % 256);
  expect(fletcher32(bytes)).toBe(sum);
});

test('does not overflow on the largest sums', () => {
  expect(fletcher32(new Uint8Array(800).fill(255))).toBe(4294967295);
});

function withSum(bytes: Uint8Array, sum: number): Uint8Array {
  return Uint8Array.of(...bytes, sum & 255, (sum >>> 8) & 255, (sum >>> 16) & 255, sum >>> 24);
}

test('accepts what it computes and the swapped form of old files, and notices every flipped bit', () => {
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 900 }), fc.nat(), (bytes, place) => {
    const sum = fletcher32(bytes);
    expect(checkFletcher32(withSum(bytes, sum))).toEqual(bytes);
    const swapped = (((sum & 0x00ff00ff) << 8) | ((sum >>> 8) & 0x00ff00ff)) >>> 0;
    expect(checkFletcher32(withSum(bytes, swapped))).toEqual(bytes);
    const damaged = withSum(bytes, sum);
    damaged[(place >> 3) % bytes.length]! ^= 1 << (place & 7);
    expect(() => checkFletcher32(damaged)).toThrow();
  }));
});

test('refuses a chunk shorter than its checksum', () => {
  expect(() => checkFletcher32(new Uint8Array(3))).toThrow();
});
