/** Who packs the chunks of files under construction: zlib's threads, or threads that use the engine's own deflate. */
import { constants, deflateSync } from 'node:zlib';
import { threadDeflater } from './deflater.ts';
import { deflateBytes, shuffleBytes } from './zlib.ts';

export interface Packing {
  readonly elementBytes: number;
  /** Deflate level; 0 leaves the bytes as they are. */
  readonly level: number;
  readonly shuffle: boolean;
}

export interface Packed {
  readonly bytes: Uint8Array;
  /** Memory of a chunk that is free once the bytes have been written. */
  readonly spare: ArrayBuffer | null;
}

export interface ChunkPacker {
  /** So many chunks under way keep it busy. */
  readonly underWay: number;
  /** The first `bytes` bytes of `chunk` as a zlib stream. The chunk is taken away: it must not be touched any more. */
  pack(chunk: ArrayBuffer, bytes: number, how: Packing): Promise<Packed>;
}

/** In the threads of this process's zlib. */
export const zlibPacker: ChunkPacker = {
  underWay: 6,
  async pack(chunk, bytes, { elementBytes, level, shuffle }) {
    const raw = new Uint8Array(chunk, 0, bytes);
    const ready = shuffle ? shuffleBytes(raw, elementBytes) : raw;
    return { bytes: level === 0 ? ready : await deflateBytes(ready, level, shuffle), spare: null };
  },
};

/** In this thread: the first `bytes` bytes of `chunk`, shuffled and packed, in its own memory where they fit. */
export function packChunk(chunk: ArrayBuffer, bytes: number, elementBytes: number): { readonly chunk: ArrayBuffer; readonly bytes: number } {
  const raw = new Uint8Array(chunk, 0, bytes);
  // zlib where the own module is not built, and for huge chunks.
  const packed = threadDeflater()?.deflate(raw, elementBytes) ?? deflateSync(shuffleBytes(raw, elementBytes), { level: 1, strategy: constants.Z_RLE });
  // Noise may take more room than it had.
  const home = packed.length <= chunk.byteLength ? chunk : new ArrayBuffer(packed.length);
  new Uint8Array(home).set(packed);
  return { chunk: home, bytes: packed.length };
}
