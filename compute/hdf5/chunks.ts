/** Decoded chunks of one dataset: fetch, filters, byte order, and the error that names a damaged chunk. */
import { failure, isTruckeeError, messageOf } from '../../protocol/errors.ts';
import { inflatePrefix, prefixBytesFor, threadInflater } from '../codecs/index.ts';
import { elementBytesOf } from './datatype.ts';
import { decodeChunk, keepIn, liesIn, newScratch, type DecodeScratch } from './decode.ts';
import { chunkFetcher } from './fetch.ts';
import type { FileBytes } from '../../io/file.ts';
import type { ChunkIndex, DatasetSpec, NumericArray } from './spec.ts';
import { bytesOf, swapBytes, viewOf } from './views.ts';

/** Rows (2-D) or elements (1-D) that a chunk covers, for its error. */
export type ChunkRows = (chunk: number) => { readonly rowStart: number; readonly rowEnd: number };

/** A place for one decoded chunk; decoding another one into it makes the former view invalid. */
export interface ChunkSlot {
  chunk: number;
  /** Whole chunk, or as many of its first elements as were decoded. */
  view: NumericArray | null;
  /** The view lies in memory of the thread's decoder: another decoder's next chunk overwrites it. */
  borrowed: boolean;
  readonly scratch: DecodeScratch;
}

export interface ChunkDecoder {
  /**
   * The numbers of a stored chunk, at least the first `neededElements` of them, decoded into `slot` unless they are still
   * there. Valid until anything else in this thread decodes, unless `settle` is called first. Errors: corrupt-chunk, io-failed.
   */
  decode(chunk: number, lastWanted: number, slot: ChunkSlot, neededElements: number): NumericArray;
  /** Moves what the slot has borrowed into its own memory; to be called before others may decode. */
  settle(slot: ChunkSlot): void;
}

export function newSlot(): ChunkSlot {
  return { chunk: -1, view: null, borrowed: false, scratch: newScratch() };
}

export interface DecoderOptions {
  readonly chunkElements: number;
  readonly rowsOf: ChunkRows;
  /** Several slots are in use at once, so none may point into memory that the next read overwrites. */
  readonly keepsMany: boolean;
  /** Decode only the start of a chunk where that is enough; skips its checksum. */
  readonly prefixes: boolean;
}

/** Above this share of a chunk its start costs nearly as much as the whole. */
const prefixShare = 0.7;

export function chunkDecoder(spec: DatasetSpec, file: FileBytes, index: ChunkIndex, options: DecoderOptions): ChunkDecoder {
  const { chunkElements, rowsOf, keepsMany } = options;
  const fetcher = chunkFetcher(file, index);
  const width = elementBytesOf(spec.dtype);
  const swaps = spec.bigEndian && width > 1;
  const prefixes = options.prefixes && spec.filters.length === 1 && spec.filters[0]!.id === 'deflate';

  /** The first elements of a chunk; null when the whole chunk has to be decoded. */
  const decodeStart = (chunk: number, lastWanted: number, neededElements: number, slot: ChunkSlot): NumericArray | null => {
    if (!prefixes || neededElements > prefixShare * chunkElements || index.filterMask[chunk] !== 0) return null;
    const stored = fetcher.fetch(chunk, lastWanted);
    const [wantedBytes, chunkBytes] = [neededElements * width, chunkElements * width];
    const own = threadInflater()?.start(stored, wantedBytes) ?? null;
    if (own !== null) {
      slot.borrowed = true;
      if (swaps) swapBytes(own, width);
      return viewOf(spec.dtype, own, neededElements);
    }
    for (let fed = prefixBytesFor(wantedBytes, chunkBytes, stored.length); fed < stored.length; fed *= 2) {
      const bytes = inflatePrefix(stored.subarray(0, fed), chunkBytes);
      if (bytes.length < wantedBytes) continue;
      if (swaps) swapBytes(bytes, width);
      return viewOf(spec.dtype, bytes, Math.floor(bytes.length / width));
    }
    return null;
  };

  const decodeInto = (chunk: number, lastWanted: number, slot: ChunkSlot): NumericArray => {
    const { scratch } = slot;
    const stored = fetcher.fetch(chunk, lastWanted);
    let bytes = decodeChunk(stored, spec.filters, index.filterMask[chunk]!, chunkElements * width, scratch);
    const isStored = bytes.buffer === stored.buffer;
    const isOwn = liesIn(scratch, bytes);
    if (isStored ? swaps || keepsMany : keepsMany && !isOwn) bytes = keepIn(scratch, bytes);
    slot.borrowed = !isStored && !isOwn && !keepsMany;
    if (swaps) swapBytes(bytes, width);
    return viewOf(spec.dtype, bytes, chunkElements);
  };

  return {
    decode: (chunk, lastWanted, slot, neededElements) => {
      if (slot.chunk === chunk && slot.view !== null && slot.view.length >= neededElements) return slot.view;
      slot.chunk = -1;
      slot.view = null;
      slot.borrowed = false;
      try {
        slot.view = decodeStart(chunk, lastWanted, neededElements, slot) ?? decodeInto(chunk, lastWanted, slot);
      } catch (thrown) {
        if (isTruckeeError(thrown)) throw thrown;
        const facts = { path: spec.file, dataset: spec.name, chunk, ...rowsOf(chunk), reason: messageOf(thrown) };
        throw failure('corrupt-chunk', facts, thrown);
      }
      slot.chunk = chunk;
      return slot.view;
    },
    settle: (slot) => {
      if (slot.borrowed && slot.view !== null) slot.view = viewOf(spec.dtype, keepIn(slot.scratch, bytesOf(slot.view)), slot.view.length);
      slot.borrowed = false;
    },
  };
}
