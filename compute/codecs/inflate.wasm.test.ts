import { constants, deflateSync, inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { inflateByZlib } from './inflate.ts';
import { threadInflater, type Inflater } from './wasm/inflater.ts';

const built = threadInflater();
const own: Pick<Inflater, 'inflate'> = built ?? { inflate: inflateByZlib };

/** The bytes, or null for an error: what two decoders must agree on. */
function verdict(act: () => Uint8Array | null): Uint8Array | null {
  try {
    const bytes = act();
    if (bytes === null) throw new TypeError('no answer');
    return bytes;
  } catch (thrown) {
    // A trap would be an error of the module, not of its input.
    if (!(thrown instanceof Error) || thrown instanceof TypeError || thrown.name === 'RuntimeError') throw thrown;
    return null;
  }
}

function agree(stored: Uint8Array, outBytes: number): boolean {
  const theirs = verdict(() => inflateByZlib(stored, outBytes));
  const ours = verdict(() => own.inflate(stored, outBytes));
  expect(ours === null ? 'refused' : 'accepted').toBe(theirs === null ? 'refused' : 'accepted');
  if (ours !== null && theirs !== null) expect(Buffer.compare(ours, theirs)).toBe(0);
  return theirs !== null;
}

/** The words of the own decoder's error. */
function refusal(stored: Uint8Array, outBytes: number): string {
  try {
    own.inflate(stored, outBytes);
    return 'none';
  } catch (thrown) {
    return String(thrown);
  }
}

/** As RFC 1950 defines it. */
function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % 65521;
    high = (high + low) % 65521;
  }
  return ((high << 16) | low) >>> 0;
}

/** Payloads as plates hold them and as they do not: noise, runs, short periods, small and sorted numbers, far repeats. */
const payload = fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 6000 }), fc.integer(), fc.integer({ min: 1, max: 40 })).map(
  ([kind, length, seed, period]) => {
    let state = seed | 1;
    const random = (): number => {
      state = (Math.imul(state, 1664525) + 1013904223) | 0;
      return state >>> 24;
    };
    const bytes = new Uint8Array(length);
    let number = 0;
    for (let i = 0; i < length; i++) {
      if (kind === 0) bytes[i] = random();
      else if (kind === 1) bytes[i] = random() < 3 ? random() : (bytes[i - 1] ?? 0);
      else if (kind === 2) bytes[i] = random() < 5 || i < period ? random() : bytes[i - period]!;
      else if (kind === 3) bytes[i] = i % 4 === 2 ? [0, 0, 128, 192][random() & 3]! : i % 4 === 3 ? 64 : 0;
      else if (kind === 4) {
        if (i % 8 === 0) number += random() & 63;
        bytes[i] = i % 8 === 0 ? number & 255 : i % 8 === 1 ? (number >> 8) & 255 : 0;
      } else bytes[i] = i >= 1000 && random() < 250 ? bytes[i - 1000 + (random() & 1)]! : random();
    }
    return bytes;
  },
);

const packing = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  strategy: fc.constantFrom(
    constants.Z_DEFAULT_STRATEGY, constants.Z_FILTERED, constants.Z_HUFFMAN_ONLY, constants.Z_RLE, constants.Z_FIXED,
  ),
  windowBits: fc.integer({ min: 9, max: 15 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
});

describe.skipIf(built === null)('the own inflate (needs the built WASM module)', () => {
  test('gives back what zlib packed, whatever the level, strategy and window', () => {
    fc.assert(fc.property(payload, packing, (bytes, options) => {
      const out = own.inflate(deflateSync(bytes, options), bytes.length);
      expect(Buffer.compare(out ?? new Uint8Array(0), bytes)).toBe(0);
      expect(out!.byteOffset % 8).toBe(0);
    }), { numRuns: 1500 });
  });

  test('accepts and refuses what zlib does: flipped bits, cut ends, trailing bytes, other sizes', () => {
    const counts = { accepted: 0, refused: 0 };
    const harm = fc.record({
      flips: fc.array(fc.nat(), { maxLength: 3 }), near: fc.boolean(), cut: fc.option(fc.nat(), { freq: 4 }), tail: fc.nat(9), grow: fc.integer({ min: -2, max: 2 }),
    });
    fc.assert(fc.property(payload, packing, harm, (bytes, options, { flips, near, cut, tail, grow }) => {
      const packed = deflateSync(bytes, options);
      const stored = new Uint8Array(packed.length + (tail > 6 ? tail : 0));
      stored.set(packed);
      // The head holds the codes: damage there is the most varied.
      const reach = near ? Math.min(packed.length, 90) : packed.length;
      for (const flip of flips) stored[(flip >> 3) % reach]! ^= 1 << (flip & 7);
      const shown = cut === null ? stored : stored.subarray(0, cut % (stored.length + 1));
      const size = Math.max(0, bytes.length + (tail > 3 ? 0 : grow));
      counts[agree(shown, size) ? 'accepted' : 'refused']++;
    }), { numRuns: 5000 });
    expect(counts.accepted).toBeGreaterThan(100);
    expect(counts.refused).toBeGreaterThan(2500);
  });

  test('agrees with zlib on noise: strange codes, made into whole streams where they happen to be sound', () => {
    let sound = 0;
    fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 120 }), fc.boolean(), (noise, last) => {
      if (last) noise[0]! |= 1;
      const raw = verdict(() => inflateRawSync(noise));
      const words = refusal(Uint8Array.of(0x78, 0x9c, ...noise), 200_000);
      if (raw === null) {
        expect(words).toMatch(/damaged|too early/);
        return;
      }
      sound++;
      // Sound blocks; only the size is not the one asked for.
      expect(words).toMatch(/fewer/);
      let length = 1;
      while (verdict(() => inflateRawSync(noise.subarray(0, length))) === null) length++;
      const sum = adler32(raw);
      const whole = Uint8Array.of(0x78, 0x9c, ...noise.subarray(0, length), sum >>> 24, (sum >>> 16) & 255, (sum >>> 8) & 255, sum & 255);
      expect(agree(whole, raw.length)).toBe(raw.length > 0 || inflateByZlib(whole, 0).length === 0);
    }), { numRuns: 5000 });
    // About 30 by chance: a check that some were, which no run of luck can fail.
    expect(sound).toBeGreaterThan(4);
  });

  test('long streams of many blocks, and memory that grows between them', () => {
    for (const length of [100, 300_000, 5_000_000, 40]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i % 8 < 2 ? (Math.imul(i >> 3, 2654435761) >>> (24 - (i % 8))) & 255 : 0));
      expect(Buffer.compare(own.inflate(deflateSync(bytes, { level: 4 }), length)!, bytes)).toBe(0);
    }
  });

  test('inflates its own output, which lies in the memory it decodes to', () => {
    const bytes = Uint8Array.from({ length: 200_000 }, (_, i) => (i * i) >> 7);
    const once = deflateSync(bytes);
    const twice = deflateSync(once);
    expect(Buffer.compare(own.inflate(own.inflate(twice, once.length)!, bytes.length)!, bytes)).toBe(0);
  });

  test('leaves what its memory should not hold to zlib', () => {
    expect(own.inflate(deflateSync(new Uint8Array(10)), 33 << 20)).toBe(null);
  });
});

describe.skipIf(threadInflater() === null)('narrowing what was inflated', () => {
  const inflater = threadInflater()!;
  const inflated = (values: BigInt64Array | BigUint64Array): Uint8Array => inflater.inflate(deflateSync(new Uint8Array(values.buffer)), values.byteLength)!;

  test('any run of any length gives the low words and says whether all values fit', () => {
    const value = fc.oneof(fc.bigInt({ min: -(2n ** 31n), max: 2n ** 31n - 1n }), fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }));
    fc.assert(fc.property(fc.array(value, { maxLength: 40 }), fc.nat(40), fc.boolean(), (values, from, signed) => {
      const stored = signed ? BigInt64Array.from(values) : BigUint64Array.from(values);
      const bytes = inflated(stored);
      const view = signed ? new BigInt64Array(bytes.buffer, bytes.byteOffset, values.length) : new BigUint64Array(bytes.buffer, bytes.byteOffset, values.length);
      const part = view.subarray(Math.min(from, values.length));
      const found = inflater.narrow(part)!;
      expect(found.fits).toBe([...part].every((one) => one === BigInt.asIntN(32, one)));
      expect([...found.narrow]).toEqual([...part].map((one) => Number(BigInt.asIntN(32, one))));
      // The input is untouched: its chunk may be read on from.
      expect([...view]).toEqual([...stored]);
    }));
  });

  test('numbers that lie elsewhere are left to others', () => expect(inflater.narrow(BigInt64Array.of(1n, 2n))).toBeNull());
});
