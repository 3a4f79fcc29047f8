/** Filters undone by their definition and by zlib itself. */
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createRandom } from '../../random/random.ts';
import { deflateBytes, shuffleBytes } from './zlib.ts';

const random = createRandom(5, 0);
const noise = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.below(256));

function unshuffled(bytes: Uint8Array, elementBytes: number): Uint8Array {
  const out = Uint8Array.from(bytes);
  const elements = Math.floor(bytes.length / elementBytes);
  for (let element = 0; element < elements; element++) {
    for (let byte = 0; byte < elementBytes; byte++) out[element * elementBytes + byte] = bytes[byte * elements + element]!;
  }
  return out;
}

describe('shuffle', () => {
  test.each([[2, 0], [3, 1], [4, 0], [4, 1], [8, 0], [8, 3], [8, 4]])('elements of %i bytes, %i bytes into their buffer, with a rest', (elementBytes, offset) => {
    const raw = noise(offset + 37 * elementBytes + elementBytes - 1).subarray(offset);
    expect(unshuffled(shuffleBytes(raw, elementBytes), elementBytes)).toEqual(Uint8Array.from(raw));
  });
});

describe('deflate', () => {
  test.each([[1, true], [1, false], [6, true]])('level %i, shuffled %s', async (level, shuffled) => {
    const counts = new Uint8Array(Float32Array.from({ length: 5000 }, () => random.below(4)).buffer);
    const raw = shuffled ? shuffleBytes(counts, 4) : counts;
    const packed = await deflateBytes(raw, level, shuffled);
    expect(packed.length).toBeLessThan(raw.length / 4);
    expect(Uint8Array.from(inflateSync(packed))).toEqual(raw);
  });
});
