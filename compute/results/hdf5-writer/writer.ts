/**
 * A small HDF5 writer: superblock 0, symbol-table groups, contiguous and chunked (B-tree version 1) datasets, deflate and
 * shuffle, texts in global heaps, attributes: what every HDF5 library since 1.6 reads. Arrays of any length are appended
 * within a few chunks of memory; the index of names is written by close, so an unfinished file is not an HDF5 file.
 */
import { failure } from '../../../protocol/errors.ts';
import type { Dtype } from '../../../protocol/matrix.ts';
import { zlibPacker } from '../../codecs/deflate/packer.ts';
import { elementBytes } from './datatype.ts';
import { createTextHeap, referenceBytes } from './heap.ts';
import { chunkPut, type Numbers } from './put.ts';
import { createSink } from './sink.ts';
import {
  createArrayStream, createTextStream, type ChunkOptions, type ResumableStream, type FinishedStream, type TextStream,
} from './stream.ts';
import { placeNode, resolveName, superblock, superblockBytes, type Attributes, type DatasetNode, type GroupNode } from './tree.ts';

/** How an appended array is stored. */
export interface StreamOptions extends ChunkOptions {
  /** Axes after the first: [] (default) for a 1-D array, [columns] for a matrix. */
  readonly rowShape?: readonly number[];
  readonly attributes?: Attributes;
}

export interface Hdf5Writer {
  readonly path: string;
  /** Makes a group, like 'obs' or 'uns/pca'; the group that holds it must exist. */
  group(name: string, attributes?: Attributes): void;
  /** Begins an array that grows by whole rows; ready when `close` is called. */
  stream(name: string, type: Dtype, options: StreamOptions): ResumableStream;
  textStream(name: string, options: StreamOptions): TextStream;
  /** A small array written at once, uncompressed; shape [] is a scalar. */
  array(name: string, type: Dtype, values: Numbers, shape: readonly number[], attributes?: Attributes): void;
  /** Small text arrays, or one text with shape []. */
  texts(name: string, values: readonly string[], shape: readonly number[], attributes?: Attributes): void;
  /** Writes what still waits for its turn: what comes next lies behind it, however the threads are timed. */
  settle(): Promise<void>;
  /** Makes everything so far durable; the end of the file then. */
  sync(): Promise<number>;
  /** Goes on behind what an earlier attempt had synced: streams are restored by their owners. */
  goOn(end: number): Promise<void>;
  /** Finishes every stream, writes the index of names and forces the file to disk. Returns its size in bytes. */
  close(): Promise<number>;
  /** Closes an unfinished file and leaves it to the caller to delete. */
  abandon(): void;
}

/**
 * Begins a file, replacing one that is there. `firstByte` leaves a hole before the data: how tests get past 4 GiB cheaply.
 * `again`: an earlier attempt at the very same file is there; the same calls write the same bytes over it, and `goOn` skips ahead.
 * `packer` stays its owner's to close.
 * @throws disk-full, not-permitted, file-not-found or io-failed, here and from every method, with the path.
 */
export function createHdf5(path: string, rootAttributes: Attributes = {}, firstByte = superblockBytes, again = false, packer = zlibPacker): Hdf5Writer {
  const sink = createSink(path, firstByte, again, packer);
  const heap = createTextHeap(sink);
  const root: GroupNode = { kind: 'group', members: new Map(), attributes: rootAttributes };
  const open: { finish(): Promise<FinishedStream>; add(finished: FinishedStream): void }[] = [];
  const begun = new Set<string>();

  const add = (name: string, node: DatasetNode | GroupNode): void => {
    const { group, leaf } = resolveName(root, name);
    group.members.set(leaf, node);
  };
  const begin = (name: string): void => {
    resolveName(root, name);
    if (begun.has(name)) throw failure('internal', { detail: `${name} is written twice` });
    begun.add(name);
  };
  const placeWhole = (name: string, type: DatasetNode['type'], bytes: Uint8Array, shape: readonly number[], attributes: Attributes): void => {
    begin(name);
    const address = bytes.length === 0 ? -1 : sink.place(bytes);
    const storage = { kind: 'contiguous', address, bytes: bytes.length } as const;
    add(name, { kind: 'dataset', type, shape, storage, resizable: false, attributes });
  };
  const track = <Stream extends { finish(): Promise<FinishedStream> }>(
    name: string, type: DatasetNode['type'], stream: Stream, options: StreamOptions,
  ): Stream => {
    const rowShape = options.rowShape ?? [];
    const rowElements = rowShape.reduce((product, size) => product * size, 1);
    open.push({
      finish: stream.finish,
      add({ elements, storage }) {
        const shape = [rowElements === 0 ? 0 : elements / rowElements, ...rowShape];
        add(name, { kind: 'dataset', type, shape, storage, resizable: true, attributes: options.attributes ?? {} });
      },
    });
    return stream;
  };

  return {
    path,
    group(name, attributes = {}) {
      begin(name);
      add(name, { kind: 'group', members: new Map(), attributes });
    },
    stream(name, type, options) {
      begin(name);
      return track(name, type, createArrayStream(sink, type, options.rowShape ?? [], options), options);
    },
    textStream(name, options) {
      begin(name);
      return track(name, 'text', createTextStream(sink, options), options);
    },
    array(name, type, values, shape, attributes = {}) {
      const bytes = new ArrayBuffer(values.length * elementBytes(type));
      chunkPut(type)(bytes, 0, values, 0, values.length);
      placeWhole(name, type, new Uint8Array(bytes), shape, attributes);
    },
    texts(name, values, shape, attributes = {}) {
      const bytes = new Uint8Array(values.length * referenceBytes);
      const view = new DataView(bytes.buffer);
      values.forEach((text, i) => heap.put(text, view, i * referenceBytes));
      placeWhole(name, 'text', bytes, shape, attributes);
    },
    settle: () => sink.drain(),
    sync: () => sink.sync(),
    goOn: (end) => sink.goOn(end),
    async close() {
      for (const stream of open) stream.add(await stream.finish());
      const placed = placeNode(sink, heap, root, '');
      heap.flush();
      const size = sink.end;
      sink.writeAt(0, superblock(placed, size));
      sink.seal();
      return size;
    },
    abandon: () => sink.abandon(),
  };
}
