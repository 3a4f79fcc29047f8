/** Heaps: local heaps hold the names of a group, global heap collections the texts that datasets and attributes point at. */
import { createBytes, putUint64 } from './bytes.ts';
import type { Sink } from './sink.ts';

/** Bytes of one pointer to a text: its length, the address of its collection, its number there. */
export const referenceBytes = 16;

export interface TextHeap {
  /** Stores a text and writes the pointer to it into `view` at byte `at`. */
  put(text: string, view: DataView, at: number): void;
  /** Writes the collection begun last. */
  flush(): void;
}

const headerBytes = 16;
const objectHeaderBytes = 16;
const collectionBytes = 32_768;
/** Numbers within a collection have 16 bits. */
const mostObjects = 65_535;

/** Room for a collection is set aside when its first text comes, because pointers to it may be written before it is. */
export function createTextHeap(sink: Sink): TextHeap {
  const scratch = Buffer.allocUnsafe(collectionBytes);
  let address = -1;
  let size = 0;
  let used = 0;
  let objects = 0;
  let store = Buffer.alloc(0);

  const flush = (): void => {
    if (address < 0) return;
    // Object 0 is the free rest; less than an object header is understood to be free.
    store.fill(0, used, size);
    if (size - used >= objectHeaderBytes) store.writeUInt32LE(size - used, used + 8);
    sink.writeAt(address, store.subarray(0, size));
    address = -1;
  };
  const begin = (neededBytes: number): void => {
    flush();
    size = Math.max(collectionBytes, headerBytes + neededBytes);
    if (store.length < size) store = Buffer.alloc(size);
    address = sink.reserve(size);
    used = headerBytes;
    objects = 0;
    store.write('GCOL', 0, 'latin1');
    store.writeUInt32LE(1, 4);
    store.writeUInt32LE(size, 8);
    store.writeUInt32LE(0, 12);
  };

  return {
    put(text, view, at) {
      const mostBytes = text.length * 3;
      const encoded = mostBytes <= scratch.length ? scratch.subarray(0, scratch.write(text, 0, 'utf8')) : Buffer.from(text, 'utf8');
      if (encoded.length === 0) {
        view.setUint32(at, 0, true);
        putUint64(view, at + 4, 0);
        view.setUint32(at + 12, 0, true);
        return;
      }
      const needed = objectHeaderBytes + Math.ceil(encoded.length / 8) * 8;
      if (address < 0 || used + needed > size || objects === mostObjects) begin(needed);
      objects++;
      store.fill(0, used, used + needed);
      store.writeUInt16LE(objects, used);
      store.writeUInt32LE(encoded.length, used + 8);
      encoded.copy(store, used + objectHeaderBytes);
      used += needed;
      view.setUint32(at, encoded.length, true);
      putUint64(view, at + 4, address);
      view.setUint32(at + 12, objects, true);
    },
    flush,
  };
}

/** Places a local heap holding the names of a group; returns its address and where in it each name starts. */
export function placeLocalHeap(sink: Sink, names: readonly Buffer[]): { address: number; starts: number[] } {
  const noFreeBlock = 1;
  // The empty name at 0 is the lower bound of the group's tree.
  const data = createBytes(256).zeros(8);
  const starts = names.map((name) => {
    const start = data.length;
    data.bytes(name).u8(0).align(8);
    return start;
  });
  const dataAddress = sink.place(data.finish());
  const head = createBytes(32).ascii('HEAP').u8(0).zeros(3).u64(data.length).u64(noFreeBlock).u64(dataAddress).finish();
  return { address: sink.place(head), starts };
}
