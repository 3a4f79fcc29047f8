/**
 * Inflates only the start of a chunk, for readers that need its first rows. The Adler-32 at the end is never reached, so
 * damage goes unnoticed: use it only for files whose digest has been verified.
 */
import { constants, inflateSync } from 'node:zlib';
import { inflatedBytesLimit, plainBytes } from './inflate.ts';

/**
 * The bytes that `storedPrefix` (the first bytes of a zlib stream of `outBytes` bytes in all) can give so far. A caller that
 * needs more feeds a longer prefix. Throws a plain Error on damage met on the way or when more than `outBytes` come out.
 */
export function inflatePrefix(storedPrefix: Uint8Array, outBytes: number): Uint8Array {
  const limit = Math.min(outBytes, inflatedBytesLimit(storedPrefix.length));
  const out = inflateSync(storedPrefix, {
    chunkSize: Math.max(64, limit + 1),
    maxOutputLength: Math.max(1, limit),
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  return plainBytes(out);
}

/**
 * How many stored bytes to feed so that the first `wantedBytes` of `outBytes` very likely come out: their share of the
 * stream plus an eighth, and 512 bytes for the Huffman tables.
 */
export function prefixBytesFor(wantedBytes: number, outBytes: number, storedBytes: number): number {
  return Math.min(storedBytes, Math.ceil((storedBytes * wantedBytes * 1.125) / Math.max(1, outBytes)) + 512);
}
