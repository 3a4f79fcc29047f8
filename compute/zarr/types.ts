/** Element types of Zarr arrays, by numpy's codes (version 2) and by names (version 3). */
import type { Dtype } from '../../protocol/matrix.ts';
import type { Element } from '../hdf5/index.ts';
import { isObject, listOf, objectOf, type ZarrNode } from './metadata.ts';

export interface ZarrType {
  readonly element: Element;
  /** Of numbers. */
  readonly bigEndian: boolean;
  /** Of texts: how they are kept. `utf32` is numpy's fixed width, four bytes a letter. */
  readonly text: 'vlen-utf8' | 'utf32' | 'bytes' | null;
  /** Of texts of fixed width. */
  readonly elementBytes: number;
}

const numbers: ReadonlySet<string> = new Set<Dtype>(['int8', 'int16', 'int32', 'int64', 'uint8', 'uint16', 'uint32', 'uint64', 'float32', 'float64']);
const isDtype = (name: string): name is Dtype => numbers.has(name);
const families: Readonly<Record<string, string>> = { i: 'int', u: 'uint', f: 'float' };

/** A type that is not read is 'other', in words. */
export function typeOf(node: ZarrNode): ZarrType {
  return node.version === 2 ? ofCode(node) : ofName(node);
}

function ofCode({ meta }: ZarrNode): ZarrType {
  const code = meta['dtype'];
  if (typeof code !== 'string') return other(Array.isArray(code) ? 'records' : 'elements of an unknown type');
  if (code === '|O') return listOf(meta['filters']).some((filter) => objectOf(filter)['id'] === 'vlen-utf8') ? texts('vlen-utf8', 0) : other('Python objects');
  const [, order, family, digits] = /^([<>|])([a-zA-Z])(\d+)/.exec(code) ?? [];
  const bytes = Number(digits);
  if (family === 'b' && bytes === 1) return { element: { kind: 'boolean' }, bigEndian: false, text: null, elementBytes: 0 };
  if (family === 'U') return order === '>' ? other('big-endian letters') : texts('utf32', 4 * bytes);
  if (family === 'S') return texts('bytes', bytes);
  return number(`${families[family ?? ''] ?? 'type '}${family !== undefined && family in families ? 8 * bytes : code}`, order === '>');
}

function ofName({ meta }: ZarrNode): ZarrType {
  const type = meta['data_type'];
  const name = typeof type === 'string' ? type : String(objectOf(type)['name'] ?? 'unknown');
  const lengthBytes = isObject(type) ? Number(objectOf(type['configuration'])['length_bytes'] ?? 0) : 0;
  if (name === 'bool') return { element: { kind: 'boolean' }, bigEndian: false, text: null, elementBytes: 0 };
  if (name === 'string') return texts('vlen-utf8', 0);
  if (name === 'fixed_length_utf32') return texts('utf32', lengthBytes);
  if (name === 'null_terminated_bytes') return texts('bytes', lengthBytes);
  const bytes = listOf(meta['codecs']).map(objectOf).find((codec) => codec['name'] === 'bytes');
  return number(name, objectOf(bytes?.['configuration'])['endian'] === 'big');
}

function number(name: string, bigEndian: boolean): ZarrType {
  return isDtype(name) ? { element: { kind: 'number', dtype: name }, bigEndian, text: null, elementBytes: 0 } : other(name);
}

function texts(text: NonNullable<ZarrType['text']>, elementBytes: number): ZarrType {
  return { element: { kind: 'string', fixedBytes: text === 'vlen-utf8' ? null : elementBytes, spacePadded: false }, bigEndian: false, text, elementBytes };
}

const other = (words: string): ZarrType => ({ element: { kind: 'other', words }, bigEndian: false, text: null, elementBytes: 0 });
