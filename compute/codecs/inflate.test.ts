import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inflate, inflatedBytesLimit, inflatePrefix, prefixBytesFor } from './index.ts';

/** Bytes with repeats, so that streams hold copies and not literals alone. */
const payload = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 12 }).map((parts) => {
  const twice = [...parts, ...parts];
  return Uint8Array.from(twice.flatMap((part) => [...part]));
});

describe('inflate', () => {
  test('gives back what zlib packed', () => {
    fc.assert(fc.property(payload, fc.integer({ min: 0, max: 9 }), (bytes, level) => {
      expect(inflate(deflateSync(bytes, { level }), bytes.length)).toEqual(bytes);
    }));
  });

  test('refuses any other size than the one expected', () => {
    const packed = deflateSync(new Uint8Array(1000).fill(3));
    for (const size of [0, 999, 1001, 100_000]) expect(() => inflate(packed, size), `${size}`).toThrow();
  });

  test('notices every flipped bit of the checksum and every truncation', () => {
    const packed = deflateSync(Uint8Array.from({ length: 500 }, (_, i) => (i * i) % 251));
    for (let bit = 0; bit < 32; bit++) {
      const damaged = Uint8Array.from(packed);
      damaged[packed.length - 4 + (bit >> 3)]! ^= 1 << (bit & 7);
      expect(() => inflate(damaged, 500), `bit ${bit}`).toThrow();
    }
    for (let length = 0; length < packed.length; length++) expect(() => inflate(packed.subarray(0, length), 500), `${length}`).toThrow();
  });

  test('the limit is never below what deflate can reach', () => {
    for (const size of [10, 10_000, 3_000_000]) expect(inflatedBytesLimit(deflateSync(new Uint8Array(size)).length)).toBeGreaterThanOrEqual(size);
  });

  test('gives a plain Uint8Array, whose slice copies', () => {
    const out = inflate(deflateSync(Uint8Array.of(1, 2, 3)), 3);
    const copy = out.slice();
    copy[0] = 9;
    expect([...out]).toEqual([1, 2, 3]);
  });
});

describe('inflatePrefix', () => {
  test('every prefix gives a prefix', () => {
    fc.assert(fc.property(payload, fc.double({ min: 0, max: 1, noNaN: true }), (bytes, share) => {
      const packed = deflateSync(bytes);
      const fed = Math.max(2, Math.floor(packed.length * share));
      const got = inflatePrefix(packed.subarray(0, fed), bytes.length);
      expect([...got]).toEqual([...bytes.subarray(0, got.length)]);
      if (fed === packed.length) expect(got.length).toBe(bytes.length);
    }));
  });

  test('the suggested prefix of count-like data holds what was asked for', () => {
    const counts = Float32Array.from({ length: 100_000 }, (_, i) => 1 + ((i * 2654435761) % 97 === 0 ? 5 : (i * 7919) % 3));
    const bytes = new Uint8Array(counts.buffer);
    const packed = deflateSync(bytes, { level: 4 });
    for (const wanted of [4, 4000, 200_000]) {
      const fed = prefixBytesFor(wanted, bytes.length, packed.length);
      expect(inflatePrefix(packed.subarray(0, fed), bytes.length).length).toBeGreaterThanOrEqual(wanted);
    }
  });
});
