/** Datasets read through the HDF5 library, a bounded slice at a time: strings, records, and small or exotic numbers. */
import type { Metadata } from 'h5wasm/node';
import { failure } from '../../protocol/errors.ts';
import { convertInto } from './convert.ts';
import { describeDataset, type HeaderSource } from './describe.ts';
import { elementOf, fieldsFromLibrary, hasVariableLength, type Element } from './elements.ts';
import { rawElements, type RawElementReader } from './elements.raw.ts';
import { heapStrings } from './heap.ts';
import type { LibraryFile } from './library.ts';
import { ownSource } from './source.open.ts';
import { unpackNumbers, unpackRecords, unpackStrings, type Packed, type RecordColumn } from './unpack.ts';

export interface SliceReader {
  metadata(name: string): Metadata;
  strings(name: string, start?: number, end?: number): string[];
  numbers(name: string): Float64Array;
  records(name: string, start?: number, end?: number): ReadonlyMap<string, RecordColumn>;
  rawRows(name: string, start: number, end: number): Uint8Array;
}

/** One slice takes at most this much of the library's memory (its strings come on top). */
const sliceBytes = 8 << 20;
const sliceElements = 1 << 16;

/** h5py's LZF, which the library lacks. */
const lzfFilter = 32000;

/** Names must be resolved. Errors: corrupt-file, corrupt-chunk, unsupported-encoding. */
export function sliceReader(library: LibraryFile, source: HeaderSource): SliceReader {
  const { path } = library;
  const fileBytes = source.file.size;
  const metadata = (name: string): Metadata => library.call(name, (h5, id) => h5.get_dataset_metadata(id, name));

  const refuse = (name: string, encoding: string): never => {
    throw failure('unsupported-encoding', { path, element: name, encoding });
  };

  /** Shape and element after the checks that hold for all kinds. */
  const opened = (name: string): { meta: Metadata; shape: readonly number[]; element: Element } => {
    const meta = metadata(name);
    if (meta.shape === null) return refuse(name, 'an empty dataspace');
    if (meta.virtual_sources !== undefined) return refuse(name, 'a view of other datasets');
    // Far more elements than a file of this size can hold are damage, and would fill the memory with nothing.
    if (meta.total_size > 1e6 + 64 * fileBytes) throw failure('corrupt-file', { path, element: name, reason: 'its shape is impossibly large' });
    return { meta, shape: meta.shape, element: elementOf(meta) };
  };

  /** Reads rows [start, start + count) along the first axis and hands their bytes to `use` while they are there. */
  const slice = <T>(name: string, meta: Metadata, element: Element, start: number, count: number, use: (packed: Packed) => T): T =>
    library.call(name, (h5, id) => {
      const shape = meta.shape ?? [];
      const rest = shape.slice(1);
      const elements = rest.reduce((product, length) => product * length, count);
      const bytes = elements * meta.size;
      const counts = shape.length === 0 ? null : [count, ...rest].map(BigInt);
      const offsets = shape.length === 0 ? null : [start, ...rest.map(() => 0)].map(BigInt);
      const strides = shape.length === 0 ? null : shape.map(() => 1n);
      const pointer = h5._malloc(Math.max(1, bytes));
      if (pointer === 0) throw new Error('there is no memory left to read it');
      h5.HEAPU8.fill(0, pointer, pointer + bytes);
      h5.get_dataset_data(id, name, counts, offsets, strides, BigInt(pointer));
      const packed = { bytes: h5.HEAPU8.subarray(pointer, pointer + bytes), count: elements, stride: meta.size, heap: h5.HEAPU8 };
      const result = use(packed);
      if (hasVariableLength(element)) {
        if (counts === null) h5.reclaim_vlen_memory(id, name, '', BigInt(pointer));
        else h5.reclaim_vlen_memory_count(id, name, '', BigInt(pointer), counts);
      }
      h5._free(pointer);
      return result;
    });

  const isLzf = (name: string): boolean => {
    const filters = library.call(name, (h5, id) => h5.get_dataset_filters(id, name));
    return filters.some((filter) => filter.id === lzfFilter);
  };

  /** Ordinary arrays need no library; null for layouts that only it knows. */
  const ownNumbers = (name: string): Float64Array | null => {
    const spec = describeDataset(source, name);
    const elements = ownSource(spec, source.file);
    if (elements === null) return null;
    const out = new Float64Array(spec.shape.reduce((product, length) => product * length, 1));
    library.call(name, () => elements.visit(0, out.length, (view, from, count, at) => convertInto(view, from, count, out, at)));
    return out;
  };

  /** Cuts [start, end) of a dataset with at most one axis into slices of bounded size. */
  const eachSlice = (name: string, meta: Metadata, start: number | undefined, end: number | undefined, use: (at: number, count: number) => void): void => {
    const length = meta.shape?.length === 0 ? 1 : (meta.shape?.[0] ?? 0);
    const [first, stop] = [start ?? 0, end ?? length];
    if (!(first >= 0 && first <= stop && stop <= length)) throw new RangeError(`${first} to ${stop} is not within 0 to ${length} of ${name}`);
    const step = Math.max(1, Math.min(sliceElements, Math.floor(sliceBytes / meta.size)));
    for (let at = first; at < stop; at += step) use(at, Math.min(step, stop - at));
  };

  return {
    metadata,
    strings: (name, start, end) => {
      const { meta, shape, element } = opened(name);
      if (element.kind !== 'string') return refuse(name, element.kind === 'other' ? element.words : `${element.kind}s where strings are expected`);
      if (shape.length > 1) return refuse(name, `strings with ${shape.length} axes`);
      // The own way is twice as fast, and the library's memory would never shrink again.
      const own = rawElements(source, name);
      const heap = own !== null && element.fixedBytes === null ? heapStrings(source.file, source.widths) : null;
      if (heap !== null && own?.elementBytes !== heap.elementBytes) throw failure('corrupt-file', { path, element: name, reason: 'its strings have an impossible size' });
      const out: string[] = [];
      eachSlice(name, meta, start, end, (at, count) => {
        const values =
          own === null
            ? slice(name, meta, element, at, count, (packed) => unpackStrings(packed, element))
            : library.call(name, () => {
                const bytes = own.read(at, at + count);
                return heap === null ? unpackStrings(unheaped(bytes, count, own), element) : heap.decode(bytes);
              });
        for (const value of values) out.push(value);
      });
      return out;
    },
    numbers: (name) => {
      const { meta, shape, element } = opened(name);
      if (element.kind !== 'number' && element.kind !== 'boolean') {
        return refuse(name, element.kind === 'other' ? element.words : `${element.kind}s where numbers are expected`);
      }
      const own = shape.length === 1 || shape.length === 2 ? ownNumbers(name) : null;
      if (own !== null) return own;
      if (meta.total_size * meta.size > 8 * sliceBytes) return refuse(name, 'too large an array for this place');
      if (meta.total_size === 0) return new Float64Array(0);
      const dtype = element.kind === 'boolean' ? 'bool' : element.dtype;
      return slice(name, meta, element, 0, shape[0] ?? 1, (packed) => unpackNumbers(packed, dtype));
    },
    records: (name, start, end) => {
      const { meta, shape, element } = opened(name);
      if (element.kind !== 'record' || shape.length !== 1) return refuse(name, `${element.kind}s where a table is expected`);
      const own = isLzf(name) ? rawElements(source, name) : null;
      if (own !== null && hasVariableLength(element)) return refuse(name, 'LZF-compressed records with strings of variable length');
      const fields = own === null ? fieldsFromLibrary(element.fields, meta) : element.fields;
      const parts: Map<string, RecordColumn>[] = [];
      eachSlice(name, meta, start, end, (at, count) =>
        parts.push(
          own === null
            ? slice(name, meta, element, at, count, (packed) => unpackRecords(packed, fields))
            : library.call(name, () => unpackRecords(unheaped(own.read(at, at + count), count, own), fields)),
        ),
      );
      return joined(parts, unpackRecords({ bytes: new Uint8Array(0), count: 0, stride: meta.size, heap: new Uint8Array(0) }, fields));
    },
    rawRows: (name, start, end) => {
      const { meta, element } = opened(name);
      return slice(name, meta, element, start, end - start, (packed) => packed.bytes.slice());
    },
  };
}

function unheaped(bytes: Uint8Array, count: number, own: RawElementReader): Packed {
  return { bytes, count, stride: own.elementBytes, heap: new Uint8Array(0) };
}

/** The columns of consecutive parts, one after the other; `empty` gives their kinds when there is no part. */
function joined(parts: readonly Map<string, RecordColumn>[], empty: Map<string, RecordColumn>): Map<string, RecordColumn> {
  if (parts.length === 1) return parts[0]!;
  const out = new Map<string, RecordColumn>();
  for (const [name, kind] of empty) {
    const columns = parts.map((part) => part.get(name)!);
    out.set(name, joinColumns(kind, columns));
  }
  return out;
}

function joinColumns(kind: RecordColumn, columns: readonly RecordColumn[]): RecordColumn {
  switch (kind.kind) {
    case 'number':
      return { ...kind, values: Float64Array.from(columns.flatMap((c) => (c.kind === 'number' ? [...c.values] : []))) };
    case 'boolean':
      return { ...kind, values: Uint8Array.from(columns.flatMap((c) => (c.kind === 'boolean' ? [...c.values] : []))) };
    case 'string':
      return { ...kind, values: columns.flatMap((c) => (c.kind === 'string' ? c.values : [])) };
    case 'other':
      return kind;
  }
}
