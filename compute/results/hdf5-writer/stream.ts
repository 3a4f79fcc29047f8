/** Arrays written by appending: elements gather in one chunk, full chunks are filtered and queued. Memory: a few chunks. */
import { failure } from '../../../protocol/errors.ts';
import type { Packing } from '../../codecs/deflate/packer.ts';
import { placeChunkTree } from './btree.ts';
import { elementBytes, type StoredType } from './datatype.ts';
import { createTextHeap } from './heap.ts';
import type { Storage } from './messages.ts';
import { chunkPut, type Numbers } from './put.ts';
import type { Sink } from './sink.ts';

export interface ChunkOptions {
  /** Rows (elements of a 1-D array) of one chunk. */
  readonly chunkRows: number;
  /** Deflate level; 0 stores the chunks as they are. */
  readonly gzip: number;
  readonly shuffle: boolean;
}

export interface ArrayStream {
  /** Elements appended so far. */
  readonly length: number;
  /** Appends values[start..end), row-major, converted to the stored type. Whole numbers only for integer types. */
  append(values: Numbers, start?: number, end?: number): Promise<void>;
}

/** Where a stream stands: enough to go on in another process once the file's end is restored. */
export interface StreamState {
  readonly addresses: Float64Array;
  readonly storedBytes: Float64Array;
  /** Bytes of the chunk being filled. */
  readonly pending: Uint8Array;
}

export interface ResumableStream extends ArrayStream {
  /** Call it when the sink has been synced. */
  save(): StreamState;
  /** Into a stream that nothing was appended to. */
  restore(state: StreamState): void;
}

export interface TextStream {
  readonly length: number;
  append(values: readonly string[]): Promise<void>;
}

export interface FinishedStream {
  readonly elements: number;
  readonly storage: Storage;
}

interface ChunkFeed {
  /** The chunk being filled and the elements in it; `step` tells of elements added. */
  chunk(): ArrayBuffer;
  filled(): number;
  step(elements: number): Promise<void>;
  save(): StreamState;
  /** Returns the elements that the stream then has. */
  restore(state: StreamState): number;
  finish(): Promise<FinishedStream>;
}

function createFeed(sink: Sink, type: StoredType, rowShape: readonly number[], options: ChunkOptions): ChunkFeed {
  const bytes = elementBytes(type);
  const rowElements = rowShape.reduce((product, size) => product * size, 1);
  const chunkElements = options.chunkRows * rowElements;
  const addresses: number[] = [];
  const storedBytes: number[] = [];
  const how: Packing = { elementBytes: bytes, level: options.gzip, shuffle: options.shuffle };
  /** Chunks that were written, to be filled again: fresh memory is dear. */
  const spares: ArrayBuffer[] = [];
  let buffer = new ArrayBuffer(chunkElements * bytes);
  let filled = 0;
  let full = 0;

  const hand = (elements: number): Promise<void> => {
    return sink.queue(buffer, elements * bytes, how, (address, stored, spare) => {
      addresses.push(address);
      storedBytes.push(stored);
      if (spare?.byteLength === chunkElements * bytes) spares.push(spare);
    });
  };

  return {
    chunk: () => buffer,
    filled: () => filled,
    async step(elements) {
      filled += elements;
      if (filled < chunkElements) return;
      const handed = hand(chunkElements);
      buffer = spares.pop() ?? new ArrayBuffer(chunkElements * bytes);
      filled = 0;
      full++;
      await handed;
    },
    save: () => ({ addresses: Float64Array.from(addresses), storedBytes: Float64Array.from(storedBytes), pending: new Uint8Array(buffer.slice(0, filled * bytes)) }),
    restore(state) {
      for (const address of state.addresses) addresses.push(address);
      for (const stored of state.storedBytes) storedBytes.push(stored);
      full = addresses.length;
      filled = state.pending.length / bytes;
      new Uint8Array(buffer).set(state.pending);
      return full * chunkElements + filled;
    },
    async finish() {
      const elements = full * chunkElements + filled;
      if (elements === 0) return { elements, storage: { kind: 'contiguous', address: -1, bytes: 0 } };
      if (elements % rowElements !== 0) throw failure('internal', { detail: `an array in ${sink.path} ends within a row` });
      // A lone chunk is cut to what it holds; a last one of several is padded with zeros, as HDF5 asks.
      const shape = [full === 0 ? filled / rowElements : options.chunkRows, ...rowShape];
      new Uint8Array(buffer).fill(0, filled * bytes);
      if (filled > 0) await hand(full === 0 ? filled : chunkElements);
      await sink.drain();
      const treeAddress = placeChunkTree(sink, { addresses, storedBytes }, shape, bytes);
      return { elements, storage: { kind: 'chunked', treeAddress, chunkShape: shape, gzip: options.gzip, shuffle: options.shuffle } };
    },
  };
}

export type Finishing<Stream> = Stream & { finish(): Promise<FinishedStream> };

/** An array whose rows have the shape `rowShape`: [] for a 1-D array, [columns] for a matrix. */
export function createArrayStream(
  sink: Sink, type: Exclude<StoredType, 'text'>, rowShape: readonly number[], options: ChunkOptions,
): Finishing<ResumableStream> {
  const feed = createFeed(sink, type, rowShape, options);
  const put = chunkPut(type);
  const chunkElements = rowShape.reduce((product, size) => product * size, options.chunkRows);
  let length = 0;
  return {
    get length() {
      return length;
    },
    async append(values, start = 0, end = values.length) {
      for (let from = start; from < end; ) {
        const to = Math.min(end, from + chunkElements - feed.filled());
        put(feed.chunk(), feed.filled(), values, from, to);
        length += to - from;
        await feed.step(to - from);
        from = to;
      }
    },
    save: feed.save,
    restore: (state) => void (length = feed.restore(state)),
    finish: feed.finish,
  };
}

/** A 1-D array of texts: pointers in the chunks, the texts in a heap of its own. */
export function createTextStream(sink: Sink, options: ChunkOptions): Finishing<TextStream> {
  const feed = createFeed(sink, 'text', [], options);
  const heap = createTextHeap(sink);
  let length = 0;
  return {
    get length() {
      return length;
    },
    async append(values) {
      for (let from = 0; from < values.length; ) {
        const to = Math.min(values.length, from + options.chunkRows - feed.filled());
        const view = new DataView(feed.chunk());
        for (let i = from, at = feed.filled() * 16; i < to; i++, at += 16) heap.put(values[i]!, view, at);
        length += to - from;
        await feed.step(to - from);
        from = to;
      }
    },
    async finish() {
      heap.flush();
      return feed.finish();
    },
  };
}
