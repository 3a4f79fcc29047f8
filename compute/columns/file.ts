/**
 * Obs columns as flat files: numbers in float64 (float32 where the plate has that), codes as narrow as the labels allow, one
 * entry per cell, so that any worker reads the rows of its tile with one small read, whatever the column's encoding.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { systemFailure } from '../../protocol/errors.ts';
import type { Column, PlateFile } from '../stores/contract.ts';

/** Structured-cloneable handle. Missing values: NaN in numbers, -1 in codes. `single` numbers are float32, `flags` were booleans, `text` was plain text; `bytes` is the width of a code. */
export type ColumnRef =
  | { readonly kind: 'number'; readonly path: string; readonly rows: number; readonly single: boolean; readonly flags?: true }
  | { readonly kind: 'codes'; readonly path: string; readonly rows: number; readonly bytes: 1 | 2 | 4; readonly categories: readonly string[]; readonly text?: true };

/** Values of some rows. */
export type ColumnValues =
  | { readonly kind: 'number'; readonly values: Float64Array | Float32Array | Int32Array }
  | { readonly kind: 'codes'; readonly codes: Int32Array; readonly categories: readonly string[] };

const sliceRows = 1_000_000;

/** Copies one column of a plate into a flat file, a slice at a time. */
export function writeColumnFile(plate: Pick<PlateFile, 'nObs' | 'obsColumn'>, name: string, path: string): ColumnRef {
  const dictionary = new Dictionary();
  let kind: ColumnRef['kind'] = 'number';
  let single = false;
  let [flags, text] = [false, false];
  let bytes: 1 | 2 | 4 = 4;
  const fd = open(path);
  try {
    for (let start = 0; start < plate.nObs; start += sliceRows) {
      const column = plate.obsColumn(name, start, Math.min(plate.nObs, start + sliceRows));
      const flat = flatten(column, dictionary);
      kind = flat instanceof Int32Array ? 'codes' : 'number';
      single = isSingle(column);
      flags = column.kind === 'boolean';
      text = column.kind === 'string';
      // A categorical has one list of labels in its plate, so that its width is known from the first slice on.
      if (column.kind === 'categorical') bytes = codeBytes(column.categories.length);
      const stored = narrowed(flat, single, bytes);
      const raw = new Uint8Array(stored.buffer, stored.byteOffset, stored.byteLength);
      for (let done = 0; done < raw.length; ) done += writeSync(fd, raw, done);
    }
  } catch (cause) {
    throw systemFailure(cause, path) ?? cause;
  } finally {
    closeSync(fd);
  }
  return kind === 'number' ? { kind, path, rows: plate.nObs, single, ...(flags ? { flags } : {}) } : { kind, path, rows: plate.nObs, bytes, categories: dictionary.labels, ...(text ? { text } : {}) };
}

const codeBytes = (labels: number): 1 | 2 | 4 => (labels < 2 ** 7 ? 1 : labels < 2 ** 15 ? 2 : 4);

function narrowed(flat: Float64Array | Int32Array, single: boolean, bytes: 1 | 2 | 4): StoredColumn {
  if (flat instanceof Float64Array) return single ? Float32Array.from(flat) : flat;
  return bytes === 1 ? Int8Array.from(flat) : bytes === 2 ? Int16Array.from(flat) : flat;
}

type StoredColumn = Float64Array | Float32Array | Int32Array | Int16Array | Int8Array;

function storedArray(ref: ColumnRef, length: number): StoredColumn {
  if (ref.kind === 'number') return ref.single ? new Float32Array(length) : new Float64Array(length);
  return ref.bytes === 1 ? new Int8Array(length) : ref.bytes === 2 ? new Int16Array(length) : new Int32Array(length);
}

/** Bytes of the whole file. */
export function columnFileBytes(ref: ColumnRef): number {
  return ref.rows * storedArray(ref, 0).BYTES_PER_ELEMENT;
}

/** Rows [start, end) of a column file. */
export function readColumnFile(ref: ColumnRef, start: number, end: number): ColumnValues {
  const values = storedArray(ref, end - start);
  const bytes = new Uint8Array(values.buffer);
  const fd = openSync(ref.path, 'r');
  try {
    let done = 0;
    while (done < bytes.length) {
      const got = readSync(fd, bytes, done, bytes.length - done, start * values.BYTES_PER_ELEMENT + done);
      if (got === 0) throw new Error(`${ref.path} is shorter than its ${ref.rows} rows`);
      done += got;
    }
  } finally {
    closeSync(fd);
  }
  return toColumnValues(ref, values);
}

function toColumnValues(ref: ColumnRef, values: StoredColumn): ColumnValues {
  if (ref.kind === 'codes') return { kind: 'codes', codes: values instanceof Int32Array ? values : new Int32Array(values), categories: ref.categories };
  return { kind: 'number', values: values instanceof Float32Array || values instanceof Float64Array ? values : Float64Array.from(values) };
}

const isSingle = (column: Column): boolean => column.kind === 'number' && column.single === true;

/** A whole column as an expression takes it. */
export function columnValues(column: Column): ColumnValues {
  const dictionary = new Dictionary();
  const flat = flatten(column, dictionary);
  if (flat instanceof Int32Array) return { kind: 'codes', codes: flat, categories: dictionary.labels };
  return { kind: 'number', values: isSingle(column) ? Float32Array.from(flat) : flat };
}

function flatten(column: Column, dictionary: Dictionary): Float64Array | Int32Array {
  switch (column.kind) {
    case 'number':
      return column.values;
    case 'boolean':
      return Float64Array.from(column.values, (value, i) => (column.missing?.[i] ? Number.NaN : value));
    case 'categorical': {
      const codes = column.categories.map((label) => dictionary.code(label));
      return column.codes.map((code) => (code < 0 ? -1 : codes[code]!));
    }
    case 'string':
      return Int32Array.from(column.values, (label, i) => (column.missing?.[i] ? -1 : dictionary.code(label)));
    default:
      return column satisfies never;
  }
}

/** Labels in order of first appearance. */
class Dictionary {
  readonly labels: string[] = [];
  readonly #codes = new Map<string, number>();

  code(label: string): number {
    const known = this.#codes.get(label);
    if (known !== undefined) return known;
    this.#codes.set(label, this.labels.length);
    return this.labels.push(label) - 1;
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (cause) {
    throw systemFailure(cause, path) ?? cause;
  }
}
