/** Walks one dataset's header and chunk index into a DatasetSpec, checking every address against the file's size. */
import { failure, isTruckeeError, messageOf } from '../../protocol/errors.ts';
import { walkExtensibleArray } from './array.extensible.ts';
import { walkFixedArray } from './array.fixed.ts';
import { walkChunkTree } from './btree1.ts';
import { cursorOver, type Widths } from './cursor.ts';
import { elementBytesOf, parseDatatype, type ElementType } from './datatype.ts';
import type { FileBytes } from '../../io/file.ts';
import { fillerFor, gridOf, type ChunkGrid, type IndexFiller } from './grid.ts';
import { messageType, readHeader, type HeaderMessage } from './header.ts';
import { parseLayout, type ChunkIndexPlace, type StoredLayout } from './layout.ts';
import { parseDataspace, parseFill, parseFilters, type Dataspace } from './messages.ts';
import type { DatasetSpec, H5Layout } from './spec.ts';

/** The file a dataset lies in, as far as the walk needs it. */
export interface HeaderSource {
  readonly file: FileBytes;
  readonly widths: Widths;
  /** File offset of the object header of `name`. */
  headerAddress(name: string): number;
}

/**
 * Where every byte of the numeric dataset `name` (absolute) is. Errors: corrupt-file; unsupported-encoding for what is no
 * 1-D or 2-D array of numbers, or lies in another file.
 */
export function describeDataset(source: HeaderSource, name: string): DatasetSpec {
  return describeAt(source.file, source.widths, source.headerAddress(name), name);
}

/** The same from the offset of the object header. */
export function describeAt(file: FileBytes, widths: Widths, address: number, name: string): DatasetSpec {
  return wrapped(file, name, () => {
    const header = headerOf(file, widths, address, name);
    const element = readElementType(file, widths, header.messages);
    if (element.dtype === null) return header.refuse(element.words);
    const space = parseDataspace(header.must(messageType.dataspace, 'shape'), widths);
    if (space === null) return header.refuse('an empty dataspace');
    if (space.shape.length === 0) return header.refuse('a single value');
    if (space.shape.length > 2) return header.refuse(`an array with ${space.shape.length} axes`);
    const { dtype, bigEndian } = element;
    const newFill = header.body(messageType.fill);
    const fillBody = newFill ?? header.body(messageType.oldFill);
    const fill = fillBody === null ? 0 : parseFill(fillBody, widths, dtype, bigEndian, newFill === null);
    return { file: file.path, name, dtype, bigEndian, shape: space.shape, fill, ...storage(file, widths, header, space, elementBytesOf(dtype)) };
  });
}

/** A 1-D dataset (or one value) of any type seen as plain bytes, for elements that are decoded elsewhere (strings, records). */
export interface RawElements {
  /** One axis, of bytes. */
  readonly spec: DatasetSpec;
  readonly elementBytes: number;
}

/** Errors as describeDataset. */
export function describeBytes(source: HeaderSource, name: string): RawElements {
  const { file, widths } = source;
  return wrapped(file, name, () => {
    const header = headerOf(file, widths, source.headerAddress(name), name);
    const space = parseDataspace(header.must(messageType.dataspace, 'shape'), widths);
    if (space === null || space.shape.length > 1) return header.refuse('elements with more than one axis');
    const type = header.must(messageType.datatype, 'type');
    if (type.length < 8) throw new Error('its type is damaged');
    const elementBytes = new DataView(type.buffer, type.byteOffset).getUint32(4, true);
    if (elementBytes === 0 || elementBytes > 1 << 20) throw new Error('its elements have an impossible size');
    const { layout, filters } = storage(file, widths, header, space, elementBytes);
    const inBytes = layout.kind === 'chunked' ? { ...layout, chunkShape: [layout.chunkShape[0]! * elementBytes] } : layout;
    const spec: DatasetSpec = { file: file.path, name, dtype: 'uint8', bigEndian: false, shape: [(space.shape[0] ?? 1) * elementBytes], fill: 0, layout: inBytes, filters };
    return { spec, elementBytes };
  });
}

function wrapped<T>(file: FileBytes, name: string, act: () => T): T {
  try {
    return act();
  } catch (thrown) {
    if (isTruckeeError(thrown)) throw thrown;
    throw failure('corrupt-file', { path: file.path, element: name, reason: messageOf(thrown) }, thrown);
  }
}

interface Header {
  readonly messages: readonly HeaderMessage[];
  /** The first message of a type; null when there is none. */
  body(type: number): Uint8Array | null;
  must(type: number, what: string): Uint8Array;
  refuse(encoding: string): never;
}

function headerOf(file: FileBytes, widths: Widths, address: number, name: string): Header {
  const messages = readHeader(file, widths, address);
  const refuse = (encoding: string): never => {
    throw failure('unsupported-encoding', { path: file.path, element: name, encoding });
  };
  const body = (type: number): Uint8Array | null => {
    const message = messages.find((m) => m.type === type);
    if (message?.shared) refuse('a header with shared messages');
    return message?.body ?? null;
  };
  const must = (type: number, what: string): Uint8Array => {
    const found = body(type);
    if (found === null) throw new Error(`its ${what} is missing`);
    return found;
  };
  return { messages, body, must, refuse };
}

function storage(file: FileBytes, widths: Widths, header: Header, space: Dataspace, elementBytes: number): Pick<DatasetSpec, 'layout' | 'filters'> {
  if (header.body(messageType.externalFiles) !== null) return header.refuse('data in another file');
  const stored = parseLayout(header.must(messageType.layout, 'layout'), widths);
  if (stored.kind === 'virtual') return header.refuse('a view of other datasets');
  const filterBody = header.body(messageType.filters);
  const filters = filterBody === null ? [] : parseFilters(filterBody, widths, elementBytes);
  if (filters === null) return { layout: { kind: 'foreign' }, filters: [] };
  return { layout: placeAll(file, widths, stored, space, elementBytes, filters.length > 0), filters };
}

/** The type may live in an object of its own (a named type); then the message only says where. */
function readElementType(file: FileBytes, widths: Widths, messages: readonly HeaderMessage[]): ElementType {
  const message = messages.find((m) => m.type === messageType.datatype);
  if (message === undefined) throw new Error('its type is missing');
  if (!message.shared) return parseDatatype(message.body, widths);
  const cursor = cursorOver(message.body, widths);
  const version = cursor.u8();
  const place = cursor.u8();
  if (version === 3 && place !== 2) return { dtype: null, words: 'a type kept in a shared heap' };
  cursor.skip(version === 1 ? 6 : 0);
  const address = cursor.address();
  const named = address === null ? [] : readHeader(file, widths, address);
  const body = named.find((m) => m.type === messageType.datatype && !m.shared)?.body;
  if (body === undefined) throw new Error('its named type is missing');
  return parseDatatype(body, widths);
}

function placeAll(file: FileBytes, widths: Widths, stored: StoredLayout, space: Dataspace, elementBytes: number, filtered: boolean): H5Layout {
  const neededBytes = space.shape.reduce((product, length) => product * length, elementBytes);
  switch (stored.kind) {
    case 'compact':
      if (stored.bytes.length < neededBytes) throw new Error('fewer bytes are stored than its shape asks for');
      return { kind: 'compact', bytes: stored.bytes };
    case 'contiguous': {
      if (stored.address === null) return { kind: 'contiguous', offset: 0, storedBytes: 0 };
      if (stored.storedBytes < neededBytes) throw new Error('fewer bytes are stored than its shape asks for');
      if (stored.address + neededBytes > file.size) throw new Error('its data lie outside the file');
      return { kind: 'contiguous', offset: stored.address, storedBytes: stored.storedBytes };
    }
    case 'chunked': {
      if (stored.elementBytes !== elementBytes) throw new Error('its chunks hold elements of another size than its type');
      const grid = gridOf(space.shape, stored.chunkShape, elementBytes);
      // Every stored chunk takes an index entry of at least 8 bytes; a far larger grid is almost all fill, or damage.
      if (grid.total > Math.max(1 << 20, file.size / 8)) return { kind: 'foreign' };
      if (stored.place.kind !== 'btree1' && !growsOnlyAlongRows(space)) return { kind: 'foreign' };
      const filler = fillerFor(grid, file.size);
      walk(file, widths, stored.place, grid, filler, filtered);
      return { kind: 'chunked', chunkShape: stored.chunkShape, index: filler.index };
    }
    case 'virtual':
    case 'foreign':
      return { kind: 'foreign' };
  }
}

/** The newer indices number chunks by the largest possible shape; only here is that the order of the actual one. */
function growsOnlyAlongRows(space: Dataspace): boolean {
  return space.shape.every((length, axis) => axis === 0 || space.maxShape[axis] === length);
}

function walk(file: FileBytes, widths: Widths, place: ChunkIndexPlace, grid: ChunkGrid, filler: IndexFiller, filtered: boolean): void {
  if (place.address === null || grid.total === 0) return;
  switch (place.kind) {
    case 'btree1':
      return walkChunkTree(file, widths, place.address, grid, filler);
    case 'single':
      return filler.add(0, place.address, place.storedBytes ?? grid.chunkBytes, place.filterMask);
    case 'implicit':
      if (filtered) throw new Error('its chunk index does not go with its filters');
      for (let chunk = 0; chunk < grid.total; chunk++) filler.add(chunk, place.address + chunk * grid.chunkBytes, grid.chunkBytes, 0);
      return;
    case 'fixed-array':
      return walkFixedArray(file, widths, place.address, grid, filler);
    case 'extensible-array':
      return walkExtensibleArray(file, widths, place.address, grid, filler);
  }
}
