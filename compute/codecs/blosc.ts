/**
 * Blosc (version 1), the container that Zarr stores of version 2 are compressed with by default: blocks of bytes, shuffled by byte or
 * bit, each compressed in one piece or in one per byte of an element.
 */
import { inflateSync, zstdDecompressSync } from 'node:zlib';
import { decodeLz4 } from './lz4.ts';
import { unshuffle } from './shuffle.ts';

const headBytes = 16;
const flag = { shuffle: 1, stored: 2, bitShuffle: 4, whole: 16 } as const;
/** By the number in the upper bits of the flags. */
const compressors = ['blosclz', 'lz4', 'snappy', 'zlib', 'zstd'] as const;
/** Compressors that are read here, by the names of numcodecs. */
export const bloscCompressors: readonly string[] = ['lz4', 'lz4hc', 'zlib', 'zstd'];
/** Blocks are cut per byte of an element only within these limits. */
const mostSplits = 16;
const leastSplitBytes = 128;

let scratch = new Uint8Array(0);

/** Bytes that a container says to hold. Throws a plain Error when it is none. */
export function bloscBytes(stored: Uint8Array): number {
  if (stored.length < headBytes) throw new Error('it is too short for a Blosc container');
  return viewOn(stored).getUint32(4, true);
}

/** Decodes `stored` into `out`, which must be filled exactly. Throws a plain Error on damage; touches no memory outside. */
export function decodeBlosc(stored: Uint8Array, out: Uint8Array): void {
  const bytes = bloscBytes(stored);
  if (bytes !== out.length) throw new Error(`its Blosc container holds ${bytes} bytes instead of ${out.length}`);
  const view = viewOn(stored);
  const [flags, elementBytes, blockBytes] = [stored[2]!, stored[3]!, view.getUint32(8, true)];
  if (flags & flag.stored) {
    if (stored.length < headBytes + bytes) throw new Error('its Blosc container ends too early');
    out.set(stored.subarray(headBytes, headBytes + bytes));
    return;
  }
  if (bytes === 0) return;
  const compressor = compressors[flags >> 5] ?? 'an unknown compressor';
  if (blockBytes === 0 || elementBytes === 0) throw new Error('its Blosc container is damaged');
  const blocks = Math.ceil(bytes / blockBytes);
  if (headBytes + 4 * blocks > stored.length) throw new Error('its Blosc container ends too early');
  const byBits = (flags & flag.bitShuffle) !== 0;
  const shuffled = byBits || (elementBytes > 1 && (flags & flag.shuffle) !== 0);
  for (let block = 0; block < blocks; block++) {
    const target = out.subarray(block * blockBytes, Math.min(bytes, (block + 1) * blockBytes));
    if (shuffled && scratch.length < target.length) scratch = new Uint8Array(target.length);
    const plain = shuffled ? scratch.subarray(0, target.length) : target;
    const split = (flags & flag.whole) === 0 && target.length === blockBytes && elementBytes <= mostSplits && blockBytes / elementBytes >= leastSplitBytes;
    unpackBlock(stored, view, view.getUint32(headBytes + 4 * block, true), plain, split ? elementBytes : 1, compressor);
    if (!shuffled) continue;
    if (byBits) unshuffleBits(plain, elementBytes, target);
    else unshuffle(plain, elementBytes, target);
  }
}

function unpackBlock(stored: Uint8Array, view: DataView, start: number, plain: Uint8Array, pieces: number, compressor: string): void {
  const pieceBytes = Math.floor(plain.length / pieces);
  let at = start;
  for (let piece = 0; piece < pieces; piece++) {
    if (at + 4 > stored.length) throw new Error('its Blosc container ends too early');
    const packedBytes = view.getInt32(at, true);
    at += 4;
    if (packedBytes < 0 || at + packedBytes > stored.length) throw new Error('its Blosc container ends too early');
    const packed = stored.subarray(at, at + packedBytes);
    const target = plain.subarray(piece * pieceBytes, (piece + 1) * pieceBytes);
    // What could not be made smaller lies there as it is.
    if (packedBytes === pieceBytes) target.set(packed);
    else unpack(packed, target, compressor);
    at += packedBytes;
  }
}

function unpack(packed: Uint8Array, target: Uint8Array, compressor: string): void {
  switch (compressor) {
    case 'lz4':
      return decodeLz4(packed, target);
    case 'zlib':
      return filled(target, inflateSync(packed, { maxOutputLength: Math.max(1, target.length) }));
    case 'zstd':
      return filled(target, zstdDecompressSync(packed, { maxOutputLength: Math.max(1, target.length) }));
    default:
      throw new Error(`it is compressed with ${compressor}, which is not read here`);
  }
}

function filled(target: Uint8Array, bytes: Uint8Array): void {
  if (bytes.length !== target.length) throw new Error(`decoded to ${bytes.length} bytes instead of ${target.length}`);
  target.set(bytes);
}

/**
 * Undoes the shuffle by bit: stored are the first bits of the first bytes of all elements, then their second bits, and so on. As Blosc
 * does it: not at all where the number of elements is no multiple of eight.
 */
export function unshuffleBits(shuffled: Uint8Array, elementBytes: number, out: Uint8Array): void {
  const count = Math.floor(shuffled.length / elementBytes);
  if (count % 8 !== 0) return out.set(shuffled);
  const rowBytes = count / 8;
  for (let byte = 0; byte < elementBytes; byte++) {
    const planes = shuffled.subarray(8 * byte * rowBytes);
    for (let group = 0; group < rowBytes; group++) {
      for (let element = 0; element < 8; element++) {
        let value = 0;
        for (let bit = 0; bit < 8; bit++) value |= ((planes[bit * rowBytes + group]! >> element) & 1) << bit;
        out[(8 * group + element) * elementBytes + byte] = value;
      }
    }
  }
  out.set(shuffled.subarray(count * elementBytes), count * elementBytes);
}

function viewOn(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
