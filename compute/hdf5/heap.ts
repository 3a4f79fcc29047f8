/** Strings of variable length as they lie in the file: each element points into a global heap collection of strings. */
import { cursorOver, hasSignature, type Widths } from './cursor.ts';
import type { FileBytes } from '../../io/file.ts';
import { asBuffer, textIn } from './unpack.ts';

/** Decodes elements (length, heap address, index in the heap) to strings. Throws plain Errors on damage. */
export interface HeapStrings {
  /** Bytes of one element in the file. */
  readonly elementBytes: number;
  decode(elements: Uint8Array): string[];
}

interface Collection {
  readonly bytes: Buffer;
  /** Start and length of each object within `bytes`, by its index; no start where there is none. */
  readonly starts: readonly (number | undefined)[];
  readonly lengths: readonly number[];
}

/** Collections are 4 KiB or a little more. */
const usualBytes = 4096;
const keptCollections = 64;
const maxCollectionBytes = 1 << 28;

export function heapStrings(file: FileBytes, widths: Widths): HeapStrings {
  const kept = new Map<number, Collection>();

  const collectionAt = (address: number): Collection => {
    const known = kept.get(address);
    if (known !== undefined) return known;
    const collection = readCollection(file, widths, address);
    if (kept.size >= keptCollections) kept.delete(kept.keys().next().value!);
    kept.set(address, collection);
    return collection;
  };

  return {
    elementBytes: 8 + widths.offsetBytes,
    decode: (elements) => {
      const cursor = cursorOver(elements, widths);
      const out: string[] = [];
      let last: Collection | null = null;
      let lastAddress = -1;
      while (cursor.left > 0) {
        const length = cursor.u32();
        const address = cursor.address();
        const index = cursor.u32();
        // Never-written elements and empty strings have no place in a heap.
        if (length === 0 || address === null || address === widths.base) {
          out.push('');
          continue;
        }
        // Strings that follow one another mostly share a collection.
        if (address !== lastAddress) [last, lastAddress] = [collectionAt(address), address];
        const { bytes, starts, lengths } = last!;
        const start = starts[index];
        if (start === undefined || lengths[index]! < length) throw new Error('one of its strings is missing');
        out.push(textIn(bytes, start, start + length, false));
      }
      return out;
    },
  };
}

function readCollection(file: FileBytes, widths: Widths, address: number): Collection {
  const headBytes = 8 + widths.lengthBytes;
  const usual = file.read(address, Math.max(headBytes, Math.min(usualBytes, file.size - address)));
  const head = cursorOver(usual, widths);
  if (!hasSignature(head.bytes(4), 'GCOL')) throw new Error('its strings point to a place that holds none');
  head.skip(4);
  const size = head.length();
  if (size < headBytes || size > maxCollectionBytes) throw new Error('a collection of strings has an impossible size');
  const bytes = size <= usual.length ? usual.subarray(0, size) : file.read(address, size);
  const cursor = cursorOver(bytes, widths);
  cursor.skip(headBytes);
  const starts: (number | undefined)[] = [];
  const lengths: number[] = [];
  while (cursor.left >= headBytes) {
    const index = cursor.u16();
    cursor.skip(6);
    const length = cursor.length();
    // Object 0 is the free space at the end.
    if (index === 0) break;
    if (cursor.at + length > size) throw new Error('a string runs past its collection');
    starts[index] = cursor.at;
    lengths[index] = length;
    cursor.skip(Math.min(cursor.left, Math.ceil(length / 8) * 8));
  }
  return { bytes: asBuffer(bytes), starts, lengths };
}
