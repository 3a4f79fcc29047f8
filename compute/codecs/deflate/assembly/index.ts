// zlib streams (RFC 1950) of chunks of numbers: bytes shuffled, then runs and literals with a code for every plane. Nothing
// else is looked for, because shuffled numbers hold nothing else worth the time.
import { adler32 } from '../../wasm/assembly/adler';
import { beginBits, endBits, prepareLengths, putBlock } from './block';
import { BLOCK, FREE } from './layout';
import { shuffle } from './shuffle';

/** Planes shorter than this share blocks: a code of their own would take more room than it saves. */
const LEAST_PLANE: u32 = 8192;

/** Where the caller may begin to place input and output. */
export function freeAddress(): usize {
  return FREE;
}

/** Once per instance. */
export function prepare(): void {
  prepareLengths();
}

/** Bytes that the stream of `bytes` bytes may take, and what is written behind its end. */
export function mostBytes(bytes: u32): u32 {
  return bytes + (bytes >> 9) + 256;
}

/**
 * Writes the stream to `output` and returns its length. With elements of more than one byte the `bytes` bytes at `raw` are
 * shuffled first, to `work`: as much room, with 16 bytes before it and 64 behind it. Else they are read where they are,
 * and need that room around them.
 */
export function deflate(raw: usize, bytes: u32, elementBytes: u32, work: usize, output: usize): u32 {
  let from = raw;
  if (elementBytes > 1) {
    shuffle(raw, bytes, elementBytes, work);
    from = work;
  }
  // Window of 32 KiB, fastest.
  store<u16>(output, 0x0178);
  beginBits(output + 2);
  const plane = bytes / elementBytes;
  const step = plane < LEAST_PLANE || elementBytes == 1 ? BLOCK : plane;
  if (bytes == 0) {
    // An empty stored block.
    store<u8>(output + 2, 1);
    store<u32>(output + 3, 0xffff0000);
    beginBits(output + 7);
  }
  for (let start: u32 = 0; start < bytes; ) {
    const planeEnd = min(bytes, (start / step + 1) * step);
    const end = min(start + BLOCK, planeEnd);
    putBlock(from + start, from + end, end == bytes);
    start = end;
  }
  const end = endBits();
  store<u32>(end, bswap<u32>(adler32(from, bytes)));
  return <u32>(end + 4 - output);
}
