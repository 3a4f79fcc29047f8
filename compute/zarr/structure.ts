/**
 * The inside of a Zarr store (a folder, version 2 or 3) by the same names and questions as that of an HDF5 file, so that whatever
 * reads AnnData from the one reads it from the other. Arrays are described as HDF5's are: openArray reads their chunks from their files.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { failure, isTruckeeError, messageOf, systemFailure } from '../../protocol/errors.ts';
import type { Dtype } from '../../protocol/matrix.ts';
import { stampOf } from '../../io/stamp.ts';
import { elementBytesOf } from '../hdf5/datatype.ts';
import { gridOf } from '../hdf5/grid.ts';
import { openArray, type AttributeScalar, type AttributeValue, type DatasetSpec, type Structure } from '../hdf5/index.ts';
import { readNode, shapeOf, type Json, type ZarrNode } from './metadata.ts';
import { placeChunks } from './places.ts';
import { NotRead, storageOf } from './storage.ts';
import { DamagedChunk, textReader, type TextReader } from './texts.ts';
import { typeOf } from './types.ts';

/** Errors: those of the answers, which are found when they are asked for: corrupt-file, corrupt-chunk, unsupported-encoding, not-permitted, io-failed. */
export function openZarrStore(path: string): Structure {
  const nodes = new Map<string, ZarrNode | null>();
  const specs = new Map<string, DatasetSpec>();
  const texts = new Map<string, TextReader>();

  const nodeAt = (name: string): ZarrNode | null => {
    const place = placeOf(name);
    if (place === null) return null;
    if (!nodes.has(place)) nodes.set(place, readNode(path, place));
    return nodes.get(place) ?? null;
  };
  const existing = (name: string): ZarrNode => {
    const node = nodeAt(name);
    if (node === null) throw failure('corrupt-file', { path, element: name, reason: 'it is missing' });
    return node;
  };
  const array = (name: string): ZarrNode => {
    const node = existing(name);
    if (node.kind !== 'dataset') throw failure('corrupt-file', { path, element: name, reason: 'it is a group where an array is needed' });
    return node;
  };
  const refuse = (name: string, encoding: string): never => {
    throw failure('unsupported-encoding', { path, element: name, encoding });
  };
  const wrapped = <T>(name: string, act: () => T): T => {
    try {
      return act();
    } catch (thrown) {
      if (isTruckeeError(thrown)) throw thrown;
      if (thrown instanceof NotRead) return refuse(name, thrown.message);
      throw failure('corrupt-file', { path, element: name, reason: messageOf(thrown) }, thrown);
    }
  };

  const describe = (name: string): DatasetSpec => {
    const known = specs.get(name);
    if (known !== undefined) return known;
    const node = array(name);
    return wrapped(name, () => {
      const [shape, { element, bigEndian }] = [shapeOf(node), typeOf(node)];
      if (element.kind !== 'number' && element.kind !== 'boolean') return refuse(name, element.kind === 'other' ? element.words : `${element.kind}s where numbers are expected`);
      if (shape.length === 0) return refuse(name, 'a single value');
      if (shape.length > 2) return refuse(name, `an array with ${shape.length} axes`);
      const dtype: Dtype = element.kind === 'boolean' ? 'bool' : element.dtype;
      const storage = storageOf(node, shape.length, elementBytesOf(dtype));
      // Says where a chunk is too large to be one.
      gridOf(shape, storage.chunkShape, elementBytesOf(dtype));
      const spec: DatasetSpec = {
        file: path, name, dtype, bigEndian, shape, filters: storage.filters, fill: fillOf(node.meta['fill_value']),
        layout: { kind: 'chunked', chunkShape: storage.chunkShape, ...placeChunks(join(path, name), shape, storage) },
      };
      specs.set(name, spec);
      return spec;
    });
  };

  const textsOf = (name: string): TextReader => {
    const known = texts.get(name);
    if (known !== undefined) return known;
    const node = array(name);
    return wrapped(name, () => {
      const [shape, type] = [shapeOf(node), typeOf(node)];
      if (type.text === null) return refuse(name, type.element.kind === 'other' ? type.element.words : `${type.element.kind}s where texts are expected`);
      if (shape.length > 1) return refuse(name, `strings with ${shape.length} axes`);
      const storage = storageOf(node, shape.length, type.elementBytes);
      const fill = node.meta['fill_value'];
      const reader = textReader({ type, length: shape[0] ?? 1, storage, placed: placeChunks(join(path, name), shape, storage), fill: typeof fill === 'string' && type.text === 'vlen-utf8' ? fill : '' });
      // One array is read at a time: its chunk is all that is held.
      texts.clear();
      texts.set(name, reader);
      return reader;
    });
  };

  return {
    path,
    // Only where it is asked for: every file is looked at.
    get bytes() {
      return stampOf(path)?.bytes ?? 0;
    },
    kind: (name) => nodeAt(name)?.kind ?? null,
    children: (group) => (nodeAt(group)?.kind === 'group' ? childrenOf(join(path, placeOf(group)!)).filter((child) => nodeAt(`${group === '/' ? '' : group}/${child}`) !== null) : []),
    attributes: (name) => Object.keys(existing(name).attributes),
    attribute(name, key) {
      const node = existing(name);
      const value = node.attributes[key];
      // AnnData 0.7: a column of codes names the place of its categories.
      if (key === 'categories' && node.kind === 'dataset' && typeof value === 'string') return { reference: `${name.slice(0, name.lastIndexOf('/'))}/${value}` };
      return value === undefined ? undefined : attributeOf(value);
    },
    dataset(name) {
      const node = array(name);
      return wrapped(name, () => {
        const { element } = typeOf(node);
        return { shape: shapeOf(node), element };
      });
    },
    describe,
    strings(name, start = 0, end) {
      const reader = textsOf(name);
      const length = shapeOf(array(name))[0] ?? 1;
      try {
        return reader.read(start, end ?? length);
      } catch (thrown) {
        if (!(thrown instanceof DamagedChunk)) throw thrown;
        if (isTruckeeError(thrown.cause)) throw thrown.cause;
        const rows = { rowStart: thrown.chunk * reader.chunkLength, rowEnd: Math.min(length, (thrown.chunk + 1) * reader.chunkLength) };
        throw failure('corrupt-chunk', { path, dataset: name, chunk: thrown.chunk, ...rows, reason: thrown.message }, thrown);
      }
    },
    numbers(name) {
      const spec = describe(name);
      const out = new Float64Array(spec.shape.reduce((product, length) => product * length, 1));
      const reader = openArray(spec);
      try {
        if (spec.shape.length === 1) reader.readInto(0, spec.shape[0]!, out, 0);
        else reader.readRows(0, spec.shape[0]!, out);
      } finally {
        reader.close();
      }
      return out;
    },
    records: (name) => refuse(name, 'records'),
    rawRows: (name) => refuse(name, 'a layout that is not known'),
    close: () => texts.clear(),
  };
}

/** A name below the store; null for one that would lead out of it. */
function placeOf(name: string): string | null {
  const parts = name.split('/').filter((part) => part !== '');
  return parts.some((part) => part === '.' || part === '..' || part.includes('\\') || part.includes('\0')) ? null : parts.join('/');
}

function childrenOf(folder: string): string[] {
  try {
    return readdirSync(folder).filter((child) => !child.startsWith('.') && statSync(join(folder, child), { throwIfNoEntry: false })?.isDirectory()).sort();
  } catch (thrown) {
    throw systemFailure(thrown, folder) ?? thrown;
  }
}

/** Lists of single values and single values; null for what is none of both. */
function attributeOf(value: Json): AttributeValue {
  const isScalar = (one: Json): one is Exclude<AttributeScalar, object> => typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean';
  if (Array.isArray(value)) return (value as readonly Json[]).filter(isScalar);
  return isScalar(value) ? value : null;
}

function fillOf(value: Json | undefined): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  // NaN and the infinities are words.
  return typeof value === 'string' ? Number(value) : 0;
}
