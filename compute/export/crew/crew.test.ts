/** What a crew packs is what one thread would pack. That it reads in order and says why it cannot is tested with whole exports. */
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { threadDeflater } from '../../codecs/deflate/deflater.ts';
import { shuffleBytes } from '../../codecs/deflate/zlib.ts';
import { createRandom } from '../../random/random.ts';
import { openCrew } from './crew.ts';

const deflater = threadDeflater()!;

describe('a crew', () => {
  test('packs many chunks to the same bytes as one thread would, and gives their memory back', async () => {
    const crew = openCrew(2);
    try {
      const random = createRandom(5, 0);
      const raws = Array.from({ length: 9 }, (_, n) => Uint8Array.from({ length: 40_000 }, () => random.below(1 + 30 * n)));
      const packed = await Promise.all(raws.map((raw) => crew.pack(raw.slice().buffer, 36_000, { elementBytes: 4, level: 1, shuffle: true })));
      for (const [n, { bytes, spare }] of packed.entries()) {
        expect(Buffer.compare(bytes, deflater.deflate(raws[n]!.subarray(0, 36_000), 4)!)).toBe(0);
        expect(spare?.byteLength).toBeGreaterThanOrEqual(bytes.length);
      }
      const strong = await crew.pack(raws[0]!.slice().buffer, 36_000, { elementBytes: 4, level: 6, shuffle: true });
      expect(Buffer.compare(inflateSync(strong.bytes), shuffleBytes(raws[0]!.subarray(0, 36_000), 4))).toBe(0);
    } finally {
      await crew.close();
    }
    await expect(crew.pack(new ArrayBuffer(8), 8, { elementBytes: 4, level: 1, shuffle: true })).rejects.toThrow();
  });
});
