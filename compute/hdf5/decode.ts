/** Takes one stored chunk back through its filters, last applied first, to the plain bytes of its elements. */
import { announcedBytes, checkCrc32c, checkFletcher32, decodeLzf, inflate, inflatedBytesLimit, lzfBytesLimit, unpackFresh, unpackInto, unshuffle } from '../codecs/index.ts';
import type { H5Filter } from './spec.ts';

/** Memory a decoder reuses from chunk to chunk; whatever it gives out is valid until it is used again. */
export interface DecodeScratch {
  unpacked: Uint8Array;
  ordered: Uint8Array;
  /** What had to be saved from memory that others use. */
  kept: Uint8Array;
}

export function newScratch(): DecodeScratch {
  return { unpacked: new Uint8Array(0), ordered: new Uint8Array(0), kept: new Uint8Array(0) };
}

/**
 * The `chunkBytes` bytes of a chunk: a view of `stored` where no filter applies, else of `scratch` or of memory that the next
 * decoding in this thread may use again. Bit i of `filterMask` says that filter i was skipped. Throws a plain Error on damage; never allocates more than a few chunks.
 */
export function decodeChunk(stored: Uint8Array, filters: readonly H5Filter[], filterMask: number, chunkBytes: number, scratch: DecodeScratch): Uint8Array {
  const applied = filters.filter((_, i) => (filterMask & (1 << i)) === 0);
  let bytes = stored;
  for (let i = applied.length - 1; i >= 0; i--) {
    const filter = applied[i]!;
    switch (filter.id) {
      case 'deflate':
        bytes = inflate(bytes, outputBytes(applied, i, chunkBytes, inflatedBytesLimit(bytes.length)));
        break;
      case 'lzf': {
        const target = sized(scratch, 'unpacked', outputBytes(applied, i, chunkBytes, lzfBytesLimit(bytes.length)));
        decodeLzf(bytes, target);
        bytes = target;
        break;
      }
      case 'shuffle': {
        const target = sized(scratch, 'ordered', bytes.length);
        unshuffle(bytes, filter.elementBytes, target);
        bytes = target;
        break;
      }
      case 'gzip':
      case 'zstd':
        // Its memory is new: from here on the scratch's own.
        bytes = scratch.unpacked = unpackFresh(bytes, filter.id, outputBytes(applied, i, chunkBytes, filter.id === 'gzip' ? inflatedBytesLimit(bytes.length) : Infinity));
        break;
      case 'blosc':
      case 'lz4': {
        const target = sized(scratch, 'unpacked', outputBytes(applied, i, chunkBytes, announcedBytes(bytes, filter.id)));
        unpackInto(bytes, filter.id, target);
        bytes = target;
        break;
      }
      case 'fletcher32':
        bytes = checkFletcher32(bytes);
        break;
      case 'crc32c':
        bytes = checkCrc32c(bytes);
        break;
    }
  }
  if (bytes.length !== chunkBytes) throw new Error(`it holds ${bytes.length} bytes instead of ${chunkBytes}`);
  return bytes;
}

/** Whether the bytes lie in the scratch, where only its owner overwrites them. */
export function liesIn(scratch: DecodeScratch, bytes: Uint8Array): boolean {
  return [scratch.unpacked, scratch.ordered, scratch.kept].some((own) => own.buffer === bytes.buffer);
}

/** The same bytes in the scratch. */
export function keepIn(scratch: DecodeScratch, bytes: Uint8Array): Uint8Array {
  const target = sized(scratch, 'kept', bytes.length);
  target.set(bytes);
  return target;
}

/** What a decompressor must give: the chunk, plus four bytes for each checksum that was put on before compressing. */
function outputBytes(applied: readonly H5Filter[], at: number, chunkBytes: number, limit: number): number {
  let bytes = chunkBytes;
  for (let i = 0; i < at; i++) if (applied[i]!.id === 'fletcher32' || applied[i]!.id === 'crc32c') bytes += 4;
  // Said before anything is allocated: a few damaged bytes must not claim gigabytes.
  if (bytes > limit) throw new Error(`its stored bytes cannot hold the ${bytes} bytes of a chunk`);
  return bytes;
}

function sized(scratch: DecodeScratch, which: keyof DecodeScratch, bytes: number): Uint8Array {
  if (scratch[which].length < bytes) scratch[which] = new Uint8Array(bytes);
  return scratch[which].subarray(0, bytes);
}
