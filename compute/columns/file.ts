/**
 * Obs columns as flat files: float64 numbers or int32 codes, one entry per cell, so that any worker reads the rows of
 * its tile with one small read, whatever the column's encoding in the plate.
 */
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { systemFailure } from '../../protocol/errors.ts';
import type { Column, PlateFile } from '../stores/contract.ts';

/** Structured-cloneable handle. Missing values: NaN in numbers, -1 in codes. `single` numbers are float32 in the plate. */
export type ColumnRef =
  | { readonly kind: 'number'; readonly path: string; readonly rows: number; readonly single: boolean }
  | { readonly kind: 'codes'; readonly path: string; readonly rows: number; readonly categories: readonly string[] };

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
  const fd = open(path);
  try {
    for (let start = 0; start < plate.nObs; start += sliceRows) {
      const column = plate.obsColumn(name, start, Math.min(plate.nObs, start + sliceRows));
      const flat = flatten(column, dictionary);
      kind = flat instanceof Int32Array ? 'codes' : 'number';
      single = isSingle(column);
      const bytes = new Uint8Array(flat.buffer, flat.byteOffset, flat.byteLength);
      for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
    }
  } catch (cause) {
    throw systemFailure(cause, path) ?? cause;
  } finally {
    closeSync(fd);
  }
  return kind === 'number' ? { kind, path, rows: plate.nObs, single } : { kind, path, rows: plate.nObs, categories: dictionary.labels };
}

/** Rows [start, end) of a column file. */
export function readColumnFile(ref: ColumnRef, start: number, end: number): ColumnValues {
  const values = ref.kind === 'number' ? new Float64Array(end - start) : new Int32Array(end - start);
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

function toColumnValues(ref: ColumnRef, values: Float64Array | Int32Array): ColumnValues {
  if (ref.kind === 'codes' && values instanceof Int32Array) return { kind: 'codes', codes: values, categories: ref.categories };
  return { kind: 'number', values: ref.kind === 'number' && ref.single ? Float32Array.from(values) : values };
}

const isSingle = (column: Column): boolean => column.kind === 'number' && column.single === true;

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
