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
  /** Start and length of each object within `bytes`, by its index. */
  readonly objects: ReadonlyMap<number, readonly [start: number, length: number]>;
}

/** Collections are 4 KiB or a little more; strings that follow one another mostly share one. */
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
      while (cursor.left > 0) {
        const length = cursor.u32();
        const address = cursor.address();
        const index = cursor.u32();
        // Never-written elements and empty strings have no place in a heap.
        if (length === 0 || address === null || address === widths.base) {
          out.push('');
          continue;
        }
        const { bytes, objects } = collectionAt(address);
        const object = objects.get(index);
        if (object === undefined || object[1] < length) throw new Error('one of its strings is missing');
        out.push(textIn(bytes, object[0], object[0] + length, false));
      }
      return out;
    },
  };
}

function readCollection(file: FileBytes, widths: Widths, address: number): Collection {
  const headBytes = 8 + widths.lengthBytes;
  const head = cursorOver(file.read(address, headBytes), widths);
  if (!hasSignature(head.bytes(4), 'GCOL')) throw new Error('its strings point to a place that holds none');
  head.skip(4);
  const size = head.length();
  if (size < headBytes || size > maxCollectionBytes) throw new Error('a collection of strings has an impossible size');
  const bytes = file.read(address, size);
  const cursor = cursorOver(bytes, widths);
  cursor.skip(headBytes);
  const objects = new Map<number, readonly [number, number]>();
  while (cursor.left >= headBytes) {
    const index = cursor.u16();
    cursor.skip(6);
    const length = cursor.length();
    // Object 0 is the free space at the end.
    if (index === 0) break;
    objects.set(index, [cursor.at, length]);
    cursor.skip(Math.min(cursor.left, Math.ceil(length / 8) * 8));
  }
  for (const [start, length] of objects.values()) if (start + length > size) throw new Error('a string runs past its collection');
  return { bytes: asBuffer(bytes), objects };
}
