/**
 * Tables of AnnData 0.6 and earlier: one compound dataset whose first field is the index; categories of a column of codes
 * lie in /uns/<column>_categories.
 */
import { failure } from '../../../protocol/errors.ts';
import type { Field, RecordColumn, Structure } from '../../hdf5/index.ts';
import type { Column } from '../contract.ts';
import type { Frame } from '../tables/frame.ts';
import { checkCodes } from '../tables/columns.ts';
import { numberLabel, textRange } from '../tables/labels.ts';
import { vectorLength } from '../tables/numbers.ts';

/** Errors: unsupported-encoding when the dataset at `name` is no table. */
export function recordFrame(structure: Structure, name: string): Frame {
  const { element, shape } = structure.dataset(name);
  if (element.kind !== 'record' || shape?.length !== 1) {
    throw failure('unsupported-encoding', { path: structure.path, element: name, encoding: 'a dataset that is not a table' });
  }
  const index = indexField(element.fields);
  const columns = element.fields.map((field) => field.name).filter((field) => field !== index);
  const records = lastRecords(structure, name);
  return {
    length: shape[0]!,
    columns,
    names: (start, end) => {
      if (index === null) return Array.from({ length: end - start }, (_, i) => String(start + i));
      return namesFrom(records(start, end).get(index)!, structure.path, `${name}/${index}`);
    },
    column: (column, start, end) => columnFrom(structure, name, column, records(start, end).get(column)!, start),
  };
}

function indexField(fields: readonly Field[]): string | null {
  const names = fields.map((field) => field.name);
  return names.find((name) => name === 'index' || name === '_index') ?? names[0] ?? null;
}

/** Records come with all fields at once, so the rows last read serve the next column too. */
function lastRecords(structure: Structure, name: string) {
  let range = '';
  let last: ReadonlyMap<string, RecordColumn> = new Map();
  return (start: number, end: number): ReadonlyMap<string, RecordColumn> => {
    if (range !== `${start}-${end}`) {
      last = structure.records(name, start, end);
      range = `${start}-${end}`;
    }
    return last;
  };
}

function namesFrom(field: RecordColumn, path: string, element: string): string[] {
  switch (field.kind) {
    case 'string':
      return [...field.values];
    case 'number':
      return Array.from(field.values, (value) => numberLabel(value, field.dtype));
    case 'boolean':
      return Array.from(field.values, (value) => (value ? 'True' : 'False'));
    case 'other':
      throw failure('unsupported-encoding', { path, element, encoding: field.words });
  }
}

function columnFrom(structure: Structure, name: string, column: string, field: RecordColumn, start: number): Column {
  switch (field.kind) {
    case 'number': {
      const categoriesName = `/uns/${column}_categories`;
      const integer = !field.dtype.startsWith('float');
      if (!integer || structure.kind(categoriesName) !== 'dataset') {
        return { kind: 'number', values: field.values, integer, ...(field.dtype === 'float32' ? { single: true } : {}) };
      }
      const categories = textRange(structure, categoriesName, 0, vectorLength(structure, categoriesName));
      const codes = Int32Array.from(field.values);
      checkCodes(codes, categories.length, structure.path, `${name}/${column}`, start);
      return { kind: 'categorical', codes, categories, ordered: false };
    }
    case 'boolean':
      return { kind: 'boolean', values: field.values, missing: null };
    case 'string':
      return { kind: 'string', values: field.values };
    case 'other':
      throw failure('unsupported-encoding', { path: structure.path, element: `${name}/${column}`, encoding: field.words });
  }
}
