/** Attributes: the small labelled values by which AnnData says what each part of a file is. */
import type { Metadata } from 'h5wasm/node';
import { failure } from '../../protocol/errors.ts';
import { storedAttribute } from './attributes.stored.ts';
import type { HeaderSource } from './describe.ts';
import { elementOf, hasVariableLength, type Element } from './elements.ts';
import { readHeader } from './header.ts';
import { heapStrings } from './heap.ts';
import type { H5 } from './instance.ts';
import type { LibraryFile } from './library.ts';
import { unpackNumbers, unpackStrings, type Packed } from './unpack.ts';

/** A pointer to another object of the same file, by its absolute name. */
export interface ObjectReference {
  readonly reference: string;
}

export type AttributeScalar = string | number | boolean | ObjectReference;

/** One value, a flat list of values (any number of axes, row-major), or null for an attribute that holds nothing. */
export type AttributeValue = AttributeScalar | readonly AttributeScalar[] | null;

export interface AttributeReader {
  names(object: string): readonly string[];
  read(object: string, key: string): AttributeValue | undefined;
}

/** No attribute worth reading is larger; damage can claim any size. */
const maxBytes = 64 << 20;

/** `object` names must be resolved. Errors: corrupt-file, unsupported-encoding. */
export function attributeReader(library: LibraryFile, source: HeaderSource): AttributeReader {
  const heap = heapStrings(source.file, source.widths);
  const known = new Map<string, readonly string[]>();
  const names = (object: string): readonly string[] => {
    let found = known.get(object);
    if (found === undefined) known.set(object, (found = library.call(object, (h5, id) => h5.get_attribute_names(id, object))));
    return found;
  };
  /** Null when only the library can find them. */
  const readTexts = (object: string, key: string, count: number): string[] | null => {
    const messages = readHeader(source.file, source.widths, source.headerAddress(object));
    const stored = storedAttribute(messages, source.widths, key);
    if (stored === null) return null;
    if (stored.length < count * heap.elementBytes) throw new Error('it is shorter than its shape asks for');
    return heap.decode(stored.subarray(0, count * heap.elementBytes));
  };

  return {
    names,
    read: (object, key) => {
      if (!names(object).includes(key)) return undefined;
      return library.call(`${object}@${key}`, (h5, id) => {
        const metadata = h5.get_attribute_metadata(id, object, key);
        if (metadata.shape === null) return null;
        const element = elementOf(metadata);
        if (metadata.size * metadata.total_size > maxBytes) throw new Error('it is impossibly large');
        const isText = element.kind === 'string' && element.fixedBytes === null;
        const texts = isText ? readTexts(object, key, metadata.total_size) : null;
        const values = texts ?? readValues(h5, id, library.path, object, key, metadata, element);
        return metadata.shape.length === 0 ? values[0]! : values;
      });
    },
  };
}

function readValues(h5: H5, fileId: bigint, path: string, object: string, key: string, metadata: Metadata, element: Element): AttributeScalar[] {
  if (element.kind === 'other' || element.kind === 'record') {
    const encoding = element.kind === 'record' ? 'records' : element.words;
    throw failure('unsupported-encoding', { path, element: `${object}@${key}`, encoding });
  }
  const bytes = metadata.size * metadata.total_size;
  const pointer = h5._malloc(Math.max(1, bytes));
  if (pointer === 0) throw new Error('there is no memory left to read it');
  h5.HEAPU8.fill(0, pointer, pointer + bytes);
  h5.get_attribute_data(fileId, object, key, BigInt(pointer));
  // The memory may have moved while it grew: a view is made only now.
  const packed = { bytes: h5.HEAPU8.subarray(pointer, pointer + bytes), count: metadata.total_size, stride: metadata.size, heap: h5.HEAPU8 };
  const values = unpackValues(h5, fileId, element, packed);
  if (hasVariableLength(element)) h5.reclaim_vlen_memory(fileId, object, key, BigInt(pointer));
  h5._free(pointer);
  return values;
}

function unpackValues(h5: H5, fileId: bigint, element: Exclude<Element, { kind: 'other' | 'record' }>, packed: Packed): AttributeScalar[] {
  switch (element.kind) {
    case 'number':
      return [...unpackNumbers(packed, element.dtype)];
    case 'boolean':
      return [...unpackNumbers(packed, 'bool')].map((value) => value !== 0);
    case 'string':
      return unpackStrings(packed, element);
    case 'reference':
      // Copied first: following one runs the library, which may move its memory.
      return Array.from({ length: packed.count }, (_, i) => packed.bytes.slice(i * packed.stride, (i + 1) * packed.stride)).map((target) => ({
        reference: h5.get_referenced_name(fileId, target, true) ?? '',
      }));
  }
}
