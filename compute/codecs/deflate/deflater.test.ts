/** Whatever goes in, zlib gets it back; and what plates hold takes no more room than zlib's own fastest level needs for it. */
import { constants, deflateSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../random/random.ts';
import { threadInflater } from '../wasm/inflater.ts';
import { threadDeflater } from './deflater.ts';
import { shuffleBytes } from './zlib.ts';

const deflater = threadDeflater()!;
const plane = 131_072;

function roundTrip(raw: Uint8Array, elementBytes: number): number {
  const packed = deflater.deflate(raw, elementBytes)!.slice();
  const shuffled = elementBytes > 1 ? shuffleBytes(raw, elementBytes) : raw;
  expect(Buffer.compare(inflateSync(packed), shuffled)).toBe(0);
  // The engine's own decoder is stricter about what zlib lets pass.
  expect(Buffer.compare(threadInflater()!.inflate(packed, raw.length)!, shuffled)).toBe(0);
  expect(packed.length).toBeLessThanOrEqual(raw.length + raw.length / 512 + 64);
  return packed.length;
}

/** Stretches of noise, of one byte, of few bytes and of short periods, one after the other. */
const stretch = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 250, max: 270 }), fc.integer({ min: 1, max: 3000 })), fc.integer({ min: 0, max: 2 ** 31 - 1 }));
const payload = fc.array(stretch, { maxLength: 40 }).map((stretches) => {
  const bytes: number[] = [];
  for (const [kind, length, seed] of stretches) {
    const random = createRandom(seed, 0);
    const few = 1 + random.below(6);
    const fixed = random.below(256);
    for (let i = 0; i < length; i++) {
      if (kind === 0) bytes.push(random.below(256));
      else if (kind === 1) bytes.push(fixed);
      else if (kind === 2) bytes.push(random.below(few));
      else if (kind === 3) bytes.push(bytes[bytes.length - few] ?? fixed);
      else bytes.push(random.below(40) === 0 ? random.below(256) : fixed);
    }
  }
  return Uint8Array.from(bytes);
});

describe('own deflate', () => {
  test('gives back what went in: any bytes, elements of any size, with a rest', () => {
    fc.assert(fc.property(payload, fc.constantFrom(1, 2, 3, 4, 8, 16), (raw, elementBytes) => void roundTrip(raw, elementBytes)), { numRuns: 300 });
  });

  test.each([0, 1, 2, 63, 64, 65, 257, 258, 259, 260, 261, 262, 8192, 65_535, 65_536, plane - 1, plane, plane + 1, 3 * plane + 7])('%i bytes of one value, of noise, and of two values in turn', (length) => {
    const random = createRandom(length, 0);
    const one = roundTrip(new Uint8Array(length).fill(7), 1);
    expect(one).toBeLessThan(40 + length / 400);
    roundTrip(Uint8Array.from({ length }, () => random.below(256)), 1);
    roundTrip(Uint8Array.from({ length }, (_, i) => i & 1), 1);
  });

  test('runs of every length, at every distance from a border of 64 bytes', () => {
    for (let length = 1; length <= 530; length += length < 70 ? 1 : 23) {
      const bytes: number[] = [];
      for (let i = 0; bytes.length < 5000; i++) bytes.push(...Array.from({ length }, () => i & 255), 255 - (i & 255), i & 3);
      roundTrip(Uint8Array.from(bytes), 1);
    }
  });

  test('codes that would grow beyond their limit: frequencies like those of Fibonacci', () => {
    const bytes: number[] = [];
    for (let symbol = 0, a = 1, b = 1; bytes.length + a < 120_000; symbol++, [a, b] = [b, a + b]) for (let i = 0; i < a; i++) bytes.push(symbol);
    const random = createRandom(3, 0);
    for (let i = bytes.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [bytes[i], bytes[j]] = [bytes[j]!, bytes[i]!];
    }
    roundTrip(Uint8Array.from(bytes), 1);
  });

  test('chunks of counts and of gene ids take no more room than by zlib', () => {
    const random = createRandom(11, 0);
    const counts = Float32Array.from({ length: plane }, () => 1 + Math.floor((random.below(1000) / 1000) ** 4 * 12));
    let id = 0;
    const genes = Int32Array.from({ length: plane }, () => (id = (id + 1 + random.below(90)) % 62_710));
    for (const [numbers, most] of [[counts, 1], [genes, 1.01]] as const) {
      const raw = new Uint8Array(numbers.buffer);
      const theirs = deflateSync(shuffleBytes(raw, 4), { level: 1, strategy: constants.Z_RLE }).length;
      expect(roundTrip(raw, 4)).toBeLessThan(theirs * most);
    }
  });

  test('a chunk too large for its memory is left to zlib', () => expect(deflater.deflate(new Uint8Array((16 << 20) + 1), 4)).toBeNull());
});
