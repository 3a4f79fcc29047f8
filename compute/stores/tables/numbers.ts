/** Ranges of 1-D numeric datasets in the structure of a file, whatever their layout. */
import { failure } from '../../../protocol/errors.ts';
import type { Dtype } from '../../../protocol/matrix.ts';
import { openArray, type ArrayReader, type DatasetSpec, type Structure } from '../../hdf5/index.ts';

export interface NumberRange {
  readonly dtype: Dtype;
  readonly values: Float64Array;
}

/** Elements [start, end) in float64. Errors: corrupt-file, corrupt-chunk, unsupported-encoding. */
export function numberRange(structure: Structure, name: string, start: number, end: number): NumberRange {
  const spec = describeVector(structure, name, end);
  if (spec.layout.kind === 'foreign') return { dtype: spec.dtype, values: structure.numbers(name).slice(start, end) };
  const values = new Float64Array(end - start);
  withReader(spec, (reader) => reader.readInto(start, end, values, 0));
  return { dtype: spec.dtype, values };
}

/** Elements [start, end) as int32: category codes. */
export function codeRange(structure: Structure, name: string, start: number, end: number): Int32Array {
  const spec = describeVector(structure, name, end);
  if (spec.layout.kind === 'foreign') return Int32Array.from(structure.numbers(name).slice(start, end));
  const values = new Int32Array(end - start);
  withReader(spec, (reader) => reader.readInto(start, end, values, 0));
  return values;
}

/** Elements [start, end) as 0 or 1. */
export function flagRange(structure: Structure, name: string, start: number, end: number): Uint8Array {
  return Uint8Array.from(numberRange(structure, name, start, end).values, (value) => (value === 0 ? 0 : 1));
}

/** Length of a 1-D dataset. */
export function vectorLength(structure: Structure, name: string): number {
  return structure.dataset(name).shape?.[0] ?? 0;
}

function describeVector(structure: Structure, name: string, end: number): DatasetSpec {
  const spec = structure.describe(name);
  if (spec.shape.length !== 1) {
    throw failure('unsupported-encoding', { path: structure.path, element: name, encoding: `an array with ${spec.shape.length} axes` });
  }
  checkLength(structure, name, spec.shape[0]!, end);
  return spec;
}

/** Errors: corrupt-file for a column that ends before its table does. */
export function checkLength(structure: Structure, name: string, length: number, end: number): void {
  if (end > length) throw failure('corrupt-file', { path: structure.path, element: name, reason: `it has ${length} rows where the table has ${end} or more` });
}

function withReader(spec: DatasetSpec, act: (reader: ArrayReader) => void): void {
  const reader = openArray(spec);
  try {
    act(reader);
  } finally {
    reader.close();
  }
}
