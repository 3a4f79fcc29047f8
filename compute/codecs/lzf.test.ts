import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeLzf, lzfBytesLimit } from './index.ts';

/** A plain packer for the tests: greedy search for the longest earlier match within 8 KiB. */
function packLzf(bytes: Uint8Array): Uint8Array {
  const out: number[] = [];
  let literals: number[] = [];
  const flush = (): void => {
    for (let i = 0; i < literals.length; i += 32) {
      const run = literals.slice(i, i + 32);
      out.push(run.length - 1, ...run);
    }
    literals = [];
  };
  for (let at = 0; at < bytes.length; ) {
    let [best, distance] = [0, 0];
    for (let back = 1; back <= Math.min(at, 8192); back++) {
      let length = 0;
      while (length < 264 && at + length < bytes.length && bytes[at + length] === bytes[at + length - back]) length++;
      if (length > best) [best, distance] = [length, back];
    }
    if (best < 3) {
      literals.push(bytes[at++]!);
      continue;
    }
    flush();
    const [code, offset] = [best - 2, distance - 1];
    if (code < 7) out.push((code << 5) | (offset >> 8), offset & 255);
    else out.push((7 << 5) | (offset >> 8), code - 7, offset & 255);
    at += best;
  }
  flush();
  return Uint8Array.from(out);
}

describe('decodeLzf', () => {
  test('decodes what h5py 3.7 wrote', () => {
    const stored = Buffer.from(
      'AQAA4P8A4BoABQECAwQFBuDJBh8HCAkKCwwNDg8QERITFBUWFxgZGhscHR4fICEiIyQlJh8nKCkqKywtLi8wMTIzNDU2Nzg5Ojs8PT4/QEFCQ0RFRhJHSElKS0xNTk9QUVJTVFVWV1hZ',
      'base64',
    );
    const out = new Uint8Array(600);
    decodeLzf(stored, out);
    expect([...out]).toEqual([
      ...new Array<number>(300).fill(0),
      ...Array.from({ length: 210 }, (_, i) => i % 7),
      ...Array.from({ length: 90 }, (_, i) => i),
    ]);
  });

  test('round trips, within the stated limit', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom(0, 1, 2, 200), { maxLength: 900 }), (values) => {
      const bytes = Uint8Array.from(values);
      const packed = packLzf(bytes);
      const out = new Uint8Array(bytes.length);
      decodeLzf(packed, out);
      expect(out).toEqual(bytes);
      expect(lzfBytesLimit(packed.length)).toBeGreaterThanOrEqual(bytes.length);
    }));
  });

  test('any bytes either fill the output exactly or throw, and nothing beside it is touched', () => {
    let [filled, thrown] = [0, 0];
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(100), (stored, size) => {
      const memory = new Uint8Array(size + 20).fill(0xee);
      try {
        decodeLzf(stored, memory.subarray(10, 10 + size));
        filled++;
      } catch {
        thrown++;
      }
      expect(memory.subarray(0, 10).every((byte) => byte === 0xee)).toBe(true);
      expect(memory.subarray(10 + size).every((byte) => byte === 0xee)).toBe(true);
    }), { numRuns: 5000 });
    expect(thrown).toBeGreaterThan(1000);
    expect(filled).toBeGreaterThan(0);
  });

  test('refuses truncated and lengthened streams', () => {
    const bytes = Uint8Array.from({ length: 200 }, (_, i) => i % 9);
    const packed = packLzf(bytes);
    for (let length = 0; length < packed.length; length++) {
      expect(() => decodeLzf(packed.subarray(0, length), new Uint8Array(200)), `${length}`).toThrow();
    }
    expect(() => decodeLzf(Uint8Array.of(...packed, 0, 1), new Uint8Array(200))).toThrow();
  });
});
