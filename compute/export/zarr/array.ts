/** Zarr v2 arrays written by appending: numbers (shuffle, then zlib) and texts (vlen-utf8, then zlib), one file per chunk. */
import { failure } from '../../../protocol/errors.ts';
import type { Dtype } from '../../../protocol/matrix.ts';
import { deflateBytes } from '../../codecs/deflate/zlib.ts';
import { elementBytes } from '../../results/hdf5-writer/datatype.ts';
import { chunkPut } from '../../results/hdf5-writer/put.ts';
import type { ArrayStream, Numbers, TextStream } from '../../results/h5ad/index.ts';
import type { Json, ZarrStore } from './store.ts';

/** The element types as numpy writes them, little endian. */
const typeCodes: Readonly<Record<Dtype, string>> = {
  bool: '|b1', int8: '|i1', uint8: '|u1', int16: '<i2', uint16: '<u2', int32: '<i4', uint32: '<u4', int64: '<i8', uint64: '<u8', float32: '<f4', float64: '<f8',
};

const level = 1;
const compressor = { id: 'zlib', level };
const textFilter = [{ id: 'vlen-utf8' }];

export interface ZarrArrayOptions {
  /** Rows of one chunk; an array that fits one chunk gets a chunk of its own length. */
  readonly chunkRows: number;
  /** [] for a 1-D array, [columns] for a matrix. */
  readonly rowShape: readonly number[];
  readonly attributes: Json;
}

/** Where an array stands that is written; the bytes are of the chunk being filled. */
export interface ZarrStreamState { readonly chunks: number; readonly pending: Uint8Array }

export interface ResumableStream extends ArrayStream {
  save(): ZarrStreamState;
  /** Into a stream that nothing was appended to. */
  restore(state: ZarrStreamState): void;
}

export type Finishing<Stream> = Stream & { finish(): Promise<void> };

const shuffleFilter = (bytes: number): Json[] | null => (bytes > 1 ? [{ id: 'shuffle', elementsize: bytes }] : null);

export function numberStream(store: ZarrStore, name: string, type: Dtype, options: ZarrArrayOptions): Finishing<ResumableStream> {
  const bytes = elementBytes(type);
  const put = chunkPut(type);
  const rowElements = options.rowShape.reduce((product, size) => product * size, 1);
  const chunkElements = options.chunkRows * rowElements;
  const keyTail = options.rowShape.length === 0 ? '' : '.0';
  let buffer = new ArrayBuffer(0);
  let filled = 0;
  let chunks = 0;
  let length = 0;
  const hand = (elements: number): Promise<void> => {
    // Padding of the last chunk is what was left in the buffer: make it zeros.
    new Uint8Array(buffer).fill(0, filled * bytes);
    const packed = store.packer.pack(buffer, elements * bytes, { elementBytes: bytes, level, shuffle: bytes > 1 });
    buffer = new ArrayBuffer(0);
    filled = 0;
    return store.chunk(name, `${chunks++}${keyTail}`, packed.then((made) => made.bytes));
  };
  return {
    get length() {
      return length;
    },
    async append(values: Numbers, start = 0, end = values.length) {
      for (let from = start; from < end; ) {
        if (buffer.byteLength === 0) buffer = new ArrayBuffer(chunkElements * bytes);
        const to = Math.min(end, from + chunkElements - filled);
        put(buffer, filled, values, from, to);
        filled += to - from;
        length += to - from;
        from = to;
        if (filled === chunkElements) await hand(chunkElements);
      }
    },
    save: () => ({ chunks, pending: new Uint8Array(buffer.slice(0, filled * bytes)) }),
    restore(state) {
      buffer = new ArrayBuffer(chunkElements * bytes);
      new Uint8Array(buffer).set(state.pending);
      chunks = state.chunks;
      filled = state.pending.length / bytes;
      length = chunks * chunkElements + filled;
    },
    async finish() {
      const rows = rowElements === 0 ? 0 : length / rowElements;
      if (!Number.isInteger(rows)) throw failure('internal', { detail: `${name} ends within a row` });
      const chunkRows = chunks === 0 ? Math.max(1, rows) : options.chunkRows;
      if (filled > 0) await hand(chunks === 0 ? filled : chunkElements);
      store.describe(name, {
        shape: [rows, ...options.rowShape], chunks: [chunkRows, ...options.rowShape.map((size) => Math.max(1, size))],
        dtype: typeCodes[type], fill_value: type === 'bool' ? false : type.startsWith('float') ? 0.0 : 0, order: 'C',
        filters: shuffleFilter(bytes), compressor,
      }, options.attributes);
    },
  };
}

export function textStream(store: ZarrStore, name: string, options: Omit<ZarrArrayOptions, 'rowShape'>): Finishing<TextStream> {
  let pending: string[] = [];
  let chunks = 0;
  let length = 0;
  const hand = (texts: readonly string[]): Promise<void> => store.chunk(name, `${chunks++}`, deflateBytes(vlenUtf8(texts), level));
  return {
    get length() {
      return length;
    },
    async append(values) {
      length += values.length;
      for (let from = 0; from < values.length; ) {
        const to = Math.min(values.length, from + options.chunkRows - pending.length);
        for (let i = from; i < to; i++) pending.push(values[i]!);
        from = to;
        if (pending.length < options.chunkRows) continue;
        const full = pending;
        pending = [];
        await hand(full);
      }
    },
    async finish() {
      const chunkRows = chunks === 0 ? Math.max(1, length) : options.chunkRows;
      if (pending.length > 0) await hand([...pending, ...Array.from({ length: chunkRows - pending.length }, () => '')]);
      store.describe(name, { shape: [length], chunks: [chunkRows], dtype: '|O', fill_value: '', order: 'C', filters: textFilter, compressor }, options.attributes);
    },
  };
}

/** A number or a text alone (shape []). */
export async function scalar(store: ZarrStore, name: string, value: string | number | boolean, attributes: Json): Promise<void> {
  const shape = { shape: [], chunks: [], order: 'C' };
  if (typeof value === 'string') {
    store.describe(name, { ...shape, dtype: '|O', fill_value: '', filters: textFilter, compressor }, attributes);
    return store.chunk(name, '0', deflateBytes(vlenUtf8([value]), level));
  }
  const type: Dtype = typeof value === 'boolean' ? 'bool' : Number.isSafeInteger(value) ? 'int64' : 'float64';
  const raw = new ArrayBuffer(elementBytes(type));
  chunkPut(type)(raw, 0, [Number(value)], 0, 1);
  store.describe(name, { ...shape, dtype: typeCodes[type], fill_value: type === 'bool' ? false : 0, filters: null, compressor: null }, attributes);
  return store.chunk(name, '0', new Uint8Array(raw));
}

/** numcodecs' vlen-utf8: uint32 number of texts, then each as uint32 bytes and UTF-8. */
export function vlenUtf8(texts: readonly string[]): Uint8Array {
  const encoded = texts.map((text) => Buffer.from(text, 'utf8'));
  const out = Buffer.alloc(encoded.reduce((bytes, text) => bytes + 4 + text.length, 4));
  out.writeUInt32LE(texts.length, 0);
  let at = 4;
  for (const text of encoded) {
    at = out.writeUInt32LE(text.length, at);
    at += text.copy(out, at);
  }
  return out;
}
