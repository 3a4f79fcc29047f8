/** The unstructured part of an AnnData file (uns): nested groups of scalars, texts and arrays with their encodings. */
import { failure } from '../../../protocol/errors.ts';
import type { Dtype } from '../../../protocol/matrix.ts';
import type { Numbers } from '../hdf5-writer/put.ts';
import type { Attributes } from '../hdf5-writer/tree.ts';
import type { Hdf5Writer } from '../hdf5-writer/writer.ts';

const tableMark: unique symbol = Symbol('table');

/** A matrix in uns, row-major. Made by `unsTable`. */
export interface UnsTable {
  readonly [tableMark]: true;
  readonly values: Numbers;
  readonly columns: number;
}

/** null is left out, as anndata 0.8 does. Plain number arrays become int64 when all are whole, else float64. */
export type UnsValue = string | number | boolean | null | readonly string[] | Numbers | UnsTable | UnsDict;
export interface UnsDict {
  readonly [name: string]: UnsValue;
}

export function unsTable(values: Numbers, columns: number): UnsTable {
  return { [tableMark]: true, values, columns };
}

export const encoding = (type: string, version: string): Attributes => ({ 'encoding-type': type, 'encoding-version': version });
export const dictEncoding = encoding('dict', '0.1.0');
export const arrayEncoding = encoding('array', '0.2.0');
export const textEncoding = encoding('string-array', '0.2.0');

/** The element type that keeps these numbers as they are. */
export function typeOfNumbers(values: Numbers): Dtype {
  if (values instanceof Float64Array) return 'float64';
  if (values instanceof Float32Array) return 'float32';
  if (values instanceof Int32Array) return 'int32';
  if (values instanceof Uint32Array) return 'uint32';
  if (values instanceof Int16Array) return 'int16';
  if (values instanceof Uint16Array) return 'uint16';
  if (values instanceof Int8Array) return 'int8';
  if (values instanceof Uint8Array) return 'uint8';
  return values.every((value) => Number.isSafeInteger(value)) ? 'int64' : 'float64';
}

/** Part of a name inside an HDF5 file. @throws internal when it is empty or holds a slash, which would nest it. */
export function memberName(name: string): string {
  if (name === '' || name.includes('/')) throw failure('internal', { detail: `'${name}' cannot name a column or entry of an h5ad file` });
  return name;
}

function isTexts(value: readonly string[] | readonly number[]): value is readonly string[] {
  return value.length > 0 && value.every((one) => typeof one === 'string');
}

function isTable(value: UnsTable | UnsDict): value is UnsTable {
  return tableMark in value;
}

function writeArray(file: Hdf5Writer, name: string, values: Numbers): void {
  file.array(name, typeOfNumbers(values), values, [values.length], arrayEncoding);
}

/** Writes one entry under `name` (uns/pca/variance). */
export function writeUnsValue(file: Hdf5Writer, name: string, value: UnsValue): void {
  if (value === null) return;
  if (typeof value === 'string') return file.texts(name, [value], [], encoding('string', '0.2.0'));
  if (typeof value === 'boolean') return file.array(name, 'bool', [value ? 1 : 0], [], encoding('numeric-scalar', '0.2.0'));
  if (typeof value === 'number') return file.array(name, typeOfNumbers([value]), [value], [], encoding('numeric-scalar', '0.2.0'));
  if (Array.isArray(value)) {
    const values: readonly string[] | readonly number[] = value;
    return isTexts(values) ? file.texts(name, values, [values.length], textEncoding) : writeArray(file, name, values as readonly number[]);
  }
  if (ArrayBuffer.isView(value)) return writeArray(file, name, value as Exclude<Numbers, readonly number[]>);
  const rest = value as UnsTable | UnsDict;
  if (isTable(rest)) {
    return file.array(name, typeOfNumbers(rest.values), rest.values, [rest.values.length / rest.columns, rest.columns], arrayEncoding);
  }
  file.group(name, dictEncoding);
  for (const [key, entry] of Object.entries(rest)) writeUnsValue(file, `${name}/${memberName(key)}`, entry);
}
