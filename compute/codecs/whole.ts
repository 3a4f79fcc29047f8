/** Compressors of Zarr stores besides zlib, in one place: to a known size, or to whatever size the stored bytes say. */
import { gunzipSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { crc32c } from '../../io/crc32c.ts';
import { bloscBytes, decodeBlosc } from './blosc.ts';
import { decodeLz4, lz4BytesLimit } from './lz4.ts';
import { plainBytes } from './inflate.ts';

export type Compressor = 'gzip' | 'zstd' | 'blosc' | 'lz4';

/** What says its size itself and is larger than this is damage. */
const mostBytes = 2 ** 31 - 1;

/** Into `out`, which must be filled exactly. Throws a plain Error on damage. */
export function unpackInto(stored: Uint8Array, by: 'blosc' | 'lz4', out: Uint8Array): void {
  if (by === 'blosc') decodeBlosc(stored, out);
  else decodeLz4(stored.subarray(4), out);
}

/** Bytes that the stored ones say to hold. Throws a plain Error on damage. */
export function announcedBytes(stored: Uint8Array, by: 'blosc' | 'lz4'): number {
  if (by === 'blosc') return bloscBytes(stored);
  const bytes = lz4Bytes(stored);
  if (bytes > lz4BytesLimit(stored.length)) throw new Error(`its stored bytes cannot hold ${bytes} bytes`);
  return bytes;
}

/** In fresh memory; `size` where it is known. Throws a plain Error on damage or more bytes than that. */
export function unpackFresh(stored: Uint8Array, by: Compressor | 'deflate', size?: number): Uint8Array {
  // One spare byte: the output then never fills its buffer, so that no second one is needed to find the end. No more than what is stored makes likely.
  const chunkSize = Math.min((size ?? mostBytes) + 1, Math.max(1 << 16, 64 * stored.length));
  const options = { maxOutputLength: Math.max(1, size ?? mostBytes), chunkSize: Math.max(64, chunkSize) };
  switch (by) {
    case 'gzip':
      return plainBytes(gunzipSync(stored, options));
    case 'deflate':
      return plainBytes(inflateSync(stored, options));
    case 'zstd':
      return plainBytes(zstdDecompressSync(stored, options));
    case 'blosc':
    case 'lz4': {
      const bytes = announcedBytes(stored, by);
      if (bytes > (size ?? mostBytes)) throw new Error(`it says to hold ${bytes} bytes`);
      const out = new Uint8Array(bytes);
      unpackInto(stored, by, out);
      return out;
    }
  }
}

/** numcodecs puts the size before the block. */
function lz4Bytes(stored: Uint8Array): number {
  if (stored.length < 4) throw new Error('it is too short for an LZ4 block');
  return new DataView(stored.buffer, stored.byteOffset).getUint32(0, true);
}

/** The bytes before a CRC-32C of four bytes. Throws a plain Error when it does not match. */
export function checkCrc32c(stored: Uint8Array): Uint8Array {
  if (stored.length < 4) throw new Error('it is too short for its checksum');
  const bytes = stored.subarray(0, stored.length - 4);
  if (new DataView(stored.buffer, stored.byteOffset + bytes.length).getUint32(0, true) !== crc32c(bytes)) throw new Error('its checksum does not match');
  return bytes;
}
