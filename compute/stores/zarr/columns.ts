/** Columns of AnnData dataframes in a Zarr store, as all versions since 0.7 write them. */
import { get } from 'zarrita';
import { failure } from '../../../protocol/errors.ts';
import type { Column } from '../contract.ts';
import { numberLabel } from '../tables/labels.ts';
import { arrayAt, childrenOf, damaging, nodeAt, type ZarrArray, type ZarrFolder } from './folder.ts';

export interface ZarrFrame {
  readonly group: string;
  readonly length: number;
  readonly columns: readonly string[];
  /** Name of the array with the row names; null where rows have none. */
  readonly index: string | null;
}

/** obs, var or raw/var; null when there is none. Errors: corrupt-file, unsupported-encoding. */
export async function openZarrFrame(store: ZarrFolder, group: string): Promise<ZarrFrame | null> {
  const node = await nodeAt(store, group);
  if (node === null) return null;
  if (node.kind === 'array') throw failure('unsupported-encoding', { path: store.folder, element: group, encoding: 'one array of records (AnnData before 0.7)' });
  const { _index: named, 'column-order': order } = node.attrs;
  const index = typeof named === 'string' ? named : '_index';
  const children = childrenOf(store, group).filter((name) => name !== index && name !== '__categories');
  // Some writers leave an empty list that is no list.
  const columns = Array.isArray(order) ? order.filter((name): name is string => typeof name === 'string' && children.includes(name)) : children;
  const rows = await nodeAt(store, `${group}/${index}`);
  const has = rows?.kind === 'array' || (await nodeAt(store, `${group}/${index}/values`))?.kind === 'array';
  const length = await lengthOf(store, has ? `${group}/${index}` : columns[0] === undefined ? null : `${group}/${columns[0]}`);
  return { group, length, columns, index: has ? `${group}/${index}` : null };
}

async function lengthOf(store: ZarrFolder, name: string | null): Promise<number> {
  if (name === null) return 0;
  for (const member of [name, `${name}/codes`, `${name}/values`]) {
    const node = await nodeAt(store, member);
    if (node?.kind === 'array') return node.shape[0] ?? 0;
  }
  return 0;
}

/** Row names. Errors: corrupt-file, unsupported-encoding. */
export async function namesOf(store: ZarrFolder, { index, length }: ZarrFrame): Promise<string[]> {
  if (index === null) return Array.from({ length }, (_, row) => String(row));
  const node = await nodeAt(store, index);
  return textsOf(store, node?.kind === 'array' ? index : `${index}/values`);
}

/** Errors: corrupt-file, unsupported-encoding. */
export async function zarrColumn(store: ZarrFolder, { group, length }: ZarrFrame, column: string): Promise<Column> {
  const name = `${group}/${column}`;
  const node = await nodeAt(store, name);
  if (node === null) throw failure('corrupt-file', { path: store.folder, element: name, reason: 'it is missing' });
  const found = node.kind === 'array' ? await arrayColumn(store, group, column, node) : await groupColumn(store, name, node.attrs);
  const rows = found.kind === 'categorical' ? found.codes.length : found.values.length;
  if (rows !== length) throw failure('corrupt-file', { path: store.folder, element: name, reason: `it has ${rows} rows where the table has ${length}` });
  return found;
}

async function groupColumn(store: ZarrFolder, name: string, attrs: Readonly<Record<string, unknown>>): Promise<Column> {
  const kind = String(attrs['encoding-type']);
  if (kind === 'categorical') {
    return { kind: 'categorical', codes: Int32Array.from(await numbersOf(store, `${name}/codes`)), categories: await textsOf(store, `${name}/categories`), ordered: attrs['ordered'] === true };
  }
  if (!kind.startsWith('nullable-')) throw failure('unsupported-encoding', { path: store.folder, element: name, encoding: kind });
  const missing = Uint8Array.from(await numbersOf(store, `${name}/mask`));
  if (kind === 'nullable-string-array') return { kind: 'string', values: await textsOf(store, `${name}/values`), missing };
  const values = await numbersOf(store, `${name}/values`);
  if (kind === 'nullable-boolean') return { kind: 'boolean', values: Uint8Array.from(values), missing };
  return { kind: 'number', values: values.map((value, row) => (missing[row] ? NaN : value)), integer: kind === 'nullable-integer' };
}

async function arrayColumn(store: ZarrFolder, group: string, column: string, array: ZarrArray): Promise<Column> {
  const name = `${group}/${column}`;
  // AnnData 0.7: codes, with their categories in a place that an attribute names.
  const categories = array.attrs['categories'];
  if (typeof categories === 'string') {
    return { kind: 'categorical', codes: Int32Array.from(await numbersOf(store, name)), categories: await textsOf(store, `${group}/${categories}`), ordered: false };
  }
  if (isText(array)) return { kind: 'string', values: await textsOf(store, name) };
  const values = await numbersOf(store, name);
  if (array.dtype === 'bool') return { kind: 'boolean', values: Uint8Array.from(values), missing: null };
  return { kind: 'number', values, integer: !array.dtype.startsWith('float'), ...(array.dtype === 'float32' ? { single: true } : {}) };
}

const isText = ({ dtype }: ZarrArray): boolean => dtype === 'string' || dtype.startsWith('v2:');

async function numbersOf(store: ZarrFolder, name: string): Promise<Float64Array> {
  return Float64Array.from(await elementsOf(store, name, await arrayAt(store, name)), Number);
}

/** Words; numbers written as Python writes them. */
async function textsOf(store: ZarrFolder, name: string): Promise<string[]> {
  const array = await arrayAt(store, name);
  const elements = await elementsOf(store, name, array);
  if (isText(array)) return Array.from(elements, String);
  if (array.dtype === 'bool') return Array.from(elements, (value) => (value ? 'True' : 'False'));
  return Array.from(elements, (value) => numberLabel(Number(value), array.dtype.startsWith('float') ? (array.dtype === 'float32' ? 'float32' : 'float64') : 'int64'));
}

async function elementsOf(store: ZarrFolder, name: string, array: ZarrArray): Promise<Iterable<unknown>> {
  if (array.shape.length !== 1) throw failure('unsupported-encoding', { path: store.folder, element: name, encoding: `an array with ${array.shape.length} axes` });
  if (array.shape[0] === 0) return [];
  const { data } = await damaging(store, name, () => get(array, [null]));
  return data as Iterable<unknown>;
}
